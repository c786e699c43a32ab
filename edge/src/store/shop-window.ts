import { cursorOf } from './cursor.ts';

/** A product as pages show it, as JSON, and what it is found by. */
export interface ShownProduct {
  place: string;
  category: string | null;
  json: string;
}

/** Everything an environment sells, in the order it is shown; `etag` is the same for the same. */
export interface ShownCatalog {
  etag: string;
  products: readonly ShownProduct[];
}

/** Which products a page of the window has; `after` is the place it begins behind. */
export interface WindowQuery {
  category: string | null;
  limit: number;
  after: string;
}

/** How many pages are kept as they are sent. */
const MAX_PAGES = 8;

/** Everything an environment sells, as it was at one moment, and the pages of it. */
export class ShopWindow {
  /** What a page of it is told apart by, beside its URL. */
  readonly etag: string;
  /** How many characters it keeps. */
  readonly size: number;
  readonly #products: readonly ShownProduct[];
  readonly #pages = new Map<string, string>();

  constructor({ etag, products }: ShownCatalog) {
    this.etag = etag;
    this.size = products.reduce((sum, { json }) => sum + json.length, 0);
    this.#products = products;
  }

  /** A page as JSON. The pages asked for last are kept, for most ask for the same. */
  page(query: WindowQuery): string {
    const key = JSON.stringify([query.category, query.limit, query.after]);
    const text = this.#pages.get(key) ?? this.#make(query);
    this.#pages.delete(key);
    this.#pages.set(key, text);
    const eldest = this.#pages.keys().next().value;
    if (this.#pages.size > MAX_PAGES && eldest !== undefined) this.#pages.delete(eldest);
    return text;
  }

  #make({ category, limit, after }: WindowQuery): string {
    const found = this.#products.filter(
      (product) => product.place > after && (category === null || product.category === category),
    );
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    const nextCursor = last ? cursorOf(last.place) : null;
    const products = shown.map(({ json }) => json).join(',');
    return `{"products":[${products}],"nextCursor":${JSON.stringify(nextCursor)}}`;
  }
}
