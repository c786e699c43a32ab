import type { Order, OrderStatus } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isToSend, STATUS_WORDS } from '../../order-words.ts';
import { paths } from '../../paths.ts';
import { type OrderFilter, shopApi } from '../../shop.ts';
import { download } from '../../ui/download.ts';
import { instant, money } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { searchField } from '../../ui/search.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Rows } from '../list-page.ts';

type Filter = { q: string; status: string; customer: string };

const NO_FILTER: Filter = { q: '', status: '', customer: '' };

/** What was bought, the newest first. */
class OrdersPage extends ListPage<Order, Filter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    bytes: { state: true },
  };
  /** How much of the table is there, while it comes. */
  declare private bytes: number;

  constructor() {
    super(NO_FILTER);
    this.bytes = 0;
  }

  protected async rowsOf(
    filter: Filter,
    page: { cursor: string | null; limit: number },
    signal?: AbortSignal,
  ): Promise<Rows<Order>> {
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
        this.data && (this.data.rows.length > 0 || this.isFiltered)
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

  protected body(data: Rows<Order>): TemplateResult {
    if (data.rows.length === 0 && !this.isFiltered)
      return emptyState(
        'No orders yet',
        'As soon as somebody checks out in your shop, it is here: with what was bought, by whom, and whether it is paid.',
        html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}>
          Put the shop on your page
        </a>`,
      );
    return html`${this.#tools()} ${this.#ofCustomer()}
    ${
      data.rows.length === 0
        ? emptyState(
            'No order is like this',
            'Numbers, e-mails, names and products were looked through.',
            html`<button class="button" type="button" @click=${() => this.look(NO_FILTER)}>
              Show all orders
            </button>`,
          )
        : this.#table(data)
    }`;
  }

  #tools(): TemplateResult {
    const { q, status } = this.filter;
    return html`<div class="tools" role="search">
      ${searchField('Search orders', q, (typed) => this.look({ q: typed }, true))}
      <select
        aria-label="Status"
        @change=${(event: Event) => this.look({ status: (event.target as HTMLSelectElement).value })}
      >
        <option value="" ?selected=${status === ''}>Any status</option>
        ${Object.entries(STATUS_WORDS).map(
          ([each, { words }]) =>
            html`<option value=${each} ?selected=${each === status}>${words}</option>`,
        )}
      </select>
    </div>`;
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

  #table(data: Rows<Order>): TemplateResult {
    return html`<section class="card table-card" aria-label="Orders" aria-busy=${this.searching ? 'true' : nothing}>
        <table>
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Buyer</th>
              <th scope="col">Bought</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">Total</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              data.rows,
              ({ id }) => id,
              (order) => this.#row(order),
            )}
          </tbody>
        </table>
      </section>
      ${this.more(data, data.rows.length === 1 ? 'order' : 'orders')}`;
  }

  #row(order: Order): TemplateResult {
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
