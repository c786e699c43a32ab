import type { PublicProduct, PublicVariant } from '@dream/contract';
import { type DreamError, toDreamError } from '../internal/api.ts';
import { chosenCurrency, currencyToShow } from '../internal/currency.ts';
import type { Preview } from '../internal/dream-element.ts';
import { emit } from '../internal/events.ts';
import type { Page } from '../internal/page.ts';
import { type Offer, offerOf } from './browse.ts';
import { type Kept, keptIn, type Line } from './kept.ts';

/** A line with what the shop says of it now; without an offer until the products are there. */
export interface Item extends Line {
  name: string;
  price: number;
  offer: Offer | null;
}

/** What became of a wish to add something. */
export interface Added {
  name: string;
  /** How many came to the cart. */
  quantity: number;
  isSoldOut: boolean;
}

/** A page of the products. */
export interface Catalogue {
  products: readonly PublicProduct[];
  nextCursor: string | null;
}

/** What an id is of: a product, one of its variants, or a price of that. */
interface Found {
  product: PublicProduct;
  variant?: PublicVariant;
  currency?: string;
}

/** Products older than this are asked for anew when somebody is about to buy. */
const STALE_AFTER_MS = 60_000;

/**
 * The one cart of a page and the products it is filled from. The cart is kept in the site's own
 * localStorage, where all its tabs share it; in memory where storage is closed.
 */
export class Shop {
  products: readonly PublicProduct[] = [];
  /** What the products together are sold in. */
  currencies: readonly string[] = [];
  status: 'idle' | 'loading' | 'ready' | 'failed' = 'idle';
  error: DreamError | null = null;
  /** The currency the site wants shown first. */
  wantedCurrency: string | undefined;
  readonly #page: Page | null;
  readonly #listeners = new Set<() => void>();
  readonly #index = new Map<string, Found>();
  #memory: string | null = null;
  #kept: Kept | null = null;
  #loading: Promise<void> | null = null;
  #loadedAtMs = 0;

  /** Of a page; or of none, to show what is given and call nobody. */
  constructor(page: Page | null, shown: Pick<Preview, 'products' | 'cart'> = {}) {
    this.#page = page;
    if (page)
      addEventListener('storage', ({ key }) => {
        if (key === this.#name || key === null) this.#changed(null);
      });
    else {
      this.status = 'ready';
      this.#show(shown.products ?? []);
      this.#memory = JSON.stringify({ lines: shown.cart, currency: this.currency });
      this.#kept = null;
    }
  }

  get #name(): string {
    return `dream_cart_${this.#page?.api.publishableKey}`;
  }

  /** The cart as it is kept. */
  get kept(): Kept {
    return (this.#kept ??= keptIn(this.#read()));
  }

  #read(): string | null {
    try {
      return this.#page ? localStorage.getItem(this.#name) : this.#memory;
    } catch {
      return this.#memory;
    }
  }

  /** Changes what is kept, as it is now: another tab may just have changed it. */
  edit(change: (kept: Kept) => Partial<Kept>): void {
    const kept = keptIn(this.#read());
    Object.assign(kept, change(kept));
    this.#memory = JSON.stringify(kept);
    try {
      if (this.#page) localStorage.setItem(this.#name, this.#memory);
    } catch {
      // Storage is closed or full: the cart lives as long as the page.
    }
    this.#changed(kept);
  }

  #changed(kept: Kept | null): void {
    this.#kept = kept;
    this.#tell();
    const { currency = null, count, subtotalMinor } = this;
    if (this.#page) emit(document, 'dream-cart-change', { count, currency, subtotalMinor });
  }

  /** Calls back after every change, until the returned function is called. */
  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  #tell(): void {
    for (const changed of this.#listeners) changed();
  }

  /** Loads the products, once; anew when that failed, or they are old. Never rejects: see `error`. */
  load(): Promise<void> {
    const isOld = this.status === 'ready' && Date.now() - this.#loadedAtMs > STALE_AFTER_MS;
    return isOld || this.status === 'failed' ? this.reload() : (this.#loading ??= this.#load());
  }

  /** Loads the products anew. */
  reload(): Promise<void> {
    return (this.#loading = this.#load());
  }

  async #load(): Promise<void> {
    const page = this.#page;
    if (!page) return;
    if (this.status !== 'ready') this.status = 'loading';
    this.#tell();
    try {
      const products: PublicProduct[] = [];
      let path: string | null = 'products?limit=48';
      // Those that were asked for while this code was on its way, once.
      let early = page.products;
      page.products = undefined;
      while (path !== null) {
        const answer: Catalogue = (await early) ?? (await page.api.get(path));
        early = undefined;
        products.push(...answer.products);
        // A first few are shown while the others are on their way.
        if (this.status === 'loading') this.#show([...products]);
        const { nextCursor } = answer;
        path = nextCursor && `products?cursor=${encodeURIComponent(nextCursor)}`;
      }
      this.status = 'ready';
      this.#loadedAtMs = Date.now();
      this.#show(products);
    } catch (error) {
      // What is there already stays in sight.
      if (this.products.length === 0) this.status = 'failed';
      this.error = toDreamError(error);
      page.fail(error);
      this.#tell();
    }
  }

  #show(products: readonly PublicProduct[]): void {
    this.products = products;
    this.#index.clear();
    const currencies = new Set<string>();
    for (const product of products) {
      this.#index.set(product.id, { product });
      for (const variant of product.variants) {
        this.#index.set(variant.id, { product, variant });
        for (const { priceId, currency } of variant.prices) {
          this.#index.set(priceId, { product, variant, currency });
          currencies.add(currency);
        }
      }
    }
    this.currencies = [...currencies];
    this.#tell();
  }

  get lines(): readonly Line[] {
    return this.kept.lines;
  }

  /** The lines as they are sold now. */
  get items(): Item[] {
    return this.lines.map((line) => {
      const offer = this.offer(line.priceId) ?? this.offer(line.variantId);
      const { name = offer ? nameOf(offer) : '', price = offer?.price.price ?? 0 } = line;
      return { ...line, name, price, offer };
    });
  }

  /** How many pieces are in the cart. */
  get count(): number {
    return this.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  get subtotalMinor(): number {
    return this.items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  }

  /** The one currency all is shown and bought in: of what is in the cart, else the visitor's. */
  get currency(): string | undefined {
    const { currencies, kept } = this;
    if (kept.lines.length > 0 && kept.currency) return kept.currency;
    return currencyToShow(currencies, this.wantedCurrency);
  }

  /** What a product, a variant or a price is sold as, in the currency of the cart. */
  offer(id: string | undefined, currency = this.currency): Offer | null {
    const { product, variant } = this.#index.get(id ?? '') ?? {};
    const offer = product ? offerOf(product, currency, variant?.id) : null;
    return variant && offer?.variant !== variant ? null : offer;
  }

  /** Puts pieces into the cart, as many as one order may have; null of what is not sold here. */
  add(id: string, quantity = 1): Added | null {
    // A price says its currency, where nothing else does.
    const own = this.lines.length > 0 ? undefined : this.#index.get(id)?.currency;
    const offer = this.offer(id, own);
    if (!offer) return null;
    const { priceId, price, currency } = offer.price;
    const { id: variantId, maxQuantity, soldOut: isSoldOut } = offer.variant;
    const name = nameOf(offer);
    let added = 0;
    this.edit(({ lines }) => {
      const had = lines.find((line) => line.priceId === priceId)?.quantity ?? 0;
      added = Math.max(0, Math.min(quantity, maxQuantity - had));
      const line = { priceId, quantity: had + added, variantId, name, price };
      if (added === 0) return {};
      return {
        currency,
        lines: had
          ? lines.map((each) => (each.priceId === priceId ? line : each))
          : [...lines, line],
      };
    });
    return { name, quantity: added, isSoldOut };
  }

  /** Sells in another currency from now on, what is in the cart as far as it can be as well. */
  setCurrency(currency: string): void {
    chosenCurrency(currency);
    this.edit(({ lines }) => ({
      currency,
      lines: lines.map((line) => {
        const now = this.offer(line.priceId, currency)?.price;
        return now ? { ...line, priceId: now.priceId, price: now.price } : line;
      }),
    }));
  }
}

/** How people call an offer: the product, and which of its variants. */
export const nameOf = ({ product, variant }: Offer): string =>
  variant.name ? `${product.name} – ${variant.name}` : product.name;

let shop: Shop | null = null;

/** The shop of a page. */
export const shopOf = (page: Page): Shop => (shop ??= new Shop(page));
