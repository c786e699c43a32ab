import type { Order, OrderStatus } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { isToSend, STATUS_WORDS } from '../../order-words.ts';
import { paths } from '../../paths.ts';
import { type OrderFilter, shopApi } from '../../shop.ts';
import { download } from '../../ui/download.ts';
import { instant, money } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

type Filter = { q: string; status: string; customer: string };

const NO_FILTER: Filter = { q: '', status: '', customer: '' };

const STATUS_CHOICES = [
  ['', 'Any status'] as const,
  ...Object.entries(STATUS_WORDS).map(([status, { words }]) => [status, words] as const),
];

/** What was bought, the newest first. */
class OrdersPage extends ListPage<Order, Filter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    bytes: { state: true },
  };
  /** How much of the table is there, while it comes. */
  declare private bytes: number;
  protected readonly words = {
    label: 'Orders',
    one: 'order',
    many: 'orders',
    lookedThrough: 'Numbers, e-mails, names and products were looked through.',
  };
  protected readonly heads = ['Order', 'Buyer', 'Bought', 'Status', { number: 'Total' }];

  constructor() {
    super(NO_FILTER);
    this.bytes = 0;
  }

  protected async rowsOf(filter: Filter, page: Part, signal?: AbortSignal): Promise<Rows<Order>> {
    const { orders, nextCursor } = await shopApi(this.context).orders(
      askedFor(filter),
      page,
      signal,
    );
    return { rows: orders, nextCursor };
  }

  protected head(): TemplateResult {
    const isBusy = this.busy === 'csv';
    return html`<div class="page-head">
      <div>
        <h1>Orders</h1>
        <p>What was bought in your shop, the newest first.</p>
      </div>
      ${
        this.data && !this.isBare
          ? html`<button
              class="button"
              type="button"
              aria-disabled=${String(this.busy !== null)}
              @click=${() => void this.#download()}
            >
              ${isBusy ? `Downloading… ${kilobytes(this.bytes)}` : 'Download CSV'}
            </button>`
          : nothing
      }
    </div>`;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'No orders yet',
      'As soon as somebody checks out in your shop, it is here: with what was bought, by whom, and whether it is paid.',
      html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}>
        Put the shop on your page
      </a>`,
    );
  }

  protected override tools(): unknown {
    return [
      this.lookers(
        this.search('Search orders', 'q'),
        this.choose('Status', 'status', STATUS_CHOICES),
      ),
      this.#ofCustomer(),
    ];
  }

  #ofCustomer(): TemplateResult | typeof nothing {
    const { customer } = this.filter;
    return customer
      ? html`<p class="small">
          Of customer <code>${customer}</code>
          <button class="button quiet" type="button" @click=${() => this.look({ customer: '' })}>
            Show those of all customers
          </button>
        </p>`
      : nothing;
  }

  protected row(order: Order): TemplateResult {
    const { id, number, createdAtMs, name, email, status, totalMinor, currency } = order;
    const { words, tone } = STATUS_WORDS[status];
    return html`<tr>
      <td data-label="Order" class="nowrap">
        <div>
          <a href=${paths.order(this.projectId, this.context.mode, id)}>${number}</a><br />
          <span class="muted small">${instant(createdAtMs)}</span>
        </div>
      </td>
      <td data-label="Buyer">
        <div class="anywhere">
          ${name ?? email ?? 'Guest'}${name && email ? html`<br /><span class="muted small">${email}</span>` : nothing}
        </div>
      </td>
      <td data-label="Bought"><div class="anywhere">${boughtWords(order)}</div></td>
      <td data-label="Status">
        <div class="buttons">
          <span class="badge ${tone}">${words}</span>
          ${isToSend(order) ? html`<span class="badge accent">To send</span>` : nothing}
          ${order.fulfilled ? html`<span class="badge">Sent</span>` : nothing}
          ${order.dispute ? html`<span class="badge bad">Disputed</span>` : nothing}
        </div>
      </td>
      <td data-label="Total" class="nowrap number">${money(totalMinor, currency)}</td>
    </tr>`;
  }

  async #download(): Promise<void> {
    this.bytes = 0;
    const done = await this.act('csv', async () => {
      const filter = askedFor(this.filter);
      const table = await shopApi(this.context).ordersCsv(filter, (bytes) => (this.bytes = bytes));
      download(table, `orders-${this.context.mode}.csv`);
    });
    if (done) toast('Orders downloaded');
  }
}
customElements.define('page-orders', OrdersPage);

const isStatus = (text: string): text is OrderStatus => Object.hasOwn(STATUS_WORDS, text);

/** What stands in the address may be anything. */
const askedFor = ({ q, status, customer }: Filter): OrderFilter => ({
  q: q.trim().slice(0, 120),
  status: isStatus(status) ? status : '',
  customer,
});

function boughtWords({ lines }: Order): string {
  const [first] = lines;
  if (!first) return '';
  const rest = lines.length - 1;
  const pieces = first.quantity > 1 ? `${first.quantity} × ` : '';
  return `${pieces}${first.name}${rest > 0 ? `, and ${rest} more` : ''}`;
}

const kilobytes = (bytes: number): string =>
  bytes === 0 ? '' : `${Math.ceil(bytes / 1024).toLocaleString()} KB`;
