import type { ApiClient } from './client.ts';
import type { OrderReceipt, StartedOrder } from './types.ts';
import { userHeaders } from './user.ts';

/** A cart to be ordered. Without `customer` or `token` it is a guest's, with an e-mail at most. */
export interface Cart {
  items: { priceId: string; quantity: number }[];
  email?: string;
  successUrl?: string;
  cancelUrl?: string;
  /** The order of this same cart that was begun before: closed first, or handed out again. */
  replaces?: { orderId: string; orderToken: string };
}

/** Ordering carts for whoever buys through your server. */
export class CartApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /**
   * Orders a cart and keeps its pieces; send the buyer to `url`. Throws `cart_changed` with
   * `details.lines` when something is not as the cart has it: show that and ask the buyer again.
   */
  async checkout({
    customer,
    token,
    ...cart
  }: Cart & { customer?: string; token?: string }): Promise<StartedOrder> {
    const isNamed = customer !== undefined || token !== undefined;
    return this.#api.call({
      method: 'POST',
      path: '/api/cart/checkout',
      body: cart,
      ...(isNamed && { headers: userHeaders({ customer, token }) }),
    });
  }

  /** On the way back: `checkoutId` is `dream_order` of the URL. The order is right after it. */
  async confirm(checkoutId: string): Promise<OrderReceipt> {
    const path = '/api/cart/confirm';
    return (
      await this.#api.call<{ order: OrderReceipt }>({ method: 'POST', path, body: { checkoutId } })
    ).order;
  }
}
