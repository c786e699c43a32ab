import type { NewRefund } from '../providers/stripe/orders.ts';

/** A refund as it stands in the table. */
export type RefundRow = {
  id: string;
  order_id: string;
  amount_minor: number;
  reason: NewRefund['reason'];
  state: 'asked' | 'done' | 'refused';
  created_ms: number;
};

/** Writes a refund. */
export function insertRefund(sql: SqlStorage, row: RefundRow): void {
  sql.exec(
    'INSERT INTO store_refund VALUES (?, ?, ?, ?, ?, ?)',
    row.id,
    row.order_id,
    row.amount_minor,
    row.reason,
    row.state,
    row.created_ms,
  );
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
