import { RpcTarget } from 'cloudflare:workers';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import type { NewRefund } from '../providers/stripe/orders.ts';
import { moveLineCredits } from './order-credits.store.ts';
import { findOrder, noteEvent, type OrderRow, updateOrder } from './order.store.ts';
import { isPaid } from './order-state.ts';
import { type AskedRefund, decideRefund, type RefundDecision } from './refund.ts';
import {
  findRefund,
  insertRefund,
  linesOfRefund,
  refundableLines,
  refundsAskedMinor,
  setRefundState,
} from './refund.store.ts';
import { readStore } from './settings.store.ts';
import { returnPieces, takePiecesBack } from './stock.store.ts';

/** A refund that is to be made at Stripe, and where. */
export interface RefundToMake {
  orderId: string;
  refund: NewRefund;
  chargeId: string | null;
  stripeAccountId: string | null;
  createdAtMs: number;
}

/** What a refund would come to. */
export interface RefundPreview {
  amountMinor: number;
  leftMinor: number;
  currency: string;
}

/** Refunds of one environment's orders. Ids and times are given by the caller. */
export class RefundsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** What a refund would come to now; writes nothing. */
  preview(orderId: string, asked: AskedRefund): Outcome<RefundPreview> {
    const decided = this.#decide(orderId, asked);
    if (!decided.ok) return decided;
    const { order, leftMinor, amountMinor } = decided.value;
    return ok({ amountMinor, leftMinor, currency: order.currency });
  }

  /**
   * Asks for a refund. What was asked for counts as given back, money and pieces, until Stripe says that
   * it was not: so no two of them are more than was paid.
   */
  begin(
    orderId: string,
    { reason, ...asked }: AskedRefund & Pick<NewRefund, 'reason'>,
    ids: { refundId: string; jobId: string },
    act: Act,
  ): Outcome<null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const decided = this.#decide(orderId, asked);
      if (!decided.ok) return decided;
      const { leftMinor, amountMinor, lines } = decided.value;
      // Where lines come back, each says for itself whether it is for sale again, and none of the others is.
      const restock = lines.length > 0 ? false : asked.restock;
      if (amountMinor === leftMinor)
        updateOrder(sql, orderId, { restock: restock === null ? null : Number(restock) });
      const { refundId, jobId } = ids;
      const row = { id: refundId, order_id: orderId, amount_minor: amountMinor, reason };
      insertRefund(sql, { ...row, state: 'asked', created_ms: act.nowMs }, lines);
      const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
      noteEvent(sql, orderId, 'refund_asked', act, {
        amountMinor,
        ...(pieces > 0 && { pieces }),
      });
      writeAudit(sql, act, 'order.refunded', orderId);
      const job = { kind: 'stripe.refund_order', refundId } as const;
      enqueue(sql, jobId, job, act.nowMs, act.nowMs + LEFT_TO_ASKER_MS);
      armAlarm(this.#storage);
      return ok(null);
    });
  }

  /** A refund that Stripe is still to be asked for; null when it was. */
  toMake(refundId: string): RefundToMake | null {
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

  /** Notes that a refund is made, and that the order knows of it; its pieces go where they are to. */
  done(refundId: string, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const row = findRefund(sql, refundId);
      if (row?.state !== 'asked') return;
      setRefundState(sql, refundId, 'done');
      const order = findOrder(sql, row.order_id);
      const lines = linesOfRefund(sql, row);
      const restocked = lines.filter(({ restock }) => restock);
      returnPieces(sql, row.order_id, restocked);
      const pieces = restocked.reduce((sum, { quantity }) => sum + quantity, 0);
      if (pieces > 0)
        noteEvent(sql, row.order_id, 'restocked', { actor: BY_STRIPE, nowMs }, { pieces });
      if (order && moveLineCredits(sql, order, lines, nowMs)) armAlarm(this.#storage);
    });
  }

  /** Notes that Stripe refused a refund: what it asked for may be asked for again. */
  refused(refundId: string, reason: string, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const row = findRefund(sql, refundId);
      if (row?.state !== 'asked') return;
      setRefundState(sql, refundId, 'refused');
      const order = findOrder(sql, row.order_id);
      // All was given back elsewhere meanwhile: these pieces go where the others went.
      if (order) takePiecesBack(sql, order, linesOfRefund(sql, row));
      updateOrder(sql, row.order_id, { restock: null });
      noteEvent(sql, row.order_id, 'refund_refused', { actor: BY_STRIPE, nowMs }, { reason });
    });
  }

  #decide(orderId: string, asked: AskedRefund): Outcome<Decided> {
    const { sql } = this.#storage;
    const order = findOrder(sql, orderId);
    if (!order) return no('order_not_found');
    const { status, currency } = order;
    const leftMinor = isPaid(status)
      ? order.total_minor - order.refunded_minor - refundsAskedMinor(sql, orderId)
      : 0;
    if (leftMinor <= 0 || order.payment_intent_id === null)
      return no('order_not_refundable', { status, leftMinor: Math.max(0, leftMinor), currency });
    const decision = decideRefund(
      {
        subtotalMinor: order.subtotal_minor,
        discountMinor: order.discount_minor,
        shippingMinor: order.shipping_minor,
        totalMinor: order.total_minor,
        leftMinor,
      },
      refundableLines(sql, orderId),
      asked,
      readStore(sql).restockOnRefund,
    );
    if (decision.kind === 'refused')
      return no(decision.code, { ...decision.details, status, currency });
    return ok({ order, leftMinor, ...decision });
  }
}

type Decided = Extract<RefundDecision, { kind: 'refund' }> & { order: OrderRow; leftMinor: number };

const BY_STRIPE = 'stripe';
/** Whoever asks for a refund also has it made; this long after, the alarm does it instead. */
const LEFT_TO_ASKER_MS = 30_000;
