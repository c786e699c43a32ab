import { RpcTarget } from 'cloudflare:workers';
import type { Order, OrderEvent, OrderReceipt } from '@dream/contract/orders';
import type { StoreSettings } from '@dream/contract/store';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import type { NewRefund } from '../providers/stripe/orders.ts';
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
import { isPaid } from './order-state.ts';
import {
  findRefund,
  insertRefund,
  type RefundRow,
  refundsAskedMinor,
  setRefundState,
} from './refund.store.ts';
import { readStore, writeStore } from './settings.store.ts';

/** A refund that is to be made at Stripe, and where. */
export interface RefundToMake {
  orderId: string;
  refund: NewRefund;
  chargeId: string | null;
  stripeAccountId: string | null;
  createdAtMs: number;
}

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

  /**
   * Asks for a refund, of all that is left unless an amount is given. What was asked for counts as given
   * back, until Stripe says that it was not: so no two of them are more than was paid.
   */
  beginRefund(
    orderId: string,
    asked: Pick<RefundRow, 'reason'> & { amountMinor: number | null; restock: boolean | null },
    ids: { refundId: string; jobId: string },
    act: Act,
  ): Outcome<null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, orderId);
      if (!order) return no('order_not_found');
      const { status, currency } = order;
      const leftMinor = isPaid(status)
        ? order.total_minor - order.refunded_minor - refundsAskedMinor(sql, orderId)
        : 0;
      if (leftMinor <= 0 || order.payment_intent_id === null)
        return no('order_not_refundable', { status, leftMinor: Math.max(0, leftMinor), currency });
      const amountMinor = asked.amountMinor ?? leftMinor;
      if (amountMinor > leftMinor) return no('refund_too_large', { leftMinor, currency });
      if (asked.restock === true && amountMinor < leftMinor)
        return no('restock_not_possible', { leftMinor, currency });
      if (amountMinor === leftMinor)
        updateOrder(sql, orderId, {
          restock: asked.restock === null ? null : Number(asked.restock),
        });
      const { refundId, jobId } = ids;
      insertRefund(sql, {
        id: refundId,
        order_id: orderId,
        amount_minor: amountMinor,
        reason: asked.reason,
        state: 'asked',
        created_ms: act.nowMs,
      });
      noteEvent(sql, orderId, 'refund_asked', act, { amountMinor });
      writeAudit(sql, act, 'order.refunded', orderId);
      const job = { kind: 'stripe.refund_order', refundId } as const;
      enqueue(sql, jobId, job, act.nowMs, act.nowMs + LEFT_TO_ASKER_MS);
      armAlarm(this.#storage);
      return ok(null);
    });
  }

  /** A refund that Stripe is still to be asked for; null when it was. */
  refundToMake(refundId: string): RefundToMake | null {
    const { sql } = this.#storage;
    const row = findRefund(sql, refundId);
    const order = row && findOrder(sql, row.order_id);
    if (row?.state !== 'asked' || !order || order.payment_intent_id === null) return null;
    return {
      orderId: order.id,
      refund: {
        refundId,
        paymentIntentId: order.payment_intent_id,
        amountMinor: row.amount_minor,
        reason: row.reason,
      },
      chargeId: order.charge_id,
      stripeAccountId: order.stripe_account_id,
      createdAtMs: row.created_ms,
    };
  }

  /** Notes that a refund is made, and that the order knows of it. */
  refundDone(refundId: string): void {
    setRefundState(this.#storage.sql, refundId, 'done');
  }

  /** Notes that Stripe refused a refund: what it asked for may be asked for again. */
  refundRefused(refundId: string, reason: string, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const row = findRefund(sql, refundId);
      if (row?.state !== 'asked') return;
      setRefundState(sql, refundId, 'refused');
      updateOrder(sql, row.order_id, { restock: null });
      noteEvent(sql, row.order_id, 'refund_refused', { actor: 'stripe', nowMs }, { reason });
    });
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

/** Whoever asks for a refund also has it made; this long after, the alarm does it instead. */
const LEFT_TO_ASKER_MS = 30_000;
