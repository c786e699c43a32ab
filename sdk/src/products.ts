import type { ApiClient } from './client.ts';
import type { Product } from './types.ts';

/** The products you sell. */
export class ProductsApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The products for sale, in the order they are shown: all of them, or those of a category. */
  async list(query: { category?: string } = {}): Promise<Product[]> {
    const all: Product[] = [];
    let cursor: string | null = null;
    do {
      const { category } = query;
      const given = new URLSearchParams({
        ...(category !== undefined && { category }),
        ...(cursor !== null && { cursor }),
      });
      const page: { products: Product[]; nextCursor: string | null } = await this.#api.call({
        method: 'GET',
        path: `/api/products${given.size > 0 ? `?${given}` : ''}`,
      });
      all.push(...page.products);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }
}
