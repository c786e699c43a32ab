import type { CartProblem, PublicProduct } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { type DreamError, toDreamError } from '../internal/api.ts';
import { money } from '../internal/money.ts';
import { notice } from '../internal/notice.ts';
import { openCheckout } from './buy.ts';
import { english, errorTexts } from './cart-drawer.strings.ts';
import { cartDrawerStyles } from './cart-drawer.styles.ts';
import { cartLine, sayProblem } from './cart-line.ts';
import { type Correction, correct, outdated, takeOut } from './corrections.ts';
import { DrawerElement } from './drawer-element.ts';
import type { Line } from './kept.ts';

/** What an error may say of the cart. */
interface Told {
  lines?: readonly CartProblem[];
  priceIds?: readonly string[];
  orderId?: string;
  minimumMinor?: number;
  currency?: string;
}

const UNCHANGED: Pick<Correction, 'notes' | 'gone'> = { notes: new Map(), gone: [] };

/**
 * The open cart: its lines and the way to checkout. What is different of a line than the buyer saw it
 * is told there, and asked about once more. Part of `<dream-cart>`, which loads it when it is wanted.
 */
export class DreamCartDrawer extends DrawerElement {
  static override styles = [...DrawerElement.styles, cartDrawerStyles];
  static override properties: PropertyDeclarations = {
    ...DrawerElement.properties,
    said: { state: true },
    removed: { state: true },
  };
  /** What is different of the cart than it was. */
  declare private said: typeof UNCHANGED;
  /** What was taken out last, and may be put back. */
  declare private removed: { line: Line; at: number } | null;
  protected readonly english = english;
  #compared: readonly PublicProduct[] | null = null;
  /** Prices the edge named in the place of others. */
  readonly #toldPrices = new Set<string>();

  constructor() {
    super();
    this.said = UNCHANGED;
    this.removed = null;
  }

  /** Opens the cart as it is now. */
  async open(): Promise<void> {
    await this.updateComplete;
    this.failure = this.config ? this.view.error : null;
    this.said = UNCHANGED;
    this.removed = null;
    await this.show();
    void this.shop.load();
    this.changed();
    if (this.config?.problems) this.#correct(this.config.problems);
  }

  /** What the shop has another price of is told as soon as it is known. */
  protected override changed(): void {
    super.changed();
    const { shop } = this;
    if (shop.status !== 'ready' || shop.products === this.#compared) return;
    this.#compared = shop.products;
    // What the edge itself just said is newer than products a browser may have kept for a minute.
    const problems = outdated(shop).filter(({ priceId }) => !this.#toldPrices.has(priceId));
    if (problems.length > 0) this.#correct(problems);
  }

  #correct(problems: readonly CartProblem[]): void {
    this.shop.edit((kept) => {
      const { lines, ...said } = correct(kept.lines, problems);
      this.said = said;
      return { lines };
    });
  }

  protected override heading(): string {
    return this.text('title');
  }

  protected override content(): TemplateResult {
    const { items, subtotalMinor, currency } = this.shop;
    const isEmpty = items.length === 0;
    return html`<div class="middle">
        ${this.#changes()} ${isEmpty && !this.removed ? this.#empty() : this.#lines()}
      </div>
      <div class="foot">
        ${
          isEmpty || !currency
            ? nothing
            : html`<dl class="sums" part="total">
                <div class="total">
                  <dt>${this.text('subtotal')}</dt>
                  <dd aria-live="polite">${money(subtotalMinor, currency, this.language)}</dd>
                </div>
              </dl>
              <p class="muted">${this.text('later')}</p>`
        }
        ${notice(this.failure && this.#words(this.failure))}
        ${isEmpty ? nothing : this.#checkoutButton()}
        ${this.view.customer ? this.link('orders', () => this.#showOrders()) : nothing}
      </div>`;
  }

  /** Says once, for all lines, that the cart is not as it was. */
  #changes(): TemplateResult {
    const { notes, gone } = this.said;
    return html`<div role="alert">
      ${
        notes.size + gone.length > 0
          ? html`<div class="changed">
              <p>${this.text('changed')}</p>
              <ul>
                ${gone.map((each) => html`<li>${sayProblem(each, this.spoken)}</li>`)}
              </ul>
            </div>`
          : nothing
      }
    </div>`;
  }

  #lines(): TemplateResult {
    const { shop, spoken, removed } = this;
    const rows = shop.items.map((item) =>
      cartLine(item, {
        ...spoken,
        currency: shop.currency,
        note: this.said.notes.get(item.priceId),
        // What an open checkout holds for this cart is missing in the stock.
        isHeld: shop.kept.order !== null,
        take: (quantity) => this.#take(item.priceId, quantity),
      }),
    );
    if (removed) rows.splice(removed.at, 0, this.#removedRow(removed.line));
    return html`<ul class="lines">${rows}</ul>`;
  }

  #removedRow({ name = '' }: Line): TemplateResult {
    return html`<li class="removed">
      <span class="muted" role="status">${this.text('removed', { name })}</span>
      ${this.link('undo', () => this.#putBack())}
    </li>`;
  }

  /** Takes so many pieces of a line; with none it goes, and may be put back. */
  #take(priceId: string, quantity: number): void {
    const { items } = this.shop;
    const at = items.findIndex((item) => item.priceId === priceId);
    const { offer: _offer, ...line } = items[at] ?? { priceId, quantity };
    this.removed = quantity < 1 ? { line, at } : null;
    this.shop.edit(({ lines }) => ({
      lines: lines
        .map((each) => (each.priceId === priceId ? { ...each, quantity } : each))
        .filter((each) => each.quantity > 0),
    }));
    // The button that was pressed is gone.
    if (quantity < 1)
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>('.removed button')?.focus(),
      );
  }

  #putBack(): void {
    const { removed } = this;
    if (!removed) return;
    const { line, at } = removed;
    this.removed = null;
    this.shop.edit(({ lines }) => ({
      lines: lines.filter(({ priceId }) => priceId !== line.priceId).toSpliced(at, 0, line),
    }));
    this.focusTitle();
  }

  #empty(): TemplateResult {
    return html`<div class="empty">
      <p class="muted">${this.text('empty')}</p>
      <button type="button" part="button" @click=${() => this.close()}>
        ${this.text('browse')}
      </button>
    </div>`;
  }

  #checkoutButton(): TemplateResult {
    const isBusy = this.busy !== null;
    return html`<button
      type="button"
      part="button"
      class=${isBusy ? 'primary busy' : 'primary'}
      aria-disabled=${isBusy}
      @click=${() => this.act('checkout', () => this.#checkOut())}
    >
      ${this.text('checkout')}
    </button>`;
  }

  #showOrders(): void {
    this.close();
    void this.owner.openOrders();
  }

  #words(failure: DreamError): string {
    const { minimumMinor, currency } = failure.details as Told;
    return failure.code === 'below_minimum' && minimumMinor && currency
      ? this.text('errorMinimum', { amount: money(minimumMinor, currency, this.language) })
      : this.say(failure, errorTexts);
  }

  async #checkOut(): Promise<void> {
    const { go, absolute } = await import('../internal/checkout.ts');
    const { shop } = this;
    const { successUrl, cancelUrl } = this.owner;
    this.said = UNCHANGED;
    this.removed = null;
    try {
      const here = location.href.split('#')[0] ?? '';
      const { url, orderId } = await openCheckout(this.page, shop, {
        successUrl: absolute(successUrl) ?? here,
        cancelUrl: absolute(cancelUrl) ?? here,
      });
      this.page.tell('dream-checkout-start', { orderId });
      await go(url);
      void shop.load();
    } catch (error) {
      if (!this.#learn(toDreamError(error))) throw error;
    }
  }

  /** Brings the cart to what an error says of it; false when there is more to say. */
  #learn({ code, details }: DreamError): boolean {
    const { lines, priceIds, orderId } = details as Told;
    if (code === 'cart_paid' && orderId) takeOut(this.shop, orderId);
    const unknown = priceIds?.map(
      (priceId): CartProblem => ({
        priceId,
        problem: 'removed',
        name: '',
        quantity: 0,
        currency: '',
      }),
    );
    const problems = lines ?? unknown;
    if (!problems) return false;
    for (const { priceId, newPriceId } of problems) this.#toldPrices.add(newPriceId ?? priceId);
    this.#correct(problems);
    this.focusTitle();
    void this.shop.reload();
    return true;
  }
}

if (!customElements.get('dream-cart-drawer'))
  customElements.define('dream-cart-drawer', DreamCartDrawer);

declare global {
  interface HTMLElementTagNameMap {
    'dream-cart-drawer': DreamCartDrawer;
  }
}
