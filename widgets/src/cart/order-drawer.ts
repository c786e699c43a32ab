import type { OrderReceipt } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { notice } from '../internal/notice.ts';
import { confirm, isBought } from './confirm.ts';
import { DrawerElement } from './drawer-element.ts';
import { english, errorTexts } from './order-drawer.strings.ts';
import { orderDrawerStyles } from './order-drawer.styles.ts';
import { orderList, receipt } from './receipt.ts';

interface Orders {
  orders: readonly OrderReceipt[];
  nextCursor: string | null;
}

/**
 * What became of a checkout one comes back from, or the orders of who is signed in. Part of
 * `<dream-cart>`, which loads it when it is wanted.
 */
export class DreamOrderDrawer extends DrawerElement {
  static override styles = [...DrawerElement.styles, orderDrawerStyles];
  static override properties: PropertyDeclarations = {
    ...DrawerElement.properties,
    checkoutId: { state: true },
    order: { state: true },
    list: { state: true },
  };
  /** The checkout one comes back from; without one, all orders are shown. */
  declare private checkoutId: string | undefined;
  declare private order: OrderReceipt | null;
  declare private list: Orders | null;
  protected readonly english = english;

  constructor() {
    super();
    this.order = null;
    this.list = null;
  }

  /** Opens with what became of a checkout; without one, with the orders of who is signed in. */
  async open(checkoutId?: string): Promise<void> {
    await this.updateComplete;
    const { orders, order } = this.config ?? {};
    this.failure = this.config ? this.view.error : null;
    this.checkoutId = checkoutId;
    this.order = order ?? null;
    this.list = orders ? { orders, nextCursor: null } : null;
    await this.show();
    void this.#load();
  }

  protected override heading(): string {
    const { checkoutId, order } = this;
    if (!checkoutId) return this.text('orders');
    if (!order) return this.text('orderTitle');
    if (!isBought(order)) return this.text('unpaidTitle');
    return this.text(order.status === 'processing' ? 'processingTitle' : 'paidTitle');
  }

  protected override content(): TemplateResult {
    const { order, checkoutId } = this;
    const isDone = order !== null && isBought(order);
    return html`<div class="middle" aria-live="polite">
        ${checkoutId ? this.#order() : this.#orders()}
        ${
          this.busy
            ? this.bone()
            : this.failure
              ? notice(this.say(this.failure, errorTexts), {
                  label: this.text('retry'),
                  run: () => void this.#load(),
                })
              : nothing
        }
      </div>
      <div class="foot">
        <button
          type="button"
          part="button"
          class=${checkoutId ? 'primary' : ''}
          @click=${() => this.#leave(isDone)}
        >
          ${this.text(isDone ? 'done' : 'back')}
        </button>
      </div>`;
  }

  #leave(isDone: boolean): void {
    this.close();
    if (!isDone) void this.owner.open();
  }

  #order(): TemplateResult | typeof nothing {
    const { order } = this;
    if (!order) return nothing;
    return html`<p class="lead">
        ${isBought(order) ? html`<span class="tick" aria-hidden="true">✓</span>` : nothing}
        <span>${this.text(sentenceOf(order))}</span>
      </p>
      <h3>${this.text('order', { number: `${order.number}` })}</h3>
      ${receipt(order, this.spoken)}`;
  }

  #orders(): TemplateResult | typeof nothing {
    const { list } = this;
    if (!list) return nothing;
    if (list.orders.length === 0) return html`<p class="muted">${this.text('noOrders')}</p>`;
    return html`${orderList(list.orders, this.spoken)}
    ${list.nextCursor ? this.link('moreOrders', () => this.#load()) : nothing}`;
  }

  #load(): Promise<void> {
    const { checkoutId } = this;
    return this.act('load', async () => {
      if (!checkoutId) return this.#loadOrders();
      this.order = await confirm(this.page, this.shop, checkoutId);
      this.focusTitle();
    });
  }

  async #loadOrders(): Promise<void> {
    const { orders = [], nextCursor } = this.list ?? {};
    const path = nextCursor ? `me/orders?cursor=${encodeURIComponent(nextCursor)}` : 'me/orders';
    const more = await this.page.authed((token) => this.page.api.get<Orders>(path, token));
    this.list = { ...more, orders: [...orders, ...more.orders] };
  }
}

/** What is said first of an order one comes back from. */
function sentenceOf(order: OrderReceipt): string {
  if (order.status === 'pending') return 'open';
  if (!isBought(order)) return 'unpaid';
  return order.status === 'processing' ? 'processing' : 'paid';
}

if (!customElements.get('dream-order-drawer'))
  customElements.define('dream-order-drawer', DreamOrderDrawer);

declare global {
  interface HTMLElementTagNameMap {
    'dream-order-drawer': DreamOrderDrawer;
  }
}
