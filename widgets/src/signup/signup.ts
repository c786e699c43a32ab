import type { Session } from '@dream/contract';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { toDreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { CodeFlow } from '../internal/code-flow.ts';
import { FormElement } from '../internal/form-element.ts';
import { formStyles } from '../internal/form.styles.ts';
import type { Values } from '../internal/texts.ts';
import { requestSignIn } from '../internal/open-signup.ts';
import { providerName } from '../internal/provider-name.ts';
import { providerButtons } from './provider-buttons.ts';
import { english, errorFields, errorTexts } from './signup.strings.ts';
import { signupStyles } from './signup.styles.ts';

type Step = 'email' | 'code' | 'password' | 'provider';

/**
 * Signs visitors up and in, in the page: e-mail code, password, or a provider's window. Signed in,
 * it is the account: who, which plan, and what can be changed.
 *
 * @tag dream-signup
 * @attr {boolean} compact - A button that opens the dialog, for headers; signed in, who it is.
 * @attr {boolean} dialog - Shows nothing until `open()` is called.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{}>} dream-signin-request - On the document; `preventDefault()` keeps the dialog shut.
 * @fires {CustomEvent<{customerId: string, isNew: boolean}>} dream-signin - On the document.
 * @fires {CustomEvent<{customerId: string}>} dream-signout - On the document.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @csspart card - The box around everything.
 * @csspart title, input, button, provider, trigger, error - Its parts.
 */
export class DreamSignup extends FormElement<Step> {
  static override styles = [baseStyles, formStyles, signupStyles];
  static override properties = {
    ...FormElement.properties,
    compact: { type: Boolean, reflect: true },
    dialog: { type: Boolean, reflect: true },
    email: { state: true },
    provider: { state: true },
  };
  declare compact: boolean;
  declare dialog: boolean;
  declare private email: string;
  /** Whose window stands open, or did last, by its name in the API. */
  declare private provider: string;
  protected readonly english = english;
  protected readonly errorTexts = errorTexts;
  protected readonly errorFields = errorFields;
  readonly #code = new CodeFlow(this);
  #popup = new AbortController();
  /** What the dialog was opened for: one for signing in closes when that is done. */
  #opensFor: 'sign-in' | 'account' | null = null;
  #wasSignedIn = false;
  #waiting: ((isSignedIn: boolean) => void)[] = [];

  constructor() {
    super();
    this.compact = false;
    this.dialog = false;
    this.step = 'email';
    this.email = '';
    this.provider = '';
  }

  /**
   * Opens the dialog; resolves, when it is closed, to whether somebody is signed in. A site with a
   * login of its own prevents `dream-signin-request`: then to false, and nothing is shown.
   */
  async open(): Promise<boolean> {
    if (this.config) return false;
    await this.page.load();
    if (this.page.view.customer) return true;
    return requestSignIn() && this.openRequested();
  }

  /** The same for who asked the site already whether the dialog may open. */
  async openRequested(): Promise<boolean> {
    await this.#show();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#popup.abort();
    this.#closed();
  }

  protected override willUpdate(): void {
    super.willUpdate();
    if (this.view.customer && !customElements.get('dream-account'))
      void import('../account/account.ts').catch((error: unknown) => {
        this.failure = toDreamError(error);
      });
  }

  protected override updated(changed: PropertyValues): void {
    const isSignedIn = this.view.customer !== null;
    if (this.#wasSignedIn && !isSignedIn) this.said = this.text('signedOut');
    this.#wasSignedIn = isSignedIn;
    // What the dialog was opened for is done.
    if (this.#opensFor === (isSignedIn ? 'sign-in' : 'account')) this.#dialog?.close();
    super.updated(changed);
  }

  override render(): TemplateResult {
    const isInDialog = this.compact || this.dialog;
    return html`<div class="root" part="root">
      ${isInDialog ? (this.compact ? this.#chip() : nothing) : this.#card(false)}
      ${
        isInDialog
          ? html`<dialog aria-labelledby="title" @close=${() => this.#dialog?.open || this.#closed()}>
            <div class="root">${this.#card(true)}</div>
          </dialog>`
          : nothing
      }
      <p class="quiet" role="status">${this.said}</p>
    </div>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot?.querySelector('dialog') ?? null;
  }

  /** Who comes back from a provider is at its button again. */
  protected override focusFirst(): void {
    const button = this.renderRoot.querySelector<HTMLElement>(`[data-of="${this.provider}"]`);
    if (button) button.focus();
    else super.focusFirst();
  }

  async #show(): Promise<void> {
    if (!this.compact) this.dialog = true;
    await this.updateComplete;
    this.#opensFor = this.view.customer ? 'account' : 'sign-in';
    if (this.#dialog?.open) return;
    this.#dialog?.showModal();
    this.focusFirst();
  }

  /** Told a little later: whoever opened it again meanwhile is not taken for who closed it. */
  #closed(): void {
    this.#opensFor = null;
    const isSignedIn = this.view.customer !== null;
    for (const resolve of this.#waiting.splice(0)) resolve(isSignedIn);
    this.provider = '';
    this.failure = null;
    this.faults = {};
  }

  #chip(): TemplateResult {
    const { status, customer } = this.view;
    if (status === 'loading') return this.bone('chip');
    const person = customer ? (customer.email ?? customer.externalId ?? customer.id) : null;
    return html`<button
      type="button"
      part="trigger"
      class=${person ? 'chip person' : 'chip primary'}
      aria-haspopup="dialog"
      @click=${() => (person || this.config || requestSignIn()) && this.#show()}
    >
      ${
        person
          ? html`<span class="face" data-letter=${person.slice(0, 1)}></span
            ><span class="quiet">${this.text('account')}:</span><span>${person}</span>`
          : this.text('signIn')
      }
    </button>`;
  }

  #card(isDialog: boolean): TemplateResult {
    const { status, error, customer } = this.view;
    return html`<div class="card" part="card">
      ${
        error
          ? this.failed(error)
          : status === 'loading'
            ? this.bone('block')
            : customer
              ? this.#account(isDialog)
              : this.#signIn(isDialog)
      }
      <slot name="bot-check"></slot>
    </div>`;
  }

  #top(title: string, isDialog: boolean): TemplateResult {
    return html`<div class="top">
      <h2 id="title" part="title" tabindex="-1">${title}</h2>
      ${
        isDialog
          ? html`<button
            type="button"
            class="close"
            aria-label=${this.text('close')}
            @click=${() => this.#dialog?.close()}
          >
            ✕
          </button>`
          : nothing
      }
    </div>`;
  }

  #account(isDialog: boolean): TemplateResult {
    return html`${this.#top(this.text('account'), isDialog)}
      <dream-account
        nested
        .config=${this.config}
        .texts=${this.texts}
        exportparts="input, button, error"
      ></dream-account>`;
  }

  #signIn(isDialog: boolean): TemplateResult {
    const name = this.view.bootstrap?.branding.name;
    const title =
      this.step === 'code'
        ? this.text('codeTitle')
        : name
          ? this.text('title', { name })
          : this.text('titlePlain');
    return html`${this.#top(title, isDialog)} ${this.#stepForm()}`;
  }

  #stepForm(): TemplateResult {
    const hasCodes = this.view.bootstrap?.signIn.emailCode !== false;
    if (this.step === 'provider')
      return html`<p class="waiting" tabindex="-1">
          <span class="busy"></span>${this.text('waiting')}
        </p>
        <button type="button" part="button" @click=${() => this.#popup.abort()}>
          ${this.text('cancel')}
        </button>`;
    if (this.step === 'code')
      return this.codeForm(
        this.#code,
        (sealedToken) => this.#exchange(sealedToken),
        this.link(this.text('otherEmail'), () => this.go('email')),
      );
    return this.step === 'password' || !hasCodes ? this.#passwordForm() : this.#emailForm();
  }

  #emailForm(): TemplateResult {
    const { password } = this.view.bootstrap?.signIn ?? {};
    return html`${this.#providers()}
    ${this.form({
      lead: this.text('lead'),
      fields: [this.#emailField('email')],
      submit: this.text('continue'),
      isToldElsewhere: this.provider !== '',
      run: async ({ email = '' }) => {
        this.provider = '';
        this.email = email;
        await this.#code.send(this.page, email, await this.botCheck());
        this.go('code');
      },
      more: password
        ? this.link(this.text('usePassword'), () => this.#keepEmail('password'))
        : undefined,
    })}`;
  }

  #emailField(autocomplete: 'email' | 'username') {
    return {
      name: 'email',
      label: this.text('email'),
      type: 'email',
      autocomplete,
      value: this.email,
    } as const;
  }

  #passwordForm(): TemplateResult {
    const canCode = this.view.bootstrap?.signIn.emailCode !== false;
    return html`${canCode ? nothing : this.#providers()}
    ${this.form({
      isToldElsewhere: this.provider !== '',
      fields: [
        this.#emailField('username'),
        {
          name: 'password',
          label: this.text('password'),
          type: 'password',
          autocomplete: 'current-password',
        },
      ],
      submit: this.text('signIn'),
      run: async ({ email = '', password = '' }) => {
        this.provider = '';
        this.email = email;
        const body = { email, password };
        const { api } = this.page;
        const check = await this.botCheck();
        this.#welcome(await api.post<Session>('sessions/password', body, undefined, check), false);
      },
      more: canCode
        ? html`<p class="muted">${this.text('passwordHint')}</p>
          ${this.link(this.text('useCode'), () => this.#keepEmail('email'))}`
        : undefined,
    })}`;
  }

  #providers(): TemplateResult | typeof nothing {
    return providerButtons(this.view.bootstrap?.signIn.oauth ?? [], {
      text: (name, values) => this.text(name, values),
      pressed: this.provider,
      fault: this.error(this.provider !== ''),
      press: (provider) => this.#useProvider(provider),
    });
  }

  #useProvider(provider: string): void {
    if (this.config || this.busy !== null) return;
    // Browsers let a window open in the click itself only: before anything is loaded for it.
    const start = `${this.page.api.base}/oauth/start`;
    const popup = window.open(start, 'dream-oauth', 'popup,width=480,height=680');
    this.#popup = new AbortController();
    this.provider = provider;
    this.go('provider');
    void this.act('submit', async () => {
      try {
        const { proveByProvider } = await import('./provider.ts');
        const { signal } = this.#popup;
        await this.#exchange(
          await proveByProvider(this.page, popup, provider, signal, await this.botCheck()),
        );
      } catch (error) {
        // Who pressed Cancel need not be told.
        if (!this.#popup.signal.aborted) throw error;
      } finally {
        this.step = 'email';
      }
    });
  }

  protected override text(name: string, values: Values = {}): string {
    return super.text(name, { provider: providerName(this.provider), ...values });
  }

  /** What was typed is not typed twice. */
  #keepEmail(step: Step): void {
    const typed = this.renderRoot.querySelector<HTMLInputElement>('input[name=email]')?.value;
    if (typed) this.email = typed.trim();
    this.provider = '';
    this.go(step);
  }

  async #exchange(sealedToken: string | null): Promise<void> {
    try {
      const session = await this.page.api.post<Session & { isNew: boolean }>('sessions/exchange', {
        sealedToken,
      });
      this.#welcome(session, session.isNew);
    } catch (error) {
      if (toDreamError(error).code === 'identity_not_proved') this.go('email');
      throw error;
    }
  }

  #welcome(session: Session, isNew: boolean): void {
    this.#code.done();
    this.email = '';
    this.provider = '';
    this.step = 'email';
    this.page.signIn(session, isNew);
    this.said = this.text('signedIn', { email: session.customer.email ?? '' });
  }
}

if (!customElements.get('dream-signup')) customElements.define('dream-signup', DreamSignup);

declare global {
  interface HTMLElementTagNameMap {
    'dream-signup': DreamSignup;
  }
}
