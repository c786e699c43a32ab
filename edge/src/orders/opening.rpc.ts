import { RpcTarget } from 'cloudflare:workers';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import type { NewOrderCheckout } from '../providers/stripe/orders.ts';
import { endUnopened } from './apply.rpc.ts';
import { findOrder, type OrderRow, updateOrder } from './order.store.ts';

/** An order that waits for its session: what to ask Stripe for, in which account. */
export interface OrderToOpen {
  orderId: string;
  request: NewOrderCheckout;
  stripeAccountId: string | null;
  createdAtMs: number;
}

/** Whoever begins an order also opens its session; this long after, the alarm does it instead. */
export const LEFT_TO_BUYER_MS = 60_000;

/** The sessions of orders on their way to being open. Ids and times are given by the caller. */
export class OpeningRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Records the session that a buyer is about to be sent to. False when the order was given up
   * meanwhile: then nobody may be sent there.
   */
  opened(
    orderId: string,
    session: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): boolean {
    return this.#storage.transactionSync(() => {
      const order = findOrder(this.#storage.sql, orderId);
      if (!order || order.is_abandoned === 1 || order.status !== 'pending') return false;
      if (order.session_id !== null) return order.session_id === session.id;
      this.#record(orderId, session, jobId, nowMs);
      return true;
    });
  }

  /**
   * Records the session of an order whose buyer did not wait for it, so that it can be closed. False
   * when the buyer was sent to it after all.
   */
  openedForNobody(
    orderId: string,
    session: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): boolean {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, orderId);
      if (!order || order.status !== 'pending') return false;
      if (order.session_id !== null) return order.is_abandoned === 1;
      updateOrder(sql, orderId, { is_abandoned: 1 });
      this.#record(orderId, session, jobId, nowMs);
      return true;
    });
  }

  /** An order that waits for its session; null of one that does not, or not any more. */
  toOpen(orderId: string): OrderToOpen | null {
    const order = findOrder(this.#storage.sql, orderId);
    return order ? toOpen(order) : null;
  }

  /**
   * Gives up an order whose session is not known: nobody will be sent there, and the alarm closes it.
   * One whose session became known meanwhile stays as it is: answers that session.
   */
  abandon(orderId: string, jobId: string, nowMs: number): string | null {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, orderId);
      if (order?.status !== 'pending' || order.session_id !== null)
        return order?.session_id ?? null;
      updateOrder(sql, orderId, { is_abandoned: 1 });
      enqueue(sql, jobId, { kind: 'stripe.open_order', orderId }, nowMs);
      armAlarm(this.#storage);
      return null;
    });
  }

  /** Frees the pieces of an order that has no session and never will: nobody could pay it. */
  neverOpened(orderId: string, nowMs: number): void {
    this.#storage.transactionSync(() => {
      const isAsked = findOrder(this.#storage.sql, orderId)?.is_cancel_asked === 1;
      endUnopened(this.#storage, orderId, isAsked ? 'canceled' : 'expired', nowMs);
    });
  }

  /** Keeps a session, and queues looking at it when it should have expired. */
  #record(
    orderId: string,
    { id, expiresAtMs }: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): void {
    const { sql } = this.#storage;
    updateOrder(sql, orderId, { session_id: id, session_expires_ms: expiresAtMs, request: null });
    const dueMs = expiresAtMs + LEFT_TO_BUYER_MS;
    enqueue(sql, jobId, { kind: 'stripe.sync', objectId: id }, nowMs, dueMs);
    armAlarm(this.#storage);
  }
}

/** What Stripe is to be asked for; null of an order that does not wait for a session. */
export function toOpen(order: OrderRow): OrderToOpen | null {
  if (order.session_id !== null || order.status !== 'pending' || order.request === null)
    return null;
  return {
    orderId: order.id,
    request: JSON.parse(order.request) as NewOrderCheckout,
    stripeAccountId: order.stripe_account_id,
    createdAtMs: order.created_ms,
  };
}
