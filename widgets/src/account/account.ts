import type { Customer } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { formStyles } from '../internal/form.styles.ts';
import { providerName } from '../internal/provider-name.ts';
import { english, errorFields, errorTexts } from './account.strings.ts';
import { accountStyles } from './account.styles.ts';
import { ConfirmingElement } from './confirming-element.ts';
import type { Device } from './sign-ins.ts';

type Step = 'home' | 'name' | 'email' | 'email-code' | 'password' | Loaded | 'delete';

/** Steps that show what is loaded for them, and by code of its own. */
type Loaded = 'providers' | 'devices';
type Lists = Pick<typeof import('./sign-ins.ts'), 'deviceList' | 'providerList'> & {
  devices: readonly Device[];
  providers: readonly string[];
};

/**
 * The account of who is signed in: name, e-mail, password, providers, devices, billing, sign-out, deletion.
 *
 * @tag dream-account
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{customerId: string}>} dream-signout - On the document.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @csspart input, button, error - Its parts.
 */
export class DreamAccount extends ConfirmingElement<Step> {
  static override styles = [baseStyles, formStyles, accountStyles];
  static override properties = {
    ...ConfirmingElement.properties,
    nested: { type: Boolean },
    lists: { state: true },
  };
  /** Inside another element, which has the box and the heading. */
  declare nested: boolean;
  /** Where one is signed in and by whom, once it is loaded. */
  declare private lists: Lists | null;
  protected readonly english = english;
  protected readonly errorTexts = errorTexts;
  protected readonly errorFields = errorFields;

  #opened: Step = 'home';

  constructor() {
    super();
    this.nested = false;
    this.step = 'home';
    this.lists = null;
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
    if (error) return this.failed(error);
    if (status === 'loading') return this.bone('block');
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
        return html`${this.heading('changeEmail')}
        ${this.codeForm(this.code, (token) => this.#changeEmail(token), this.back())}`;
      case 'password':
        return this.#passwordForm(customer);
      case 'devices':
        return this.#deviceStep();
      case 'providers':
        return this.#providerStep();
      case 'delete':
        return this.#deleteForm();
      case 'home':
        return this.#home(customer);
      default:
        return this.confirmation(this.step, customer);
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
        ${
          bootstrap?.signIn.oauth.length
            ? this.#row('providers', '', 'show', 'showProviders')
            : nothing
        }
        ${this.#row('devices', '', 'show', 'showDevices')}
      </ul>
      ${this.error()}
      <div class="ends">
        ${
          customer.subscription
            ? this.#button('billing', 'billing', async () => {
                const { openPortal } = await import('../internal/checkout.ts');
                return openPortal(this.page);
              })
            : nothing
        }
        ${this.#button('out', 'signOut', () => this.#signOut('signedOut'))}
      </div>
      <div class="row" data-to="delete">
        ${this.link(this.text('delete'), () => this.#open('delete'))}
      </div>`;
  }

  #row(
    step: 'name' | 'email' | 'password' | Loaded,
    value: string,
    action: string,
    label: string,
  ): TemplateResult {
    return html`<li data-to=${step}>
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

  /** Who comes back from a step is where it began. */
  protected override focusFirst(): void {
    const link = this.renderRoot.querySelector<HTMLElement>(`[data-to="${this.#opened}"] button`);
    if (link) link.focus();
    else super.focusFirst();
  }

  #open(step: Step): void {
    this.#opened = step;
    this.go(step);
    if (step !== 'devices' && step !== 'providers') return;
    this.lists = null;
    void this.act(step, () => this.#load());
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
    return html`${this.heading('changeName')}
    ${this.form({
      fields: [
        name('firstName', 'given-name', firstName),
        name('lastName', 'family-name', lastName),
      ],
      submit: this.text('save'),
      run: async (typed) => {
        const names = { firstName: typed.firstName || null, lastName: typed.lastName || null };
        await this.#change('PATCH', 'me', names);
      },
      more: this.back(),
    })}`;
  }

  #emailForm(): TemplateResult {
    return html`${this.heading('changeEmail')}
    ${this.form({
      lead: this.text('newEmailLead'),
      fields: [
        { name: 'email', label: this.text('newEmail'), type: 'email', autocomplete: 'email' },
      ],
      submit: this.text('sendCode'),
      run: async ({ email = '' }) => {
        await this.code.send(this.page, email, await this.botCheck());
        this.go('email-code');
      },
      more: this.back(),
    })}`;
  }

  #changeEmail(sealedToken: string | null): Promise<void> {
    return this.guard(async (proof) => {
      await this.#change('PUT', 'me/email', { sealedToken, ...proof });
      this.code.done();
    });
  }

  #passwordForm({ email, hasPassword }: Customer): TemplateResult {
    return html`${this.heading(hasPassword ? 'changePassword' : 'setPassword')}
      ${this.form({
        username: email ?? '',
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
          this.guard(async (proof) => {
            await this.send('PUT', 'me/password', { password, ...proof });
            this.#know({ hasPassword: true });
          }),
        more: this.back(),
      })}`;
  }

  #providerStep(): TemplateResult {
    const { lists } = this;
    const list = lists?.providers.length
      ? lists.providerList(lists.providers, providerName, (provider) =>
          this.link(
            this.text('unlink'),
            () => this.act('unlink', () => this.#unlink(provider)),
            this.text('unlinkProvider', { provider: providerName(provider) }),
          ),
        )
      : lists
        ? html`<p class="muted">${this.text('noProviders')}</p>`
        : this.bone();
    return html`${this.heading('providers')} ${list} ${this.error()}
      <div class="row">${this.back()}</div>`;
  }

  #unlink(provider: string): Promise<void> {
    return this.guard(async (proof) => {
      await this.send('DELETE', `me/providers/${encodeURIComponent(provider)}`, proof);
      await this.#load();
      this.go('providers');
      this.said = this.text('saved');
    });
  }

  #deviceStep(): TemplateResult {
    const { lists } = this;
    const list = lists
      ? lists.deviceList(lists.devices, {
          language: this.language,
          text: (name, values) => this.text(name, values),
          signOut: (device, name) =>
            this.link(this.text('end'), () => this.act('end', () => this.#endDevice(device)), name),
        })
      : this.bone();
    return html`${this.heading('devices')} ${list} ${this.error()}
      <div class="ends">
        ${this.#button('all', 'endAll', async () => {
          await this.send('DELETE', 'me/sessions');
          await this.#signOut('signedOut');
        })}
      </div>
      <div class="row">${this.back()}</div>`;
  }

  async #endDevice({ id }: Device): Promise<void> {
    await this.send('DELETE', `me/sessions/${id}`);
    await this.#load();
  }

  async #load(): Promise<void> {
    const get = <T>(path: string) => this.page.authed((token) => this.page.api.get<T>(path, token));
    const [{ deviceList, providerList }, { sessions }, { providers }] = await Promise.all([
      import('./sign-ins.ts'),
      get<{ sessions: Device[] }>('me/sessions'),
      get<{ providers: string[] }>('me'),
    ]);
    this.lists = { deviceList, providerList, devices: sessions, providers };
  }

  #deleteForm(): TemplateResult {
    return html`${this.heading('delete')}
    ${this.form({
      lead: this.text('deleteLead'),
      fields: [],
      submit: this.text('deleteNow'),
      danger: true,
      run: () =>
        this.guard(async (proof) => {
          await this.send('DELETE', 'me', proof);
          await this.#signOut('deleted');
        }),
      more: this.link(this.text('cancel'), () => this.go('home')),
    })}`;
  }

  /** Changes what the API answers with the customer. */
  async #change(method: 'PUT' | 'PATCH', path: string, body: object): Promise<void> {
    const { customer } = await this.send<{ customer: Customer }>(method, path, body);
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
