import type { OrderStatus } from '@dream/contract/orders';
import type { WebhookEventType } from '@dream/contract/webhooks';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { emit } from '../outgoing/emit.rpc.ts';
import type { BoughtAddress } from '../providers/stripe/orders.ts';
import type { PaymentState } from '../providers/stripe/payments.ts';
import type { CheckoutState } from '../providers/stripe/state.ts';
import { noteActiveNow } from '../platform/active.rpc.ts';
import { armAlarm } from '../outbox/outbox.rpc.ts';
import { moveOrderCredits } from './order-credits.store.ts';
import { readStore } from './settings.store.ts';
import {
  findOrder,
  noteEvent,
  type OrderRow,
  orderOfPayment,
  orderOfSession,
  toOrder,
  updateOrder,
} from './order.store.ts';
import { givesCredits, holdAfter, isOpen, isPaid, statusOf } from './order-state.ts';
import { countryOf } from './personal-data.ts';
import { movePieces } from './stock.store.ts';

/** What webhooks are told when an order comes to a status. A canceled one was cancelled by them. */
const NEWS: Partial<Record<OrderStatus, Extract<WebhookEventType, `order.${string}`>>> = {
  processing: 'order.processing',
  paid: 'order.paid',
  failed: 'order.failed',
  expired: 'order.expired',
};

const BY_STRIPE = 'stripe';

/**
 * Applies the whole of what Stripe says of an order's checkout; null when it is of none. Answers the
 * charge that paid it, when that is news: what was given back of it is said by itself.
 */
export function applyOrderSession(
  storage: DurableObjectStorage,
  { id, status, bought }: CheckoutState,
  nowMs: number,
): { newChargeId: string | null } | null {
  const { sql } = storage;
  const order = orderOfSession(sql, id);
  if (!order || !bought) return null;
  if (order.is_unseen === 1) updateOrder(sql, order.id, { is_unseen: 0 });
  // One that cost nothing and was cancelled then is over; its session says for ever that it was paid.
  if (order.status === 'canceled' && order.paid_ms !== null) return { newChargeId: null };
  const { isPaid: isAllPaid, isPaymentFailed, chargeId } = bought;
  if (status === 'complete') updateOrder(sql, order.id, completedFields(order, bought));
  const money = { totalMinor: bought.totalMinor, refundedMinor: order.refunded_minor };
  const facts = { status, isPaid: isAllPaid, isPaymentFailed };
  const after = statusOf(facts, money, order.is_cancel_asked === 1);
  settleOrder(storage, order.id, after, nowMs);
  // What was given back before it was known to be paid was not taken in.
  const isPaidNow = isPaid(after) && !isPaid(order.status);
  return { newChargeId: chargeId === order.charge_id && !isPaidNow ? null : chargeId };
}

/** The amounts are Stripe's. Who bought is not kept of somebody erased. */
function completedFields(
  order: OrderRow,
  bought: NonNullable<CheckoutState['bought']>,
): Partial<OrderRow> {
  const { subtotalMinor, discountMinor, shippingMinor, taxMinor, totalMinor, address } = bought;
  return {
    subtotal_minor: subtotalMinor,
    discount_minor: discountMinor,
    shipping_minor: shippingMinor,
    tax_minor: taxMinor,
    total_minor: totalMinor,
    payment_intent_id: bought.paymentIntentId,
    charge_id: bought.chargeId,
    ...(order.is_erased === 0
      ? { email: bought.email ?? order.email, name: bought.name, phone: bought.phone }
      : {}),
    address: addressText(order.is_erased === 0 ? address : countryOf(address)),
  };
}

const addressText = (address: BoughtAddress | null): string | null =>
  address === null ? null : JSON.stringify(address);

/** Applies the whole of a charge to the order it paid. Whether there is one: it may pay none of ours. */
export function applyOrderCharge(
  storage: DurableObjectStorage,
  payment: PaymentState,
  nowMs: number,
): boolean {
  const { sql } = storage;
  const { paymentIntentId, status } = payment;
  const order = paymentIntentId === null ? undefined : orderOfPayment(sql, paymentIntentId);
  if (!order) return false;
  // A try that was declined says nothing of the one that paid.
  if (status === 'failed') return true;
  updateOrder(sql, order.id, {
    charge_id: payment.id,
    receipt_url: payment.receiptUrl,
    dispute: payment.dispute,
  });
  if (payment.dispute !== null && payment.dispute !== order.dispute)
    noteEvent(sql, order.id, 'disputed', { actor: BY_STRIPE, nowMs }, { dispute: payment.dispute });
  // First the session says that it was paid; then the charge is looked at again.
  if (!isPaid(order.status)) return true;
  updateOrder(sql, order.id, { refunded_minor: payment.refundedMinor });
  const facts = { status: 'complete', isPaid: true, isPaymentFailed: false } as const;
  const money = { totalMinor: order.total_minor, refundedMinor: payment.refundedMinor };
  settleOrder(storage, order.id, statusOf(facts, money, false), nowMs);
  const moreMinor = payment.refundedMinor - order.refunded_minor;
  if (moreMinor === 0) return true;
  // Less than before: a bank sent it back.
  const type = moreMinor > 0 ? 'refunded' : 'refund_refused';
  const amountMinor = Math.abs(moreMinor);
  noteEvent(sql, order.id, type, { actor: BY_STRIPE, nowMs }, { amountMinor });
  if (moreMinor > 0) tellOrder(storage, order.id, 'order.refunded', nowMs);
  return true;
}

/** The session of an order is not at Stripe any more: nobody can pay it. */
export function applyOrderGone(
  storage: DurableObjectStorage,
  sessionId: string,
  nowMs: number,
): boolean {
  const order = orderOfSession(storage.sql, sessionId);
  if (!order) return false;
  if (isOpen(order.status))
    settleOrder(storage, order.id, order.is_cancel_asked === 1 ? 'canceled' : 'expired', nowMs);
  return true;
}

/**
 * Brings an order to a status, with its pieces, and tells of it. Call it in a transaction, after the
 * fields are written. An order that is there already stays as it is.
 */
export function settleOrder(
  storage: DurableObjectStorage,
  orderId: string,
  status: OrderStatus,
  nowMs: number,
  actor: string = BY_STRIPE,
): void {
  const { sql } = storage;
  const order = mustOrder(sql, orderId);
  const act = { actor, nowMs };
  const isRestocked = (order.restock ?? (readStore(sql).restockOnRefund ? 1 : 0)) === 1;
  const hold = holdAfter(order, status, isRestocked);
  movePieces(sql, orderId, order.hold, hold);
  const gave = givesCredits(order.status);
  const gives = givesCredits(status);
  if (gave !== gives && moveOrderCredits(sql, order, gives ? 'give' : 'take', nowMs))
    armAlarm(storage);
  const isPaidNow = isPaid(status) && order.paid_ms === null;
  updateOrder(sql, orderId, { status, hold, ...(isPaidNow && { paid_ms: nowMs }) });
  if (isPaidNow && order.customer_id !== null) noteActiveNow(storage, order.customer_id, nowMs);
  if (hold === 'returned' && order.hold !== 'returned') noteEvent(sql, orderId, 'restocked', act);
  // A part of the money that came back again is no second payment.
  const isNews = status !== order.status && !(isPaid(order.status) && status === 'paid');
  if (!isNews) return;
  const type = isPaidNow ? 'paid' : status;
  if (type === 'pending' || type === 'partially_refunded' || type === 'refunded') return;
  noteEvent(sql, orderId, type, act);
  const news = NEWS[type];
  // Nobody knows of an order whose page nobody was given.
  if (news && order.is_abandoned === 0) tellOrder(storage, orderId, news, nowMs);
}

/**
 * Frees the pieces of an order that has no session anybody knows of and never will: nobody can pay it.
 * Any other stays as it is. Call it in a transaction.
 */
export function endUnopened(
  storage: DurableObjectStorage,
  orderId: string,
  status: 'expired' | 'canceled',
  nowMs: number,
): void {
  const order = findOrder(storage.sql, orderId);
  if (order?.status !== 'pending' || order.session_id !== null) return;
  updateOrder(storage.sql, orderId, { is_abandoned: 1, request: null });
  settleOrder(storage, orderId, status, nowMs);
}

/** Tells webhooks of an order as it is now. */
export function tellOrder(
  storage: DurableObjectStorage,
  orderId: string,
  type: Extract<WebhookEventType, `order.${string}`>,
  nowMs: number,
): void {
  const { sql } = storage;
  const row = mustOrder(sql, orderId);
  const customerId = row.customer_id;
  const customer = customerId === null ? null : new CustomersRpc(storage).about(customerId);
  emit(storage, { type, data: { customer, order: toOrder(sql, row) }, customerId }, nowMs);
}

function mustOrder(sql: SqlStorage, id: string): OrderRow {
  const order = findOrder(sql, id);
  if (!order) throw new Error(`Order ${id} is gone in its own transaction`);
  return order;
}

/** When an open order is to be looked at again without being asked; null when it is not open. */
export function orderDueMs(sql: SqlStorage, sessionId: string, nowMs: number): number | null {
  const order = orderOfSession(sql, sessionId);
  // Until then the look that was queued with the session is enough.
  const isDue = order?.status === 'pending' && nowMs >= (order.session_expires_ms ?? 0);
  return isDue ? nowMs + AGAIN_MS : null;
}

/** Stripe closes a session a moment after its time. */
const AGAIN_MS = 60_000;

/** The account an order was sold through, by its session or charge; undefined of anything else. */
export function accountOfOrder(sql: SqlStorage, objectId: string): string | null | undefined {
  return sql
    .exec<{ account: string | null }>(
      'SELECT stripe_account_id AS account FROM store_order WHERE session_id = ?1 OR charge_id = ?1',
      objectId,
    )
    .toArray()[0]?.account;
}
