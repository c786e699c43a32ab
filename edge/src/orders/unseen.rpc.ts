import { RpcTarget } from 'cloudflare:workers';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { settleOrder } from './apply.rpc.ts';
import { findOrder, type OrderRow, orderOfSession, updateOrder } from './order.store.ts';
import { isOpen } from './order-state.ts';

/** After this nobody is on the page of a session any more. */
const UNSEEN_MS = 3_600_000;

/** Orders of which Stripe cannot be asked, because their account lets nobody look any more. */
export class UnseenRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Notes that a buyer came back from the page: only who is done there is sent back. */
  returned(sessionId: string, nowMs: number): void {
    const order = orderOfSession(this.#storage.sql, sessionId);
    if (order?.status === 'pending')
      updateOrder(this.#storage.sql, order.id, { returned_ms: nowMs });
  }

  /**
   * Ends an order long after its page did, and frees its pieces. False while somebody may be on the page,
   * and of one whose buyer came back from it, or whose money is on its way: those may well be paid, so
   * their pieces are not sold again until their seller says so, or Stripe.
   */
  expire(sessionId: string, nowMs: number): boolean {
    return this.#storage.transactionSync(() => {
      const order = orderOfSession(this.#storage.sql, sessionId);
      if (order?.status !== 'pending' || order.returned_ms !== null) return false;
      return this.#end(order, order.is_cancel_asked === 1 ? 'canceled' : 'expired', nowMs);
    });
  }

  /** Closes an order because its seller says that nobody paid. False while somebody may be on the page. */
  cancel(id: string, act: Act): boolean {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, id);
      if (!order || !isOpen(order.status)) return false;
      const isEnded = this.#end(order, 'canceled', act.nowMs, act.actor);
      if (isEnded && order.is_cancel_asked === 0) writeAudit(sql, act, 'order.canceled', id);
      return isEnded;
    });
  }

  #end(order: OrderRow, status: 'expired' | 'canceled', nowMs: number, actor?: string): boolean {
    if (nowMs < (order.session_expires_ms ?? 0) + UNSEEN_MS) return false;
    updateOrder(this.#storage.sql, order.id, { is_unseen: 1 });
    settleOrder(this.#storage, order.id, status, nowMs, actor);
    return true;
  }
}
