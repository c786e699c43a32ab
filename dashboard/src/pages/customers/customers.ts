import type { Customer, Tier } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { nameOf, searchOf, SOURCE_WORDS, standing, STATUS_WORDS } from '../../customers.ts';
import { customersApi } from '../../customers-api.ts';
import { paths } from '../../paths.ts';
import { download } from '../../ui/download.ts';
import { day } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { whileSeen } from '../../ui/refresh.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

type Filter = { q: string; plan: string; status: string };

const STATUS_CHOICES = [['', 'Every state'] as const, ...Object.entries(STATUS_WORDS)];

/** How often who is new is looked for. */
const REFRESH_MS = 10_000;

/** The customers of an environment: found as one types, by plan and by state. */
class CustomersPage extends ListPage<Customer, Filter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    tiers: { state: true },
  };
  /** Archived ones too: customers have them still. */
  declare private tiers: readonly Tier[];
  protected readonly words = {
    label: 'Customers',
    one: 'customer',
    many: 'customers',
    lookedThrough: 'E-mails, names and ids were looked through.',
  };
  protected readonly heads = ['Customer', 'Plan', 'State', 'Since'];
  #stopRefreshing = (): void => undefined;

  constructor() {
    super({ q: '', plan: '', status: '' });
    this.tiers = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopRefreshing = whileSeen(REFRESH_MS, () => void this.refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopRefreshing();
  }

  get #customers() {
    return customersApi(this.context.call, this.projectId, this.context.mode);
  }

  protected override async load(signal: AbortSignal): Promise<Rows<Customer>> {
    const [{ tiers, archivedTiers }, rows] = await Promise.all([
      this.environment.tiers(signal),
      super.load(signal),
    ]);
    this.tiers = [...tiers, ...archivedTiers];
    return rows;
  }

  protected async rowsOf(
    filter: Filter,
    page: Part,
    signal?: AbortSignal,
  ): Promise<Rows<Customer>> {
    const found = await this.#customers.list(searchOf(filter), page, signal);
    return { rows: found.customers, nextCursor: found.nextCursor };
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

  protected nothingYet(): TemplateResult {
    return emptyState(
      'No customer yet',
      'The first one comes when somebody signs up in your page, or when your server names one in X-User-Id.',
      html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}
        >Put it into your page</a
      >`,
    );
  }

  protected override tools(): unknown {
    const plans = this.tiers.map(({ name, displayName }) => [name, displayName] as const);
    return this.lookers(
      this.search('Search customers by e-mail, name or id', 'q', 254),
      this.choose('Plan', 'plan', [['', 'Every plan'], ...plans]),
      this.choose('State', 'status', STATUS_CHOICES),
    );
  }

  protected row(customer: Customer): TemplateResult {
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
          ${this.tiers.find((tier) => tier.name === plan)?.displayName ?? plan}
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

  async #export(): Promise<void> {
    await this.act('csv', async () => {
      const table = await this.#customers.csv(searchOf(this.filter));
      download(table, `customers-${this.context.mode}.csv`);
    });
  }
}
customElements.define('page-customers', CustomersPage);
