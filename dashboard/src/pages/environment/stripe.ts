import type { Connection } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { rememberTrip } from '../../stripe-trip.ts';
import { confirm } from '../../ui/confirm.ts';
import { day } from '../../ui/format.ts';
import { toast } from '../../ui/toast.ts';
import { Page } from '../page.ts';

/** The Stripe account an environment sells through. */
class StripePage extends Page<Connection> {
  protected async load(signal: AbortSignal): Promise<Connection> {
    return (await this.environment.connection(signal)).connection;
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Stripe</h1>
        <p>Customers pay into your own Stripe account. We never hold their money.</p>
      </div>
    </div>`;
  }

  protected body(connection: Connection): TemplateResult {
    if (connection.connected) return this.#connected(connection);
    return html`
      ${
        connection.via === 'platform'
          ? html`<div class="alert info">
              <strong>Test sales work already</strong>
              <p>Until you connect your own account they go through our test account, with test cards.</p>
            </div>`
          : nothing
      }
      ${connection.onboarding ? this.#onboarding(connection.onboarding) : this.#ways()}
    `;
  }

  #ways(): TemplateResult {
    return html`<div class="columns">
      <section class="card" aria-labelledby="have-title">
        <h2 id="have-title">I have a Stripe account</h2>
        <p class="muted">You allow it at Stripe, come back, and confirm the account by its name.</p>
        <div class="buttons">
          ${this.#button('connect', 'Connect with Stripe', () => this.#connect(), true)}
        </div>
      </section>
      <section class="card" aria-labelledby="new-title">
        <h2 id="new-title">I have none yet</h2>
        <p class="muted">Stripe asks for your details, and the account is yours from the start.</p>
        <div class="buttons">
          ${this.#button('account', 'Create a Stripe account', () => this.#createAccount())}
        </div>
      </section>
    </div>`;
  }

  #onboarding({
    accountName,
    requirementsDue,
  }: NonNullable<Connection['onboarding']>): TemplateResult {
    return html`<section class="card" aria-labelledby="onboarding-title">
      <div class="card-head">
        <h2 id="onboarding-title">${accountName}</h2>
        <span class="badge amber">Details missing</span>
      </div>
      <p class="muted">Nothing is sold through it before Stripe has what it needs.</p>
      ${requirements(requirementsDue)}
      <div class="buttons">
        ${this.#button('account', 'Go on at Stripe', () => this.#createAccount(), true)}
        ${this.#button('check', 'Check again', () => this.#check())}
      </div>
    </section>`;
  }

  #connected(connection: Connection): TemplateResult {
    const { accountName, stripeAccountId, connectedAtMs, sells, requirementsDue } = connection;
    return html`<section class="card" aria-labelledby="account-title">
      <div class="card-head">
        <h2 id="account-title">${accountName ?? stripeAccountId}</h2>
        ${sells ? html`<span class="badge good">Takes payments</span>` : html`<span class="badge bad">Cannot take payments</span>`}
      </div>
      <p class="muted">
        <code>${stripeAccountId}</code>${connectedAtMs === null ? nothing : html`, connected ${day(connectedAtMs)}`}
      </p>
      ${requirements(requirementsDue)}
      <div class="buttons">
        ${this.#button('check', 'Check again', () => this.#check())}
        <button class="button danger" type="button" @click=${() => void this.#disconnect(connection)}>
          Disconnect
        </button>
      </div>
    </section>`;
  }

  #button(
    name: string,
    words: string,
    work: () => Promise<void>,
    isPrimary = false,
  ): TemplateResult {
    return html`<button
      class="button ${isPrimary ? 'primary' : ''}"
      type="button"
      aria-disabled=${String(this.busy !== null)}
      @click=${() => void this.act(name, work)}
    >
      ${this.busy === name ? 'One moment…' : words}
    </button>`;
  }

  async #connect(): Promise<void> {
    const back = new URL(paths.stripeReturn(), location.href).href;
    const { url, state } = await this.environment.startConnection(back);
    rememberTrip({ project: this.projectId, mode: this.context.mode, state });
    location.assign(url);
  }

  async #createAccount(): Promise<void> {
    const { url, connection } = await this.environment.createAccount(location.href);
    if (url === null) this.data = connection;
    else location.assign(url);
  }

  async #check(): Promise<void> {
    this.data = (await this.environment.checkConnection()).connection;
    toast('Asked Stripe just now');
  }

  async #disconnect({ accountName, stripeAccountId }: Connection): Promise<void> {
    const sure = await confirm({
      title: `Disconnect ${accountName ?? 'the account'}?`,
      text: 'Nothing new is sold. Subscriptions that run stay at Stripe and go on being charged there; dream hears of them no more.',
      action: 'Disconnect',
      danger: true,
      typed: accountName ?? stripeAccountId ?? 'disconnect',
    });
    if (!sure) return;
    await this.act('disconnect', async () => {
      this.data = (await this.environment.disconnect()).connection;
      toast('Stripe account disconnected');
    });
  }
}
customElements.define('page-stripe', StripePage);

const requirements = (due: readonly string[]): TemplateResult | typeof nothing =>
  due.length === 0
    ? nothing
    : html`<div class="alert amber">
        <strong>Stripe still needs</strong>
        <ul class="plain-list">
          ${due.map((name) => html`<li>${name.replaceAll(/[._]/g, ' ')}</li>`)}
        </ul>
      </div>`;
