import { html, nothing, type PropertyDeclarations, render, type TemplateResult } from 'lit';
import { toDreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { DreamElement, type Preview } from '../internal/dream-element.ts';
import { notice } from '../internal/notice.ts';
import { browse, type Offer, offerOf, type Wish } from './browse.ts';
import { card } from './card.ts';
import { english } from './cart.strings.ts';
import { cartStyles } from './cart.styles.ts';
import { serveThePage } from './on-page.ts';
import { Shop, shopOf } from './shop.ts';
import { tools } from './tools.ts';

export { openCart } from './on-page.ts';

/** How many cards are drawn first: as fill most windows, and less than keep one waiting. */
const FIRST = 12;
/** How many more at once, as they come near. */
const BATCH = 24;

const NO_WISH: Wish = { search: '', category: '', sort: 'featured' };

/** What is over the page when it is wanted. */
type Part = 'dream-cart-drawer' | 'dream-order-drawer' | 'dream-cart-toast';

/** The place of a card, which stays while its product is out of sight, and what it was drawn from. */
interface Place {
  node: HTMLLIElement;
  of: readonly unknown[];
}

/**
 * A shop: the products of the project, and a cart in a drawer. Anything on the page with
 * `data-dream-add` puts a product into the same cart.
 *
 * @tag dream-cart
 * @attr {'grid'|'button'|'drawer'} view - All products; only the button that opens the cart; or
 *   nothing until it is opened.
 * @attr {string} category - Only products of this category.
 * @attr {string} currency - The currency shown first, like `eur`; by the visitor's region otherwise.
 * @attr {string} success-url - Where a buyer comes back to after paying; this page by default.
 * @attr {string} cancel-url - Where a buyer comes back to without paying; this page by default.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{count: number, currency: string | null, subtotalMinor: number}>}
 *   dream-cart-change - On `document`, in every tab.
 * @fires {CustomEvent<{orderId: string}>} dream-checkout-start
 * @fires {CustomEvent<{checkoutId: string, orderId: string}>} dream-checkout-complete
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @slot header - Above the products.
 * @slot footer - Below the products.
 * @slot empty - Instead of the products when there are none.
 * @csspart tools, search, select - What is above the products.
 * @csspart cart-button, count - The button that opens the cart, and its number.
 * @csspart products - The grid.
 * @csspart product, picture, name, price, options, badge, button, error - The parts of a product.
 * @csspart toast - What is said when something was added from elsewhere on the page.
 * @csspart drawer, line, quantity, total - The open cart and its parts.
 */
export class DreamCart extends DreamElement {
  static override styles = [baseStyles, cartStyles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    layout: { attribute: 'view' },
    category: {},
    currency: {},
    successUrl: { attribute: 'success-url' },
    cancelUrl: { attribute: 'cancel-url' },
    wish: { state: true },
    chosen: { state: true },
    drawn: { state: true },
  };
  declare layout: 'grid' | 'button' | 'drawer' | undefined;
  declare category: string | undefined;
  declare currency: string | undefined;
  declare successUrl: string | undefined;
  declare cancelUrl: string | undefined;
  declare private wish: Wish;
  /** The variants chosen, by product. */
  declare private chosen: ReadonlyMap<string, string>;
  /** How many cards are drawn. */
  declare private drawn: number;
  protected readonly english = english;
  readonly #places = new Map<string, Place>();
  #found: { offers: readonly Offer[]; of: readonly unknown[] } = { offers: [], of: [] };
  #shown: { shop: Shop; config: Preview } | null = null;
  #unsubscribe: (() => void) | undefined;
  readonly #near = new IntersectionObserver(
    (seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) this.drawn += BATCH;
    },
    { rootMargin: '1500px' },
  );

  constructor() {
    super();
    this.wish = NO_WISH;
    this.chosen = new Map();
    this.drawn = FIRST;
  }

  get #isGrid(): boolean {
    return this.layout !== 'button' && this.layout !== 'drawer';
  }

  /** The page's shop; of a preview, one that calls nobody. */
  get shop(): Shop {
    const { config } = this;
    if (!config) return shopOf(this.page);
    if (this.#shown?.config !== config) {
      const shop = new Shop(null, config);
      shop.subscribe(() => this.requestUpdate());
      this.#shown = { shop, config };
    }
    return this.#shown.shop;
  }

  protected override joined(): void {
    super.joined();
    this.#unsubscribe = this.shop.subscribe(() => this.requestUpdate());
    if (this.currency) this.shop.wantedCurrency = this.currency;
    if (this.#isGrid) void this.shop.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }

  /** Opens the cart. */
  open(): Promise<void> {
    return this.#opened('dream-cart-drawer', () => import('./cart-drawer.ts'));
  }

  /** Opens the orders of who is signed in; back from a checkout, what became of that. */
  openOrders(checkoutId?: string): Promise<void> {
    return this.#opened('dream-order-drawer', () => import('./order-drawer.ts'), checkoutId);
  }

  /** Adds what a `data-dream-add` names, and says so. */
  addFromPage(id: string, quantity: string | undefined): Promise<void> {
    return this.#opened('dream-cart-toast', () => import('./cart-toast.ts'), id, quantity);
  }

  /** Opens what stands over the page, whose code is loaded when it is first wanted. */
  async #opened<Name extends Part>(
    name: Name,
    load: () => Promise<unknown>,
    ...wanted: Parameters<HTMLElementTagNameMap[Name]['open']>
  ): Promise<void> {
    try {
      await load();
      const part =
        this.renderRoot.querySelector(name) ??
        this.renderRoot.appendChild(document.createElement(name));
      const { config, texts } = this;
      part.className = 'quiet';
      part.setAttribute('exportparts', 'drawer, line, quantity, total, button, error, toast');
      const opens = part as unknown as { open(...given: typeof wanted): Promise<void> };
      await Object.assign(opens, { owner: this, config, texts }).open(...wanted);
    } catch (error) {
      this.failure = toDreamError(error);
      this.page.fail(error);
    }
  }

  override render(): TemplateResult {
    const { status, error } = this.view;
    const isGrid = this.#isGrid;
    return html`<div class="root ${isGrid ? '' : 'bare'}" part="root">
      <slot name="header" ?hidden=${!isGrid}></slot>
      ${error && status === 'failed' ? this.failed(error) : this.#body()}
      <slot name="footer" ?hidden=${!isGrid}></slot>
      <p class="quiet" role="status">${this.#count()}</p>
    </div>`;
  }

  protected override retry(): void {
    super.retry();
    if (!this.config) void this.shop.load();
  }

  #body(): TemplateResult | typeof nothing {
    const { failure } = this;
    const { bootstrap, status } = this.view;
    const failed = notice(failure && this.say(failure));
    const { products, error, status: loaded } = this.shop;
    // Without the first data it is not known either in which language to speak.
    if (!this.#isGrid)
      return html`${bootstrap && this.layout === 'button' ? this.#button() : nothing}${failed}`;
    if (error && loaded === 'failed') return this.failed(error);
    if (bootstrap && products.length > 0) return html`${this.#tools()}${failed}${this.#products()}`;
    return loaded === 'ready' && status === 'ready'
      ? html`<slot name="empty"><p class="muted">${this.text('empty')}</p></slot>`
      : this.#skeleton();
  }

  #skeleton(): TemplateResult {
    return html`<div role="status" aria-label=${this.text('loading')}>
      <div class="tools"><span class="bone"></span></div>
      <div class="products">
        ${Array(8).fill(
          html`<div class="product">
            <span class="bone picture"></span>
            <span class="bone name"></span>
            <span class="bone"></span>
            <span class="bone"></span>
          </div>`,
        )}
      </div>
    </div>`;
  }

  #tools(): TemplateResult {
    const { shop, wish, category } = this;
    const text = (name: string) => this.text(name);
    return html`<div class="tools" part="tools">
      ${tools(shop, wish, category, text, (part) => this.#look(part))} ${this.#button()}
    </div>`;
  }

  #button(): TemplateResult {
    const { count } = this.shop;
    return html`<button type="button" class="cart" part="cart-button" @click=${() => this.open()}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M5 8h14l1 13H4zM8.5 11V7a3.5 3.5 0 0 1 7 0v4" />
      </svg>
      ${this.text('cart')}
      ${count > 0 ? html`<span class="count" part="count">${count}</span>` : nothing}
    </button>`;
  }

  #look(part: Partial<Wish>): void {
    this.wish = { ...this.wish, ...part };
    this.drawn = FIRST;
  }

  /** What fits the wish, looked for once for a wish and not for each drawing. */
  get #offers(): readonly Offer[] {
    const { products, currency } = this.shop;
    const { wish, category, language } = this;
    const of = [products, currency, wish, category, language];
    if (isUnlike(of, this.#found.of)) {
      const offers = products.flatMap((product) => offerOf(product, currency) ?? []);
      const within = category ? { ...wish, category } : wish;
      this.#found = { offers: browse(offers, within, language), of };
    }
    return this.#found.offers;
  }

  #count(): string {
    const { search, category } = this.wish;
    return search || category ? this.text('found', { count: this.#offers.length }) : '';
  }

  #products(): TemplateResult {
    const { language, headingLevel } = this;
    const offers = this.#offers;
    if (offers.length === 0)
      return html`<p class="nothing">
        ${this.text('nothing', { search: this.wish.search })}
        <button type="button" class="link" @click=${() => this.#look(NO_WISH)}>
          ${this.text('reset')}
        </button>
      </p>`;
    return html`<ul class="products" part="products" aria-label=${this.text('label')}>
      ${offers.slice(0, this.drawn).map((offer) => this.#card(offer, language, headingLevel))}
    </ul>`;
  }

  /** The card of a product, drawn anew only when something of it is another than before. */
  #card(
    { product, price: { currency } }: Offer,
    language: string,
    headingLevel: number,
  ): HTMLLIElement {
    const found = this.#places.get(product.id);
    const chosen = this.chosen.get(product.id);
    const of = [product, currency, chosen, language, headingLevel, this.texts];
    if (found && !isUnlike(of, found.of)) return found.node;
    const node = found?.node ?? document.createElement('li');
    const offer = offerOf(product, currency, chosen);
    if (offer) {
      node.className = `product ${offer.variant.soldOut ? 'out' : ''}`;
      node.part.add('product');
      const shown = {
        text: (name: string, values?: Record<string, string | number>) => this.text(name, values),
        language,
        headingLevel,
        choose: ({ id }: { id: string }) =>
          (this.chosen = new Map(this.chosen).set(product.id, id)),
        add: () => {
          this.shop.add(offer.price.priceId);
          void this.open();
        },
      };
      render(card(offer, shown), node);
    }
    this.#places.set(product.id, { node, of });
    return node;
  }

  protected override updated(): void {
    // Cards are drawn as they come near: a thousand at once would keep a telephone busy for seconds.
    this.#near.disconnect();
    const last = this.renderRoot.querySelector('.products > :last-child');
    if (last && this.drawn < this.#found.offers.length) this.#near.observe(last);
  }
}

const isUnlike = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.some((each, at) => each !== others[at]);

if (!customElements.get('dream-cart')) {
  customElements.define('dream-cart', DreamCart);
  serveThePage();
}

declare global {
  interface HTMLElementTagNameMap {
    'dream-cart': DreamCart;
  }
}
