import type { UsageCall } from './usage-call.ts';

type Numbered = Pick<UsageCall, 'customerId'> & { sequence: NonNullable<UsageCall['sequence']> };

/** Whether a source's batch of this number, or a later one, was counted for a customer. */
export const isCounted = (sql: SqlStorage, { customerId, sequence }: Numbered): boolean =>
  sql
    .exec(
      'SELECT 1 FROM usage_sequence WHERE customer_id = ? AND source = ? AND number >= ?',
      customerId,
      sequence.source,
      sequence.number,
    )
    .toArray().length > 0;

/** Notes that a batch was counted, in the transaction that counts it. */
export function noteCounted(sql: SqlStorage, { customerId, sequence }: Numbered): void {
  sql.exec(
    'INSERT OR REPLACE INTO usage_sequence VALUES (?, ?, ?)',
    customerId,
    sequence.source,
    sequence.number,
  );
}
