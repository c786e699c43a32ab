import type { NewRefund } from '../providers/stripe/orders.ts';
import type { RefundableLine, RefundedLine } from './refund.ts';

/** A refund as it stands in the table. */
export type RefundRow = {
  id: string;
  order_id: string;
  amount_minor: number;
  reason: NewRefund['reason'];
  state: 'asked' | 'done' | 'refused';
  created_ms: number;
};

/** Writes a refund, and the pieces that come back with it. */
export function insertRefund(
  sql: SqlStorage,
  row: RefundRow,
  lines: readonly RefundedLine[],
): void {
  sql.exec(
    'INSERT INTO store_refund VALUES (?, ?, ?, ?, ?, ?)',
    row.id,
    row.order_id,
    row.amount_minor,
    row.reason,
    row.state,
    row.created_ms,
  );
  for (const { position, quantity, restock } of lines)
    sql.exec(
      'INSERT INTO store_refund_line VALUES (?, ?, ?, ?, ?)',
      row.order_id,
      position,
      row.id,
      quantity,
      restock ? 1 : 0,
    );
}

/** Pieces of a line that came back with one refund. */
export function linesOfRefund(
  sql: SqlStorage,
  { id, order_id: orderId }: Pick<RefundRow, 'id' | 'order_id'>,
): RefundedLine[] {
  return sql
    .exec<{ position: number; quantity: number; restock: number }>(
      'SELECT position, quantity, restock FROM store_refund_line WHERE order_id = ? AND refund_id = ?',
      orderId,
      id,
    )
    .toArray()
    .map((line) => ({ ...line, restock: line.restock === 1 }));
}

/** How many pieces of each line came back, or are asked for to, by the line's place. */
export function refundedQuantities(
  sql: SqlStorage,
  orderId: string,
  states: readonly RefundRow['state'][] = ['asked', 'done'],
): Map<number, number> {
  const lines = sql.exec<{ position: number; quantity: number }>(
    `SELECT position, sum(quantity) AS quantity FROM store_refund_line AS line
     JOIN store_refund ON store_refund.id = refund_id
     WHERE line.order_id = ? AND state IN (SELECT value FROM json_each(?)) GROUP BY position`,
    orderId,
    JSON.stringify(states),
  );
  return new Map([...lines].map(({ position, quantity }) => [position, quantity]));
}

/** The lines of an order, with how many pieces of them came back. */
export function refundableLines(sql: SqlStorage, orderId: string): RefundableLine[] {
  const refunded = refundedQuantities(sql, orderId);
  return sql
    .exec<Record<'position' | 'priceMinor' | 'quantity', number> & { variantId: string }>(
      `SELECT position, variant_id AS variantId, price_minor AS priceMinor, quantity
       FROM store_order_line WHERE order_id = ? ORDER BY position`,
      orderId,
    )
    .toArray()
    .map((line) => ({ ...line, refundedQuantity: refunded.get(line.position) ?? 0 }));
}

/** A refund by its id. */
export function findRefund(sql: SqlStorage, id: string): RefundRow | undefined {
  return sql.exec<RefundRow>('SELECT * FROM store_refund WHERE id = ?', id).toArray()[0];
}

/** What was asked for of an order and may not be among what Stripe says was given back. */
export function refundsAskedMinor(sql: SqlStorage, orderId: string): number {
  return sql
    .exec<{ minor: number }>(
      "SELECT coalesce(sum(amount_minor), 0) AS minor FROM store_refund WHERE order_id = ? AND state = 'asked'",
      orderId,
    )
    .one().minor;
}

/** Notes what became of a refund. */
export function setRefundState(sql: SqlStorage, id: string, state: RefundRow['state']): void {
  sql.exec('UPDATE store_refund SET state = ? WHERE id = ?', state, id);
}
