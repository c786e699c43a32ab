import type { Giving } from '../credits/giving.ts';
import { enqueue } from '../outbox/outbox.rpc.ts';
import type { CartLine } from './cart.ts';

type CreditsRow = { position: number; units: number; days: number | null; turn: number };

/** Writes what the lines of an order give, as it is when it is ordered. */
export function putOrderCredits(
  sql: SqlStorage,
  orderId: string,
  lines: readonly CartLine[],
): void {
  lines.forEach(({ credits, quantity }, position) => {
    if (credits)
      sql.exec(
        'INSERT INTO store_order_credits (order_id, position, units, days) VALUES (?, ?, ?, ?)',
        orderId,
        position,
        credits.units * quantity,
        credits.expiresInDays,
      );
  });
}

/**
 * Has the buyer given what an order gives, or has what is left of it taken back. True when there is
 * something to do. Call it in the transaction that changes the order.
 */
export function moveOrderCredits(
  sql: SqlStorage,
  { id, customer_id: customerId }: { id: string; customer_id: string | null },
  act: 'give' | 'take',
  nowMs: number,
): boolean {
  if (customerId === null) return false;
  const rows = sql
    .exec<CreditsRow>('SELECT * FROM store_order_credits WHERE order_id = ?', id)
    .toArray();
  for (const { position, units, days, turn } of rows) {
    const giving: Giving = {
      id: `${id}_${position}${turn === 0 ? '' : `_${turn}`}`,
      source: 'purchase',
      units,
      expires: days === null ? null : { inDays: days },
      note: null,
      fingerprint: null,
    };
    enqueue(
      sql,
      `credits_${act}_${giving.id}`,
      { kind: 'shard.credits', customerId, act, giving },
      nowMs,
    );
  }
  if (act === 'take')
    sql.exec('UPDATE store_order_credits SET turn = turn + 1 WHERE order_id = ?', id);
  return rows.length > 0;
}
