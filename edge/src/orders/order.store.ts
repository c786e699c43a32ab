import type { Order, OrderEvent, OrderReceipt, OrderStatus } from '@dream/contract/orders';
import type { CartLine } from './cart.ts';
import { putOrderCredits } from './order-credits.store.ts';
import type { Hold } from './order-state.ts';
import { refundedQuantities, refundableLines } from './refund.store.ts';

/** An order as it stands in the table. */
export type OrderRow = {
  number: number;
  id: string;
  customer_id: string | null;
  held_for: HeldFor;
  visitor: string | null;
  token_hash: string;
  fingerprint: string;
  stripe_account_id: string | null;
  request: string | null;
  session_id: string | null;
  session_expires_ms: number | null;
  is_abandoned: number;
  is_replaced: number;
  is_cancel_asked: number;
  is_erased: number;
  is_unseen: number;
  returned_ms: number | null;
  status: OrderStatus;
  hold: Hold;
  restock: number | null;
  currency: string;
  subtotal_minor: number;
  discount_minor: number;
  shipping_minor: number;
  tax_minor: number;
  total_minor: number;
  refunded_minor: number;
  payment_intent_id: string | null;
  charge_id: string | null;
  receipt_url: string | null;
  dispute: string | null;
  email: string | null;
  name: string | null;
  phone: string | null;
  address: string | null;
  fulfilled_ms: number | null;
  carrier: string | null;
  tracking_url: string | null;
  created_ms: number;
  paid_ms: number | null;
};

/** Whom the pieces of an order are held for. */
export type HeldFor = 'guest' | 'customer' | 'server';

type LineRow = {
  position: number;
  product_id: string;
  variant_id: string;
  name: string;
  quantity: number;
  price_minor: number;
};

const first = (rows: SqlStorageCursor<OrderRow>): OrderRow | undefined => rows.toArray()[0];

/** An order by its id. */
export const findOrder = (sql: SqlStorage, id: string): OrderRow | undefined =>
  first(sql.exec<OrderRow>('SELECT * FROM store_order WHERE id = ?', id));

/** The order that a checkout session at Stripe was made for. */
export const orderOfSession = (sql: SqlStorage, sessionId: string): OrderRow | undefined =>
  first(sql.exec<OrderRow>('SELECT * FROM store_order WHERE session_id = ?', sessionId));

/** The order that a payment at Stripe is of. */
export const orderOfPayment = (sql: SqlStorage, paymentIntentId: string): OrderRow | undefined =>
  first(
    sql.exec<OrderRow>('SELECT * FROM store_order WHERE payment_intent_id = ?', paymentIntentId),
  );

/** The newest order that a guest began with a token. Who the guest was is forgotten after a day. */
export const orderOfToken = (
  sql: SqlStorage,
  visitor: string,
  tokenHash: string,
): OrderRow | undefined =>
  first(
    sql.exec<OrderRow>(
      'SELECT * FROM store_order WHERE visitor = ? AND token_hash = ? ORDER BY number DESC LIMIT 1',
      visitor,
      tokenHash,
    ),
  );

/** The newest of a customer's orders whose checkout may be open. */
export const pendingOrderOf = (sql: SqlStorage, customerId: string): OrderRow | undefined =>
  first(
    sql.exec<OrderRow>(
      "SELECT * FROM store_order WHERE customer_id = ? AND status = 'pending' ORDER BY number DESC LIMIT 1",
      customerId,
    ),
  );

/** What an order is written with. */
export type NewOrderRow = Pick<
  OrderRow,
  | 'id'
  | 'customer_id'
  | 'held_for'
  | 'visitor'
  | 'token_hash'
  | 'fingerprint'
  | 'stripe_account_id'
  | 'request'
  | 'currency'
  | 'subtotal_minor'
  | 'email'
  | 'session_expires_ms'
  | 'created_ms'
>;

/** Writes an order that waits for its session, its pieces held. */
export function insertOrder(sql: SqlStorage, row: NewOrderRow, lines: readonly CartLine[]): void {
  sql.exec(
    `INSERT INTO store_order (number, id, customer_id, held_for, visitor, token_hash, fingerprint,
       stripe_account_id, request, currency, subtotal_minor, total_minor, email, session_expires_ms,
       created_ms, status, hold)
     VALUES ((SELECT coalesce(max(number), 1000) + 1 FROM store_order),
       ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, 'pending', 'held')`,
    row.id,
    row.customer_id,
    row.held_for,
    row.visitor,
    row.token_hash,
    row.fingerprint,
    row.stripe_account_id,
    row.request,
    row.currency,
    row.subtotal_minor,
    row.email,
    row.session_expires_ms,
    row.created_ms,
  );
  lines.forEach(({ productId, variantId, name, quantity, priceMinor }, position) => {
    sql.exec(
      'INSERT INTO store_order_line VALUES (?, ?, ?, ?, ?, ?, ?)',
      row.id,
      position,
      productId,
      variantId,
      name,
      quantity,
      priceMinor,
    );
  });
  putOrderCredits(sql, row.id, lines);
}

/** Changes fields of an order. */
export function updateOrder(
  sql: SqlStorage,
  id: string,
  fields: Partial<Omit<OrderRow, 'id' | 'number'>>,
): void {
  const entries = Object.entries(fields);
  if (entries.length === 0) return;
  const set = entries.map(([name]) => `${name} = ?`).join(', ');
  const values = entries.map(([, value]) => value);
  sql.exec(`UPDATE store_order SET ${set} WHERE id = ?`, ...values, id);
}

/** How many pieces of which variants an order is of. Those that were refunded as pieces are apart. */
export function piecesOf(
  sql: SqlStorage,
  orderId: string,
): { variantId: string; quantity: number }[] {
  return refundableLines(sql, orderId).map(({ variantId, quantity, refundedQuantity }) => ({
    variantId,
    quantity: quantity - refundedQuantity,
  }));
}

/** How many open orders a visitor has, and how many that nobody paid were begun since. */
export function ordersOfVisitor(
  sql: SqlStorage,
  visitor: string,
  sinceMs: number,
): { open: number; unpaid: number } {
  return sql
    .exec<{ open: number; unpaid: number }>(
      `SELECT count(*) FILTER (WHERE status = 'pending') AS open,
         count(*) FILTER (WHERE is_replaced = 0
           AND status IN ('pending', 'processing', 'expired', 'failed', 'canceled')) AS unpaid
       FROM store_order WHERE visitor = ? AND created_ms > ?`,
      visitor,
      sinceMs,
    )
    .one();
}

/**
 * How many pieces of a variant guests hold and did not pay yet, but for one order: also with banks that
 * take days, for an account that does not exist fails only then.
 */
export function guestHeldUnits(sql: SqlStorage, variantId: string, exceptId: string): number {
  return sql
    .exec<{ units: number }>(
      `SELECT coalesce(sum(line.quantity), 0) AS units
       FROM store_order JOIN store_order_line AS line ON line.order_id = store_order.id
       WHERE status IN ('pending', 'processing') AND held_for = 'guest' AND line.variant_id = ?
         AND store_order.id <> ?`,
      variantId,
      exceptId,
    )
    .one().units;
}

/** Notes something that happened to an order. */
export function noteEvent(
  sql: SqlStorage,
  orderId: string,
  type: OrderEvent['type'],
  { actor, nowMs }: { actor: string; nowMs: number },
  details: OrderEvent['details'] = null,
): void {
  sql.exec(
    'INSERT INTO store_order_event (order_id, type, actor, details, at_ms) VALUES (?, ?, ?, ?, ?)',
    orderId,
    type,
    actor,
    details === null ? null : JSON.stringify(details),
    nowMs,
  );
}

/** What happened to an order, in its order. */
export function eventsOf(sql: SqlStorage, orderId: string): OrderEvent[] {
  return sql
    .exec<{ type: OrderEvent['type']; actor: string; details: string | null; at_ms: number }>(
      'SELECT * FROM store_order_event WHERE order_id = ? ORDER BY seq',
      orderId,
    )
    .toArray()
    .map(({ type, actor, details, at_ms }) => ({
      type,
      atMs: at_ms,
      by: actor,
      details: details === null ? null : (JSON.parse(details) as OrderEvent['details']),
    }));
}

/** The order as its seller sees it. */
export function toOrder(sql: SqlStorage, row: OrderRow): Order {
  return {
    ...toReceipt(sql, row),
    customerId: row.customer_id,
    email: row.email,
    name: row.name,
    phone: row.phone,
    shippingAddress:
      row.address === null ? null : (JSON.parse(row.address) as Order['shippingAddress']),
    dispute: row.dispute,
    restocked: row.hold === 'returned',
    checkoutId: row.session_id,
    paymentIntentId: row.payment_intent_id,
    chargeId: row.charge_id,
  };
}

/** The order as whoever bought it sees it. */
export function toReceipt(sql: SqlStorage, row: OrderRow): OrderReceipt {
  const lines = sql
    .exec<LineRow>('SELECT * FROM store_order_line WHERE order_id = ? ORDER BY position', row.id)
    .toArray();
  const refunded = refundedQuantities(sql, row.id);
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    currency: row.currency,
    subtotalMinor: row.subtotal_minor,
    discountMinor: row.discount_minor,
    shippingMinor: row.shipping_minor,
    taxMinor: row.tax_minor,
    totalMinor: row.total_minor,
    refundedMinor: row.refunded_minor,
    lines: lines.map((line) => ({
      productId: line.product_id,
      variantId: line.variant_id,
      name: line.name,
      quantity: line.quantity,
      priceMinor: line.price_minor,
      totalMinor: line.price_minor * line.quantity,
      refundedQuantity: refunded.get(line.position) ?? 0,
    })),
    receiptUrl: row.receipt_url,
    fulfilled:
      row.fulfilled_ms === null
        ? null
        : { atMs: row.fulfilled_ms, carrier: row.carrier, trackingUrl: row.tracking_url },
    createdAtMs: row.created_ms,
    paidAtMs: row.paid_ms,
  };
}

/** Which orders, newest first: those numbered below `before`. */
export interface OrderQuery {
  before: number;
  limit: number;
  status: OrderStatus | null;
  customerId: string | null;
  q: string | null;
}

/** A page of orders. Text is looked for in number, id, e-mail, name and the names of lines. */
export function ordersWhere(sql: SqlStorage, query: OrderQuery): OrderRow[] {
  const { before, limit, status, customerId, q } = query;
  // Only what is asked for, so that an index serves it.
  const wanted: [condition: string, values: (string | number)[]][] = [['number < ?', [before]]];
  if (status !== null) wanted.push(['status = ?', [status]]);
  if (customerId !== null) wanted.push(['customer_id = ?', [customerId]]);
  if (q !== null) wanted.push([HAS_TEXT, [q, q, q, q, q]]);
  return sql
    .exec<OrderRow>(
      `SELECT * FROM store_order WHERE ${wanted.map(([condition]) => condition).join(' AND ')}
       ORDER BY number DESC LIMIT ?`,
      ...wanted.flatMap(([, values]) => values),
      limit,
    )
    .toArray();
}

// Not by LIKE: its patterns are bounded to 50 bytes here, and e-mails and names are longer.
const HAS_TEXT = `(cast(number AS TEXT) = ltrim(?, '#') OR id = ? OR instr(lower(email), lower(?)) > 0
  OR instr(lower(name), lower(?)) > 0 OR EXISTS (SELECT 1 FROM store_order_line AS line
    WHERE line.order_id = store_order.id AND instr(lower(line.name), lower(?)) > 0))`;
