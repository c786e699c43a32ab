import { RpcTarget } from 'cloudflare:workers';
import type { Order, OrderEvent, OrderReceipt } from '@dream/contract/orders';
import type { StoreSettings } from '@dream/contract/store';
import { no, ok, type Outcome } from '../http/fail.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { settleOrder, tellOrder } from './apply.rpc.ts';
import type { EarlierOrder } from './cart.rpc.ts';
import { eraseBuyer } from './erasure.rpc.ts';
import {
  eventsOf,
  findOrder,
  noteEvent,
  type OrderQuery,
  type OrderRow,
  ordersWhere,
  toOrder,
  toReceipt,
  updateOrder,
} from './order.store.ts';
import { readStore, writeStore } from './settings.store.ts';

/** A page of orders; `before` goes on with the next one. */
export interface OrderPage<T> {
  orders: T[];
  before: number | null;
}

/** An order and what happened to it. */
export interface OrderWithEvents {
  order: Order;
  events: OrderEvent[];
}

/** Orders of one environment, and how its store sells. Ids and times are given by the caller. */
export class OrdersRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** How the store sells. */
  settings(): Outcome<StoreSettings> {
    return ok(readStore(this.#storage.sql));
  }

  /** Replaces how the store sells. Sessions that are open stay as they are. */
  putSettings(settings: StoreSettings, act: Act): Outcome<StoreSettings> {
    return this.#storage.transactionSync(() => {
      writeStore(this.#storage.sql, settings);
      writeAudit(this.#storage.sql, act, 'store.saved', null);
      return ok(readStore(this.#storage.sql));
    });
  }

  /** Orders, newest first. */
  list(query: OrderQuery): OrderPage<Order> {
    return this.#page(query, toOrder);
  }

  /** A customer's orders, newest first, as the customer may see them. */
  mine(customerId: string, page: { before: number; limit: number }): OrderPage<OrderReceipt> {
    return this.#page({ ...page, customerId, status: null, q: null }, toReceipt);
  }

  /** An order and what happened to it. */
  get(id: string): Outcome<OrderWithEvents> {
    const { sql } = this.#storage;
    const row = findOrder(sql, id);
    return row
      ? ok({ order: toOrder(sql, row), events: eventsOf(sql, id) })
      : no('order_not_found');
  }

  /** Notes that an order is on its way, or with which tracking. Told once. */
  fulfil(
    id: string,
    sent: { carrier: string | null; trackingUrl: string | null },
    act: Act,
  ): Outcome<Order> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, id);
      if (!order) return no('order_not_found');
      const { status, fulfilled_ms: fulfilledMs } = order;
      if (status !== 'paid' && status !== 'partially_refunded')
        return no('order_not_fulfillable', { status });
      updateOrder(sql, id, {
        fulfilled_ms: fulfilledMs ?? act.nowMs,
        carrier: sent.carrier,
        tracking_url: sent.trackingUrl,
      });
      if (fulfilledMs === null) {
        noteEvent(sql, id, 'fulfilled', act);
        writeAudit(sql, act, 'order.fulfilled', id);
        tellOrder(this.#storage, id, 'order.fulfilled', act.nowMs);
      }
      return this.#order(id);
    });
  }

  /** Takes back that an order is on its way. */
  unfulfil(id: string, act: Act): Outcome<Order> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, id);
      if (!order) return no('order_not_found');
      if (order.fulfilled_ms !== null) {
        updateOrder(sql, id, { fulfilled_ms: null, carrier: null, tracking_url: null });
        noteEvent(sql, id, 'unfulfilled', act);
        writeAudit(sql, act, 'order.unfulfilled', id);
      }
      return this.#order(id);
    });
  }

  /**
   * Asks for an order to be closed. Answers what is to be closed at Stripe; null when it is closed. One
   * that cost nothing has nothing to refund, so it is closed here, with its pieces back, until it is sent.
   */
  askCancel(id: string, act: Act): Outcome<EarlierOrder | null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, id);
      if (!order) return no('order_not_found');
      const { status, session_id: sessionId, stripe_account_id: stripeAccountId } = order;
      if (status === 'canceled') return ok(null);
      if (status === 'paid' && order.total_minor === 0 && order.fulfilled_ms === null) {
        writeAudit(sql, act, 'order.canceled', id);
        settleOrder(this.#storage, id, 'canceled', act.nowMs, act.actor);
        return ok(null);
      }
      // One whose money is on its way is closed only where nobody can be asked for it any more.
      if (status === 'processing') return ok({ orderId: id, sessionId, stripeAccountId });
      if (status !== 'pending') return no('order_not_cancelable', { status });
      if (order.is_cancel_asked === 0) writeAudit(sql, act, 'order.canceled', id);
      updateOrder(sql, id, { is_cancel_asked: 1 });
      return ok({ orderId: id, sessionId, stripeAccountId });
    });
  }

  /** Forgets who bought an order that is over. */
  eraseBuyer(id: string, act: Act): Outcome<Order> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, id);
      if (!order) return no('order_not_found');
      if (!eraseBuyer(sql, order, act)) return no('order_not_erasable', { status: order.status });
      return this.#order(id);
    });
  }

  #page<T>(query: OrderQuery, shown: (sql: SqlStorage, row: OrderRow) => T): OrderPage<T> {
    const { sql } = this.#storage;
    const rows = ordersWhere(sql, { ...query, limit: query.limit + 1 });
    const orders = rows.slice(0, query.limit);
    return {
      orders: orders.map((row) => shown(sql, row)),
      before: rows.length > query.limit ? (orders.at(-1)?.number ?? null) : null,
    };
  }

  #order(id: string): Outcome<Order> {
    const { sql } = this.#storage;
    const row = findOrder(sql, id);
    return row ? ok(toOrder(sql, row)) : no('order_not_found');
  }
}
