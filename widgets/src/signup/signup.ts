import type { Session } from '@dream/contract';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { toDreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { openPortal } from '../internal/checkout.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { notice, sayError } from '../internal/notice.ts';
import type { CodeProof } from '../clerk/clerk.ts';
import { english, errorTexts } from './signup.strings.ts';
import { signupStyles } from './signup.styles.ts';

type Step = 'email' | 'code' | 'password' | 'new-password';

/** How long a visitor waits before another code may be asked for. */
const RESEND_SECONDS = 30;

/**
 * Signs visitors up and in, in the page: e-mail code or password. Signed in, it is the account:
 * who, which plan, password, billing, sign-out.
 *
 * @tag dream-signup
 * @attr {boolean} compact - A button that opens the dialog, for headers; signed in, who it is.
 * @attr {boolean} dialog - Shows nothing until `open()` is called.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{customerId: string, isNew: boolean}>} dream-signin - On the document.
 * @fires {CustomEvent<{customerId: string}>} dream-signout - On the document.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @csspart card - The box around everything.
 * @csspart title, input, button, trigger, error - Its parts.
 */
export class DreamSignup extends DreamElement {
  static override styles = [baseStyles, signupStyles];
  static override properties = {
    ...DreamElement.properties,
    compact: { type: Boolean, reflect: true },
    dialog: { type: Boolean, reflect: true },
    step: { state: true },
    email: { state: true },
    said: { state: true },
    resendSeconds: { state: true },
  };
  declare compact: boolean;
  declare dialog: boolean;
  declare private step: Step;
  declare private email: string;
  /** What the status line says. */
  declare private said: string;
  declare private resendSeconds: number;
  protected readonly english = english;
  #proof: CodeProof | null = null;
  /** A proved sign-in whose exchange failed on the way: tried again without a new code. */
  #sealedToken: string | null = null;
  /** What the dialog was opened for: one for signing in closes when that is done. */
  #opensFor: 'sign-in' | 'account' | null = null;
  #waiting: ((isSignedIn: boolean) => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.compact = false;
    this.dialog = false;
    this.step = 'email';
    this.email = '';
    this.said = '';
    this.resendSeconds = 0;
  }

  /** Opens the dialog; resolves, when it is closed, to whether somebody is signed in. */
  async open(): Promise<boolean> {
    if (this.config) return false;
    await this.page.load();
    if (this.view.customer) return true;
    await this.#show();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#closed();
  }

  protected override updated(changed: PropertyValues): void {
    if (this.view.customer && this.#opensFor === 'sign-in') this.#dialog?.close();
    if (changed.get('step') === undefined || changed.get('step') === this.step) return;
    this.#focusFirst();
  }

  /** Where a person goes on: the first field, not the close button a dialog would choose. */
  #focusFirst(): void {
    const field = this.renderRoot.querySelector<HTMLElement>('input:not([hidden])');
    (field ?? this.renderRoot.querySelector('h2'))?.focus();
  }

  override render(): TemplateResult {
    const isInDialog = this.compact || this.dialog;
    return html`<div class="root" part="root">
      ${isInDialog ? (this.compact ? this.#chip() : nothing) : this.#card(false)}
      ${
        isInDialog
          ? html`<dialog aria-labelledby="title" @close=${() => this.#closed()}>
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

  async #show(): Promise<void> {
    if (!this.compact) this.dialog = true;
    await this.updateComplete;
    this.#opensFor = this.view.customer ? 'account' : 'sign-in';
    if (this.#dialog?.open) return;
    this.#dialog?.showModal();
    this.#focusFirst();
  }

  #closed(): void {
    this.#opensFor = null;
    const isSignedIn = this.view.customer !== null;
    for (const resolve of this.#waiting.splice(0)) resolve(isSignedIn);
    if (this.step === 'new-password') this.step = 'email';
    this.failure = null;
  }

  #chip(): TemplateResult {
    const { status, customer } = this.view;
    if (status === 'loading')
      return html`<span class="bone chip" role="status" aria-label=${this.text('loading')}></span>`;
    const person = customer ? (customer.email ?? customer.externalId ?? customer.id) : null;
    return html`<button
      type="button"
      part="trigger"
      class=${person ? 'chip person' : 'chip primary'}
      aria-haspopup="dialog"
      @click=${() => this.#show()}
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
    const failed = status === 'failed' && error;
    return html`<div class="card" part="card">
      ${
        failed
          ? notice(
              sayError(error, (name) => this.text(name)),
              {
                label: this.text('retry'),
                run: () => this.retry(),
              },
            )
          : status === 'loading'
            ? html`<span
              class="bone block"
              role="status"
              aria-label=${this.text('loading')}
            ></span>`
            : customer
              ? this.#account(isDialog)
              : this.#signIn(isDialog)
      }
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

  #signIn(isDialog: boolean): TemplateResult {
    const name = this.view.bootstrap?.branding.name;
    const title =
      this.step === 'code'
        ? this.text('codeTitle')
        : name
          ? this.text('title', { name })
          : this.text('titlePlain');
    const form =
      this.step === 'code'
        ? this.#codeForm()
        : this.step === 'password'
          ? this.#passwordForm()
          : this.#emailForm();
    return html`${this.#top(title, isDialog)} ${form}`;
  }

  #error(): TemplateResult {
    const { failure } = this;
    return notice(failure ? sayError(failure, (name) => this.text(name), errorTexts) : null);
  }

  #submit(label: string): TemplateResult {
    const isBusy = this.busy === 'submit';
    return html`<button
      type="submit"
      part="button"
      class=${isBusy ? 'primary busy' : 'primary'}
      aria-disabled=${isBusy ? 'true' : 'false'}
    >
      ${label}
    </button>`;
  }

  #link(label: string, run: () => void): TemplateResult {
    return html`<button type="button" class="link" @click=${run}>${label}</button>`;
  }

  #emailField(autocomplete: 'email' | 'username'): TemplateResult {
    return html`<label>
      ${this.text('email')}
      <input
        part="input"
        name="email"
        type="email"
        autocomplete=${autocomplete}
        required
        .value=${this.email}
      />
    </label>`;
  }

  #emailForm(): TemplateResult {
    const { password, emailCode } = this.view.bootstrap?.signIn ?? {};
    if (emailCode === false) return this.#passwordForm();
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#sendCode(event)}>
      <p class="muted">${this.text('lead')}</p>
      ${this.#emailField('email')} ${this.#error()} ${this.#submit(this.text('continue'))}
      ${
        password
          ? html`<div class="row">
            ${this.#link(this.text('usePassword'), () => this.#go('password'))}
          </div>`
          : nothing
      }
    </form>`;
  }

  #codeForm(): TemplateResult {
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#verify(event)}>
      <p class="muted">${this.text('codeLead', { email: this.email })}</p>
      <label>
        ${this.text('code')}
        <input
          part="input"
          class="code"
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          autocapitalize="off"
          spellcheck="false"
          maxlength="12"
          required
          @input=${(event: InputEvent) => this.#codeTyped(event)}
        />
      </label>
      ${this.#error()} ${this.#submit(this.text('verify'))}
      <div class="row">
        ${
          this.resendSeconds > 0
            ? html`<span class="muted"
              >${this.text('resendIn', { seconds: this.resendSeconds })}</span
            >`
            : this.#link(this.text('resend'), () => this.#resend())
        }
        ${this.#link(this.text('otherEmail'), () => this.#go('email'))}
      </div>
    </form>`;
  }

  #passwordForm(): TemplateResult {
    const canCode = this.view.bootstrap?.signIn.emailCode !== false;
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#signInByPassword(event)}>
      ${this.#emailField('username')}
      <label>
        ${this.text('password')}
        <input
          part="input"
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
      </label>
      ${this.#error()} ${this.#submit(this.text('signIn'))}
      ${
        canCode
          ? html`<p class="muted">${this.text('passwordHint')}</p>
            <div class="row">
              ${this.#link(this.text('useCode'), () => this.#go('email'))}
            </div>`
          : nothing
      }
    </form>`;
  }

  #account(isDialog: boolean): TemplateResult {
    const { customer, bootstrap } = this.view;
    if (!customer) return html``;
    const person = customer.email ?? customer.externalId ?? customer.id;
    const plan =
      bootstrap?.tiers.find(({ name }) => name === customer.plan)?.displayName ?? customer.plan;
    return html`${this.#top(this.text('account'), isDialog)}
      <div class="who">
        <span class="face" data-letter=${person.slice(0, 1)}></span>
        <div class="lines">
          <span title=${person}>${person}</span>
          <span class="muted">${this.text('plan', { plan })}</span>
        </div>
      </div>
      ${
        this.step === 'new-password'
          ? this.#newPasswordForm(person)
          : html`${this.#error()}
            <div class="row">
              ${
                bootstrap?.signIn.password && customer.email
                  ? this.#link(
                      this.text(customer.hasPassword ? 'changePassword' : 'setPassword'),
                      () => this.#go('new-password'),
                    )
                  : nothing
              }
              ${
                customer.subscription
                  ? this.#link(this.text('billing'), () =>
                      this.act('billing', () => openPortal(this.page)),
                    )
                  : nothing
              }
            </div>
            <button
              type="button"
              part="button"
              class=${this.busy === 'out' ? 'busy' : ''}
              aria-disabled=${this.busy === null ? 'false' : 'true'}
              @click=${() => this.#signOut()}
            >
              ${this.text('signOut')}
            </button>`
      }`;
  }

  #newPasswordForm(person: string): TemplateResult {
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#savePassword(event)}>
      <input type="text" autocomplete="username" hidden aria-hidden="true" .value=${person} />
      <label>
        ${this.text('newPassword')}
        <input
          part="input"
          name="password"
          type="password"
          autocomplete="new-password"
          aria-describedby="rule"
          minlength="8"
          required
        />
      </label>
      <p class="muted" id="rule">${this.text('passwordRule')}</p>
      ${this.#error()} ${this.#submit(this.text('save'))}
      <div class="row">${this.#link(this.text('cancel'), () => this.#go('email'))}</div>
    </form>`;
  }

  #go(step: Step): void {
    const typed = this.renderRoot.querySelector<HTMLInputElement>('input[name=email]')?.value;
    if (typed) this.email = typed.trim();
    this.failure = null;
    this.said = '';
    this.step = step;
  }

  /** The form's value of this name, or null after the browser showed what is wrong with it. */
  #value(event: Event, name: string): string | null {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (!form.reportValidity()) return null;
    return (form.elements.namedItem(name) as HTMLInputElement).value.trim();
  }

  #sendCode(event: SubmitEvent): void {
    const email = this.#value(event, 'email');
    if (email === null) return;
    this.email = email;
    void this.act('submit', async () => {
      const { openClerk } = await import('../clerk/clerk.ts');
      const { api } = this.page;
      const key = this.view.bootstrap?.signIn.clerkPublishableKey ?? '';
      this.#sealedToken = null;
      this.#proof = await openClerk(key, `${api.base}/__clerk/${api.publishableKey}`);
      await this.#proof.send(email);
      this.#countDown();
      this.step = 'code';
    });
  }

  #resend(): void {
    void this.act('resend', async () => {
      await this.#proof?.resend();
      this.said = this.text('resent');
      this.#countDown();
    });
  }

  #countDown(): void {
    clearInterval(this.#timer);
    this.resendSeconds = RESEND_SECONDS;
    this.#timer = setInterval(() => {
      this.resendSeconds -= 1;
      if (this.resendSeconds <= 0) clearInterval(this.#timer);
    }, 1000);
  }

  #codeTyped(event: InputEvent): void {
    const input = event.currentTarget as HTMLInputElement;
    const digits = input.value.replaceAll(/\D/g, '').slice(0, 6);
    if (digits !== input.value) input.value = digits;
    if (digits.length === 6) input.form?.requestSubmit();
  }

  #verify(event: SubmitEvent): void {
    const code = this.#value(event, 'code');
    if (code === null) return;
    void this.act('submit', async () => {
      // What Clerk took is exchanged again after a failure on the way, without a new code.
      this.#sealedToken ??= (await this.#proof?.verify(code)) ?? null;
      try {
        const session = await this.page.api.post<Session & { isNew: boolean }>(
          'sessions/exchange',
          { sealedToken: this.#sealedToken },
        );
        this.#welcome(session, session.isNew);
      } catch (error) {
        if (toDreamError(error).code === 'identity_not_proved') this.#go('email');
        throw error;
      }
    });
  }

  #signInByPassword(event: SubmitEvent): void {
    const email = this.#value(event, 'email');
    if (email === null) return;
    const password = this.#value(event, 'password') ?? '';
    this.email = email;
    void this.act('submit', async () => {
      this.#welcome(
        await this.page.api.post<Session>('sessions/password', { email, password }),
        false,
      );
    });
  }

  #welcome(session: Session, isNew: boolean): void {
    this.#proof = null;
    this.#sealedToken = null;
    this.email = '';
    this.step = 'email';
    this.page.signIn(session, isNew);
    this.said = this.text('signedIn', { email: session.customer.email ?? '' });
  }

  #savePassword(event: SubmitEvent): void {
    const password = this.#value(event, 'password');
    if (password === null) return;
    void this.act('submit', async () => {
      await this.page.authed((token) => this.page.api.put('me/password', { password }, token));
      const { customer } = this.view;
      if (customer) this.page.customer = { ...customer, hasPassword: true };
      this.#go('email');
      this.said = this.text('saved');
    });
  }

  #signOut(): void {
    void this.act('out', async () => {
      await this.page.signOut();
      this.said = this.text('signedOut');
      this.#dialog?.close();
    });
  }
}

if (!customElements.get('dream-signup')) customElements.define('dream-signup', DreamSignup);

declare global {
  interface HTMLElementTagNameMap {
    'dream-signup': DreamSignup;
  }
}
