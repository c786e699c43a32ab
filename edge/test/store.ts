import { runInDurableObject } from 'cloudflare:test';
import type { Order, Product } from '@dream/contract';
import {
  type Answer,
  call,
  checkoutIdOf,
  control,
  deps,
  download,
  manage,
  Shop,
} from './billing-shop.ts';

/** A line of a cart. */
export interface Item {
  priceId: string;
  quantity: number;
}

let addresses = 0;
/** An address nobody called from before. */
export const newAddress = (): string => {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
};

/** A shop with things to sell. */
export class Store {
  readonly shop: Shop;
  readonly pk: string;

  private constructor(shop: Shop, pk: string) {
    this.shop = shop;
    this.pk = pk;
  }

  static async open(shop?: Shop): Promise<Store> {
    const opened = shop ?? (await Shop.open());
    const { project } = await manage('GET', `/api/projects/${opened.ref.projectId}`);
    return new Store(opened, project.publishableKeys[opened.ref.mode]);
  }

  /** A product of one variant, published. */
  async product(fields: {
    name?: string;
    stockUnits?: number | null;
    priceMinor?: number;
    [more: string]: unknown;
  }) {
    const { name = 'Mug', stockUnits = 10, priceMinor = 2000, ...more } = fields;
    const variants = [{ name: '', stockUnits, prices: [{ priceMinor, currency: 'usd' }] }];
    const { product } = await manage('POST', `${this.shop.base}/products`, {
      name,
      variants,
      ...more,
    });
    return product as Product;
  }

  settings(settings: object): Promise<unknown> {
    return manage('PUT', `${this.shop.base}/store`, settings);
  }

  /** What stands in the stock of a product's variant. */
  async stock(product: Product): Promise<{ stockUnits: number | null; reservedUnits: number }> {
    const { product: now } = await manage('GET', `${this.shop.base}/products/${product.id}`);
    const { stockUnits, reservedUnits } = now.variants[0];
    return { stockUnits, reservedUnits };
  }

  /** A guest's page asks for a cart, from an address of its own unless told. */
  asGuest(
    items: readonly Item[],
    more: object = {},
    address = newAddress(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.page('/api/cart/checkout', { items, ...more }, address, headers);
  }

  /** A customer's server asks for a cart. */
  asCustomer(customerId: string, items: readonly Item[], more: object = {}): Promise<Answer> {
    return this.shop.bySecretKey('POST', '/api/cart/checkout', { items, ...more }, customerId);
  }

  asServer(items: readonly Item[], more: object = {}): Promise<Answer> {
    return this.shop.bySecretKey('POST', '/api/cart/checkout', { items, ...more });
  }

  page(
    path: string,
    body: object,
    address = newAddress(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const sent = { ...headers, 'cf-connecting-ip': address };
    return call('POST', `${path}?pk=${this.pk}`, null, body, sent);
  }

  /** Comes back from paying. */
  confirm(url: string): Promise<Answer> {
    return this.page('/api/cart/confirm', { checkoutId: checkoutIdOf(url) });
  }

  async order(id: string): Promise<Order> {
    const { body } = await this.shop.bySecretKey('GET', `/api/orders/${id}`);
    return body.order;
  }

  refund(id: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return call('POST', `/api/orders/${id}/refund`, this.shop.sk, body, headers);
  }

  /** Buys and pays, without coming back. Answers the order's id and the checkout's. */
  async buy(items: readonly Item[], card?: string): Promise<{ orderId: string; url: string }> {
    const { body } = await this.asServer(items);
    await pay(body.url, card);
    return body;
  }

  /** Writes copies of the newest order, as if it had been made so many times more. */
  async copyOrders(count: number): Promise<void> {
    await runInDurableObject(deps.project(this.shop.ref), (_, { storage }) => {
      const columns = storage.sql
        .exec<{ name: string }>("SELECT name FROM pragma_table_info('store_order')")
        .toArray()
        .map(({ name }) => name)
        .filter((name) => !['number', 'id', 'session_id'].includes(name));
      for (let copy = 1; copy <= count; copy++) {
        storage.sql.exec(
          `INSERT INTO store_order (id, ${columns.join()}) SELECT 'ord_copy' || ?1, ${columns.join()}
           FROM store_order WHERE number = 1001`,
          copy,
        );
        storage.sql.exec(
          `INSERT INTO store_order_line SELECT 'ord_copy' || ?1, position, product_id, variant_id, name,
             quantity, price_minor FROM store_order_line
           WHERE order_id = (SELECT id FROM store_order WHERE number = 1001)`,
          copy,
        );
      }
    });
  }

  /** The table of orders, as text. */
  async csv(): Promise<string> {
    const { text } = await download('/api/orders.csv', this.shop.sk);
    return text;
  }

  /** Stops the object, as a crash would: what it did not store is gone. */
  async restart(): Promise<void> {
    await runInDurableObject(deps.project(this.shop.ref), (_, state) =>
      state.abort('killed'),
    ).catch(() => {});
  }
}

/** Pays on the page of a checkout. */
export const pay = (url: string, card?: string): Promise<unknown> =>
  control(`checkout/${checkoutIdOf(url)}/pay`, card === undefined ? {} : { card });

/** The id of a product's one price. */
export function priceOf(product: Product): string {
  const id = product.variants[0]?.prices[0]?.priceId;
  if (!id) throw new Error(`${product.name} is not published`);
  return id;
}

/** One line of a cart. */
export const one = (product: Product, quantity = 1): Item => ({
  priceId: priceOf(product),
  quantity,
});
