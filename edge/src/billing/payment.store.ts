import type { Payment } from '@dream/contract/payments';

type Row = { [Field in keyof Payment]: Payment[Field] };

const COLUMNS = `id, status, amount_minor AS amountMinor, refunded_minor AS refundedMinor, currency,
  failure, dispute, created_ms AS createdAtMs`;

/** Writes the whole of a charge. */
export function putPayment(sql: SqlStorage, customerId: string, payment: Payment): void {
  sql.exec(
    `INSERT INTO payment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
     ON CONFLICT (id) DO UPDATE SET status = ?3, amount_minor = ?4, refunded_minor = ?5,
       currency = ?6, failure = ?7, dispute = ?8`,
    payment.id,
    customerId,
    payment.status,
    payment.amountMinor,
    payment.refundedMinor,
    payment.currency,
    payment.failure,
    payment.dispute,
    payment.createdAtMs,
  );
}

/** What is known of a charge; undefined of one that is new. */
export function findPayment(sql: SqlStorage, id: string): Payment | undefined {
  return sql.exec<Row>(`SELECT ${COLUMNS} FROM payment WHERE id = ?`, id).toArray()[0];
}

/** A customer's charges, newest first, from after `cursor`. */
export function paymentsOf(
  sql: SqlStorage,
  customerId: string,
  { limit, cursor }: { limit: number; cursor: string | null },
): { payments: Payment[]; nextCursor: string | null } {
  const [beforeMs = '', beforeId = ''] = cursor?.split(' ') ?? [];
  const rows = sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM payment
       WHERE customer_id = ?1 AND (?2 = '' OR (created_ms, id) < (CAST(?2 AS INTEGER), ?3))
       ORDER BY created_ms DESC, id DESC LIMIT ?4`,
      customerId,
      beforeMs,
      beforeId,
      limit + 1,
    )
    .toArray();
  const payments = rows.slice(0, limit);
  const last = payments.at(-1);
  const nextCursor = rows.length > limit && last ? `${last.createdAtMs} ${last.id}` : null;
  return { payments, nextCursor };
}
