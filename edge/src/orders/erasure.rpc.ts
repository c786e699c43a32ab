import { forgetBuyerInEvents } from '../outgoing/emit.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { rewriteReplies } from '../replies/replies.rpc.ts';
import { endUnopened } from './apply.rpc.ts';
import { findOrder, noteEvent, type OrderRow, toOrder, updateOrder } from './order.store.ts';
import { isOpen } from './order-state.ts';
import { withoutBuyer } from './personal-data.ts';

/**
 * Forgets who bought: e-mail, name, phone, the address but for its country, and where a parcel is. The
 * sums and lines stay. What Stripe says later brings none of it back. Call it in a transaction.
 */
export function forgetBuyer(sql: SqlStorage, order: OrderRow, act: Act): void {
  const { shippingAddress } = withoutBuyer(toOrder(sql, order));
  updateOrder(sql, order.id, {
    customer_id: null,
    email: null,
    name: null,
    phone: null,
    address: shippingAddress && JSON.stringify(shippingAddress),
    tracking_url: null,
    visitor: null,
    // It is a hash of the e-mail, too.
    fingerprint: '',
    is_erased: 1,
  });
  noteEvent(sql, order.id, 'erased', act);
}

/**
 * Forgets who bought one order, also in what webhooks and repeated calls are told of it. False when it
 * is not over: it may be paid, or is to be sent. Safe to repeat. Call it in a transaction.
 */
export function eraseBuyer(sql: SqlStorage, order: OrderRow, act: Act): boolean {
  if (order.is_erased === 1) return true;
  if (isOpen(order.status) || isToBeSent(order)) return false;
  forgetBuyer(sql, order, act);
  forgetBuyerInEvents(sql, order.id, withoutBuyer);
  rewriteReplies(sql, order.id, (answer) => {
    const { order: told } = answer as { order?: Parameters<typeof withoutBuyer>[0] };
    return told?.id === order.id ? { ...answer, order: withoutBuyer(told) } : answer;
  });
  writeAudit(sql, act, 'order.erased', order.id);
  return true;
}

/** Whether somebody still waits for it: it goes somewhere, is paid, and is not on its way. */
const isToBeSent = ({ status, address, fulfilled_ms: fulfilledMs }: OrderRow): boolean =>
  (status === 'paid' || status === 'partially_refunded') &&
  address !== null &&
  fulfilledMs === null;

/**
 * Forgets a customer in all orders. One whose session is not known ends, for what Stripe would be asked
 * says who ordered, and nobody was sent there. Call it in the transaction of the erasure.
 */
export function eraseOrders(
  storage: DurableObjectStorage,
  customerId: string,
  nowMs: number,
): void {
  const { sql } = storage;
  const orders = sql.exec<{ id: string }>(
    'SELECT id FROM store_order WHERE customer_id = ?',
    customerId,
  );
  for (const { id } of orders.toArray()) {
    const order = findOrder(sql, id);
    if (order) forgetBuyer(sql, order, { actor: 'system', nowMs });
    endUnopened(storage, id, 'expired', nowMs);
  }
}
