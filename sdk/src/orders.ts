import type { ApiClient } from './client.ts';
import type { Order, OrderEvent, OrderStatus } from './types.ts';

/** Which orders: of a status, of a customer, or with `q` in number, e-mail, name or products. */
export interface OrderFilter {
  status?: OrderStatus;
  customer?: string;
  q?: string;
}

/** One page of orders; `nextCursor` is null on the last. */
export interface OrderPage {
  orders: Order[];
  nextCursor: string | null;
}

/** Pieces that come back, of a line by its variant. The store's setting says of the stock, unless told. */
export interface RefundLine {
  variantId: string;
  quantity: number;
  restock?: boolean;
}

/**
 * What to give back: what `lines` come to, an amount, or all that is left. An amount beside lines is given
 * back for them instead. `restock` goes with all that is left only.
 */
export interface RefundInput {
  amountMinor?: number;
  lines?: RefundLine[];
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer';
  restock?: boolean;
}

/** What a refund would come to, of how much that is left. */
export interface RefundPreview {
  amountMinor: number;
  leftMinor: number;
  currency: string;
}

/** Orders, by their ord_… id. */
export class OrdersApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** One page, newest first. */
  page(query: OrderFilter & { limit?: number; cursor?: string } = {}): Promise<OrderPage> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.#api.call({ method: 'GET', path: `/api/orders?${search}` });
  }

  /** All of them, newest first, page by page as they are needed. */
  async *list(query: OrderFilter = {}): AsyncGenerator<Order, void> {
    let cursor: string | null = null;
    do {
      const page: OrderPage = await this.page({
        ...query,
        limit: 100,
        ...(cursor === null ? {} : { cursor }),
      });
      yield* page.orders;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** An order and what happened to it. Throws `order_not_found`. */
  get(id: string): Promise<{ order: Order; events: OrderEvent[] }> {
    return this.#api.call({ method: 'GET', path: pathOf(id) });
  }

  /**
   * Gives back what is left, or a part. With one `idempotencyKey` it is done once, however often it is
   * asked for. Throws `order_not_refundable`, `refund_too_large`, `order_line_not_found`,
   * `order_line_refunded`, and `restock_not_possible`.
   */
  async refund(
    id: string,
    { idempotencyKey, ...body }: RefundInput & { idempotencyKey?: string } = {},
  ): Promise<Order> {
    return this.#post(id, 'refund', body, idempotencyKey);
  }

  /** What a refund would come to; gives nothing back. */
  previewRefund(id: string, body: Omit<RefundInput, 'reason'> = {}): Promise<RefundPreview> {
    return this.#api.call({ method: 'POST', path: `${pathOf(id)}/refund/preview`, body });
  }

  /** Notes that an order is on its way. Throws `order_not_fulfillable` for one that is not paid. */
  async fulfil(
    id: string,
    sent: { carrier?: string | null; trackingUrl?: string | null } = {},
  ): Promise<Order> {
    return this.#post(id, 'fulfil', sent);
  }

  /** Takes back that an order is on its way. */
  async unfulfil(id: string): Promise<Order> {
    const path = `${pathOf(id)}/fulfil`;
    return (await this.#api.call<{ order: Order }>({ method: 'DELETE', path })).order;
  }

  /** Closes an order that nobody paid, or that cost nothing. Throws `order_not_cancelable`, also when it was paid just now. */
  async cancel(id: string): Promise<Order> {
    return this.#post(id, 'cancel', {});
  }

  /**
   * Forgets who bought an order that is over: e-mail, name, phone, address. Sums, lines and the country
   * stay. Cannot be taken back. Throws `order_not_erasable` while it may be paid or is to be sent.
   */
  async erasePersonalData(id: string): Promise<Order> {
    const path = `${pathOf(id)}/personal-data`;
    return (await this.#api.call<{ order: Order }>({ method: 'DELETE', path })).order;
  }

  async #post(id: string, verb: string, body: object, idempotencyKey?: string): Promise<Order> {
    const { order } = await this.#api.call<{ order: Order }>({
      method: 'POST',
      path: `${pathOf(id)}/${verb}`,
      body,
      idempotencyKey,
    });
    return order;
  }
}

const pathOf = (id: string): string => `/api/orders/${encodeURIComponent(id)}`;
