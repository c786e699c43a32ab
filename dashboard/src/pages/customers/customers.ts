import type { Customer, CustomerStatus, Tier } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { ApiError, toApiError } from '../../api.ts';
import { nameOf, searchIn, SOURCE_WORDS, standing, STATUS_WORDS } from '../../customers.ts';
import {
  type CustomerPage,
  customersApi,
  type CustomerSearch,
  queryOf,
} from '../../customers-api.ts';
import { paths } from '../../paths.ts';
import { note } from '../../router.ts';
import { download } from '../../ui/download.ts';
import { choice } from '../../ui/field.ts';
import { day } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState, skeleton } from '../../ui/notice.ts';
import { whileSeen } from '../../ui/refresh.ts';
import { Page } from '../page.ts';

interface Data extends CustomerPage {
  tiers: readonly Tier[];
}

/** How long typing rests before it is searched, and how often who is new is looked for. */
const REST_MS = 250;
const REFRESH_MS = 10_000;

/** The customers of an environment: found as one types, by plan and by state. */
class CustomersPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    search: { state: true },
    from: { state: true },
    searching: { state: true },
  };
  declare private search: CustomerSearch;
  /** Where this page of the list begins; null is with the newest. */
  declare private from: string | null;
  declare private searching: boolean;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #searches = 0;
  #stopRefreshing = (): void => undefined;

  constructor() {
    super();
    const { after, ...search } = searchIn(location.search);
    this.search = search;
    this.from = after;
    this.searching = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopRefreshing = whileSeen(REFRESH_MS, () => void this.#refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#stopRefreshing();
  }

  get #customers() {
    return customersApi(this.context.call, this.projectId, this.context.mode);
  }

  get #isAll(): boolean {
    const { q, plan, status } = this.search;
    return q.trim() === '' && plan === '' && status === '';
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const [{ tiers }, page] = await Promise.all([
      this.environment.tiers(signal),
      this.#customers.list(this.search, this.from, signal),
    ]);
    return { tiers, ...page };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Customers</h1>
        <p>Who signed up, or was named by your server: their plan, what they use, and what they bought.</p>
      </div>
      <button
        class="button"
        type="button"
        aria-disabled=${String(this.busy !== null)}
        @click=${() => void this.#export()}
      >
        ${icons.download} ${this.busy === 'csv' ? 'Gathering…' : 'Download CSV'}
      </button>
    </div>`;
  }

  protected body(data: Data): TemplateResult {
    return html`${this.#filters(data.tiers)}
      <p class="visually-hidden" role="status">${this.#said(data)}</p>
      <div aria-busy=${String(this.searching)} class="stack">
        ${data.customers.length === 0 ? this.#nobody(data) : this.#table(data)}
      </div>
      ${this.#pages(data)}`;
  }

  #filters(tiers: readonly Tier[]): TemplateResult {
    return html`<form class="filters" role="search" @submit=${this.#submit}>
      <div class="field">
        <label for="search" class="visually-hidden">Search customers</label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          spellcheck="false"
          placeholder="Search e-mail, name or id"
          maxlength="254"
          .value=${this.search.q}
          @input=${this.#type}
        />
      </div>
      ${choice({
        id: 'plan',
        label: 'Plan',
        hideLabel: true,
        value: this.search.plan,
        choices: [
          ['', 'Every plan'],
          ...tiers.map(({ name, displayName }) => [name, displayName] as const),
        ],
        onInput: (plan) => this.#ask({ plan }),
      })}
      ${choice({
        id: 'status',
        label: 'State',
        hideLabel: true,
        value: this.search.status,
        choices: [['', 'Every state'], ...Object.entries(STATUS_WORDS)],
        onInput: (status) => this.#ask({ status: status as CustomerStatus | '' }),
      })}
    </form>`;
  }

  #said({ customers, nextCursor }: Data): string {
    if (this.searching) return 'Searching';
    const count = `${customers.length}${nextCursor === null ? '' : ' or more'}`;
    return `${count} ${customers.length === 1 ? 'customer' : 'customers'}`;
  }

  #nobody({ nextCursor }: Data): TemplateResult {
    if (this.searching) return skeleton();
    if (nextCursor !== null)
      return emptyState(
        'Nobody yet among those looked through',
        'There are very many customers. Look further, or type more of the e-mail or id.',
      );
    if (!this.#isAll || this.from !== null)
      return emptyState(
        'Nobody fits',
        'No customer of this environment has this in e-mail, name or id, with this plan and state.',
        html`<button class="button" type="button" @click=${() => this.#clear()}>
          Show everybody
        </button>`,
      );
    return emptyState(
      'No customer yet',
      'The first one comes when somebody signs up in your page, or when your server names one in X-User-Id.',
      html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}
        >Put it into your page</a
      >`,
    );
  }

  #table({ customers, tiers }: Data): TemplateResult {
    return html`<section class="card table-card" aria-label="Customers">
      <table>
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col">Plan</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          ${customers.map((customer) => this.#row(customer, tiers))}
        </tbody>
      </table>
    </section>`;
  }

  #row(customer: Customer, tiers: readonly Tier[]): TemplateResult {
    const { id, email, externalId, plan, planSource, createdAtMs } = customer;
    const name = nameOf(customer);
    const more = [email, externalId].filter((one) => one !== null && one !== name);
    const { kind, words } = standing(customer);
    return html`<tr>
      <td data-label="Customer">
        <div class="anywhere">
          <a href=${paths.customer(this.projectId, this.context.mode, id)}>${name}</a>
          ${more.map((one) => html`<br /><span class="muted small">${one}</span>`)}
        </div>
      </td>
      <td data-label="Plan">
        <div>
          ${tiers.find((tier) => tier.name === plan)?.displayName ?? plan}
          ${
            planSource === 'subscription'
              ? nothing
              : html`<br /><span class="muted small">${SOURCE_WORDS[planSource]}</span>`
          }
        </div>
      </td>
      <td data-label="State"><span class=${kind ? `badge ${kind}` : 'muted'}>${words}</span></td>
      <td data-label="Since" class="nowrap">${day(createdAtMs)}</td>
    </tr>`;
  }

  #pages({ customers, nextCursor }: Data): TemplateResult | typeof nothing {
    if (this.from === null && nextCursor === null) return nothing;
    const next = nextCursor && this.#address(nextCursor);
    return html`<nav class="buttons" aria-label="Pages of customers">
      ${this.from === null ? nothing : html`<a class="button" href=${this.#address(null)}>Newest</a>`}
      ${next ? html`<a class="button" href=${next}>${customers.length === 0 ? 'Look further' : 'Older'}</a>` : nothing}
    </nav>`;
  }

  #address(after: string | null): string {
    const path = paths.customers(this.projectId, this.context.mode);
    const { q, plan, status } = this.search;
    return path + queryOf({ q: q.trim(), plan, status, after: after ?? '' });
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    this.#ask({});
  };

  readonly #type = (event: Event): void => {
    const q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.search = { ...this.search, q };
    this.#typing = setTimeout(() => this.#ask({}), REST_MS);
  };

  #clear(): void {
    this.#ask({ q: '', plan: '', status: '' });
    this.querySelector<HTMLInputElement>('#search')?.focus();
  }

  /** Searches anew, from the newest customer on; the address says what was asked. */
  #ask(change: Partial<CustomerSearch>): void {
    clearTimeout(this.#typing);
    this.search = { ...this.search, ...change };
    this.from = null;
    note(this.#address(null));
    this.searching = true;
    this.failure = null;
    this.#find().catch((error: unknown) => {
      this.searching = false;
      this.failure = toApiError(error);
    });
  }

  /** Who is new appears by itself, unless somebody types or is further back in the list. */
  async #refresh(): Promise<void> {
    if (this.from !== null || this.searching || this.data === null || this.busy !== null) return;
    try {
      await this.#find();
    } catch (error) {
      // What is shown stays good; the next thing that is asked for says what is wrong.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** An answer that came too late for what is asked now is dropped. */
  async #find(): Promise<void> {
    const turn = (this.#searches += 1);
    const page = await this.#customers.list(this.search, null);
    if (turn !== this.#searches || !this.data) return;
    this.data = { ...this.data, ...page };
    this.searching = false;
  }

  async #export(): Promise<void> {
    await this.act('csv', async () => {
      download(await this.#customers.csv(this.search), `customers-${this.context.mode}.csv`);
    });
  }
}
customElements.define('page-customers', CustomersPage);
