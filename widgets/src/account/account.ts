import type { Customer, Session } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { DreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { openPortal } from '../internal/checkout.ts';
import { CodeFlow } from '../internal/code-flow.ts';
import { FormElement } from '../internal/form-element.ts';
import { formStyles } from '../internal/form.styles.ts';
import { notice, sayError } from '../internal/notice.ts';
import { english, errorFields, errorTexts } from './account.strings.ts';
import { accountStyles } from './account.styles.ts';

type Step =
  | 'home'
  | 'name'
  | 'email'
  | 'email-code'
  | 'password'
  | 'devices'
  | 'delete'
  | 'confirm'
  | 'confirm-code'
  | 'confirm-sent';

/** A signed-in device, as the API tells of it. */
interface Device {
  id: string;
  device: string | null;
  lastUsedAtMs: number;
  current: boolean;
}

/** Something that may ask for the current password, or for a sign-in just now. */
type Guarded = (proof: { currentPassword?: string }) => Promise<unknown>;

/**
 * The account of who is signed in: name, e-mail, password, devices, billing, sign-out, deletion.
 *
 * @tag dream-account
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{customerId: string}>} dream-signout - On the document.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @csspart input, button, error - Its parts.
 */
export class DreamAccount extends FormElement<Step> {
  static override styles = [baseStyles, formStyles, accountStyles];
  static override properties = {
    ...FormElement.properties,
    nested: { type: Boolean },
    devices: { state: true },
  };
  /** Inside another element, which has the box and the heading. */
  declare nested: boolean;
  declare private devices: readonly Device[] | null;
  protected readonly english = english;
  protected readonly errorTexts = errorTexts;
  protected readonly errorFields = errorFields;
  readonly #code = new CodeFlow(this);
  /** What waits for the visitor to confirm who they are. */
  #guarded: Guarded = () => Promise.resolve();

  constructor() {
    super();
    this.nested = false;
    this.step = 'home';
    this.devices = null;
  }

  override render(): TemplateResult {
    return html`<div class=${this.nested ? 'root' : 'root card'} part="root">
      ${this.nested ? nothing : html`<h2>${this.text('account')}</h2>`} ${this.#content()}
      <slot name="bot-check"></slot>
      <p class="quiet" role="status">${this.said}</p>
    </div>`;
  }

  #content(): TemplateResult {
    const { customer, status, error } = this.view;
    if (customer) return this.#step(customer);
    if (status === 'failed' && error)
      return notice(
        sayError(error, (name) => this.text(name)),
        { label: this.text('retry'), run: () => this.retry() },
      );
    if (status === 'loading')
      return html`<span class="bone block" role="status" aria-label=${this.text('loading')}></span>`;
    return html`<p class="muted">${this.text('notSignedIn')}</p>
      ${this.error()}`;
  }

  #step(customer: Customer): TemplateResult {
    switch (this.step) {
      case 'name':
        return this.#nameForm(customer);
      case 'email':
        return this.#emailForm();
      case 'email-code':
        return this.codeForm(this.#code, (token) => this.#changeEmail(token), this.#back());
      case 'password':
        return this.#passwordForm(customer);
      case 'devices':
        return this.#deviceList();
      case 'delete':
        return this.#deleteForm();
      case 'confirm':
        return this.#confirmForm(customer);
      case 'confirm-code':
        return this.#askForCode(customer);
      case 'confirm-sent':
        return this.codeForm(this.#code, (token) => this.#confirmedByCode(token), this.#back());
      default:
        return this.#home(customer);
    }
  }

  #home(customer: Customer): TemplateResult {
    const { bootstrap } = this.view;
    const plan =
      bootstrap?.tiers.find(({ name }) => name === customer.plan)?.displayName ?? customer.plan;
    const person = customer.email ?? customer.externalId ?? customer.id;
    const hasPasswords = bootstrap?.signIn.password && customer.email;
    return html`<div class="who">
        <span class="face" data-letter=${person.slice(0, 1)}></span>
        <div class="lines">
          <span title=${person}>${person}</span>
          <span class="muted">${this.text('plan', { plan })}</span>
        </div>
      </div>
      <ul class="list">
        ${this.#row('name', nameOf(customer) || this.text('none'), 'change', 'changeName')}
        ${this.#row('email', customer.email ?? this.text('none'), 'change', 'changeEmail')}
        ${
          hasPasswords
            ? this.#row(
                'password',
                customer.hasPassword ? '••••••••' : this.text('none'),
                customer.hasPassword ? 'change' : 'set',
                customer.hasPassword ? 'changePassword' : 'setPassword',
              )
            : nothing
        }
        ${this.#row('devices', '', 'show', 'showDevices')}
      </ul>
      ${this.error()}
      <div class="ends">
        ${
          customer.subscription
            ? this.#button('billing', 'billing', () => openPortal(this.page))
            : nothing
        }
        ${this.#button('out', 'signOut', () => this.#signOut('signedOut'))}
      </div>
      <div class="row">${this.link(this.text('delete'), () => this.go('delete'))}</div>`;
  }

  #row(
    step: 'name' | 'email' | 'password' | 'devices',
    value: string,
    action: string,
    label: string,
  ): TemplateResult {
    return html`<li>
      <span class="lines">
        <span>${this.text(step)}</span>
        ${value ? html`<span class="muted">${value}</span>` : nothing}
      </span>
      ${this.link(this.text(action), () => this.#open(step), this.text(label))}
    </li>`;
  }

  #button(name: string, label: string, run: () => Promise<unknown>): TemplateResult {
    return html`<button
      type="button"
      part="button"
      class=${this.busy === name ? 'busy' : ''}
      aria-disabled=${this.busy === null ? 'false' : 'true'}
      @click=${() => this.act(name, run)}
    >
      ${this.text(label)}
    </button>`;
  }

  #title(name: string): TemplateResult {
    return html`<h3 tabindex="-1">${this.text(name)}</h3>`;
  }

  #back(): TemplateResult {
    return this.link(this.text('back'), () => this.go('home'));
  }

  #open(step: Step): void {
    this.go(step);
    if (step !== 'devices') return;
    this.devices = null;
    void this.act('devices', () => this.#loadDevices());
  }

  #nameForm({ firstName, lastName }: Customer): TemplateResult {
    const name = (field: 'firstName' | 'lastName', autocomplete: AutoFill, value: string | null) =>
      ({
        name: field,
        label: this.text(field),
        autocomplete,
        value: value ?? '',
        optional: true,
      }) as const;
    return html`${this.#title('changeName')}
    ${this.form({
      fields: [
        name('firstName', 'given-name', firstName),
        name('lastName', 'family-name', lastName),
      ],
      submit: this.text('save'),
      run: async (typed) => {
        const names = { firstName: typed.firstName || null, lastName: typed.lastName || null };
        await this.#change('patch', 'me', names);
      },
      more: this.#back(),
    })}`;
  }

  #emailForm(): TemplateResult {
    return html`${this.#title('changeEmail')}
    ${this.form({
      lead: this.text('newEmailLead'),
      fields: [
        { name: 'email', label: this.text('newEmail'), type: 'email', autocomplete: 'email' },
      ],
      submit: this.text('sendCode'),
      run: async ({ email = '' }) => {
        await this.#code.send(this.page, email, await this.botCheck());
        this.go('email-code');
      },
      more: this.#back(),
    })}`;
  }

  #changeEmail(sealedToken: string | null): Promise<void> {
    return this.#guard(async (proof) => {
      await this.#change('put', 'me/email', { sealedToken, ...proof });
      this.#code.done();
    });
  }

  #passwordForm({ email, hasPassword }: Customer): TemplateResult {
    return html`${this.#title(hasPassword ? 'changePassword' : 'setPassword')}
      <input type="text" autocomplete="username" hidden aria-hidden="true" .value=${email ?? ''} />
      ${this.form({
        fields: [
          {
            name: 'password',
            label: this.text('newPassword'),
            type: 'password',
            autocomplete: 'new-password',
            minLength: 8,
            hint: this.text('passwordRule'),
          },
        ],
        submit: this.text('save'),
        run: ({ password = '' }) =>
          this.#guard(async (proof) => {
            await this.#send('put', 'me/password', { password, ...proof });
            this.#know({ hasPassword: true });
          }),
        more: this.#back(),
      })}`;
  }

  #deviceList(): TemplateResult {
    const dates = new Intl.DateTimeFormat(this.language, {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
    return html`${this.#title('devices')}
      ${
        this.devices
          ? html`<ul class="list">
            ${this.devices.map((each) => this.#device(each, dates))}
          </ul>`
          : html`<span class="bone" role="status" aria-label=${this.text('loading')}></span>`
      }
      ${this.error()}
      <div class="ends">
        ${this.#button('all', 'endAll', async () => {
          await this.#send('delete', 'me/sessions');
          await this.#signOut('signedOut');
        })}
      </div>
      <div class="row">${this.#back()}</div>`;
  }

  #device(
    { id, device, lastUsedAtMs, current }: Device,
    dates: Intl.DateTimeFormat,
  ): TemplateResult {
    const name = device ?? this.text('someDevice');
    const used = this.text('lastUsed', { date: dates.format(lastUsedAtMs) });
    return html`<li>
      <span class="lines">
        <span>${name}</span>
        <span class="muted">${current ? this.text('thisDevice') : used}</span>
      </span>
      ${
        current
          ? nothing
          : this.link(
              this.text('end'),
              () =>
                this.act('end', async () => {
                  await this.#send('delete', `me/sessions/${id}`);
                  await this.#loadDevices();
                }),
              this.text('endDevice', { device: name }),
            )
      }
    </li>`;
  }

  async #loadDevices(): Promise<void> {
    const { sessions } = await this.page.authed((token) =>
      this.page.api.get<{ sessions: Device[] }>('me/sessions', token),
    );
    this.devices = sessions;
  }

  #deleteForm(): TemplateResult {
    return html`${this.#title('delete')}
    ${this.form({
      lead: this.text('deleteLead'),
      fields: [],
      submit: this.text('deleteNow'),
      danger: true,
      run: () =>
        this.#guard(async (proof) => {
          await this.#send('delete', 'me', proof);
          await this.#signOut('deleted');
        }),
      more: this.link(this.text('cancel'), () => this.go('home')),
    })}`;
  }

  /** Does something now, or after the visitor confirmed who they are. */
  async #guard(run: Guarded): Promise<void> {
    try {
      await run({});
    } catch (error) {
      if (!(error instanceof DreamError) || error.code !== 'confirmation_required') throw error;
      this.#guarded = run;
      this.go(this.view.customer?.hasPassword ? 'confirm' : 'confirm-code');
    }
  }

  #confirmForm(customer: Customer): TemplateResult {
    return html`${this.#title('confirm')}
      <input
        type="text"
        autocomplete="username"
        hidden
        aria-hidden="true"
        .value=${customer.email ?? ''}
      />
      ${this.form({
        lead: this.text('confirmLead'),
        fields: [
          {
            name: 'currentPassword',
            label: this.text('currentPassword'),
            type: 'password',
            autocomplete: 'current-password',
          },
        ],
        submit: this.text('confirm'),
        run: ({ currentPassword = '' }) => this.#guarded({ currentPassword }),
        more: html`${this.link(this.text('useCode'), () => this.go('confirm-code'))} ${this.#back()}`,
      })}`;
  }

  #askForCode({ email }: Customer): TemplateResult {
    return html`${this.#title('confirm')}
    ${this.form({
      lead: this.text('confirmCodeLead', { email: email ?? '' }),
      fields: [],
      submit: this.text('sendCode'),
      run: async () => {
        await this.#code.send(this.page, email ?? '', await this.botCheck());
        this.go('confirm-sent');
      },
      more: this.#back(),
    })}`;
  }

  /** Signing in once more makes the session as fresh as what waits asks for. */
  async #confirmedByCode(sealedToken: string | null): Promise<void> {
    const session = await this.page.api.post<Session>('sessions/exchange', { sealedToken });
    this.#code.done();
    await this.page.replaceSession(session);
    await this.#guarded({});
  }

  #send<T>(method: 'put' | 'patch' | 'delete', path: string, body?: object): Promise<T> {
    return this.page.authed((token) => this.page.api[method]<T>(path, body, token));
  }

  /** Changes what the API answers with the customer. */
  async #change(method: 'put' | 'patch', path: string, body: object): Promise<void> {
    const { customer } = await this.#send<{ customer: Customer }>(method, path, body);
    this.#know(customer);
  }

  #know(part: Partial<Customer>): void {
    const { customer } = this.view;
    if (customer) this.page.customer = { ...customer, ...part };
    this.go('home');
    this.said = this.text('saved');
  }

  async #signOut(word: 'signedOut' | 'deleted'): Promise<void> {
    await this.page.signOut();
    this.go('home');
    this.said = this.text(word);
  }
}

const nameOf = ({ firstName, lastName }: Customer): string =>
  [firstName, lastName].filter(Boolean).join(' ');

if (!customElements.get('dream-account')) customElements.define('dream-account', DreamAccount);

declare global {
  interface HTMLElementTagNameMap {
    'dream-account': DreamAccount;
  }
}
