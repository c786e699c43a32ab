import type { Giving } from '../credits/giving.ts';
import { enqueue } from '../outbox/outbox.rpc.ts';
import type { CartLine } from './cart.ts';
import type { RefundedLine } from './refund.ts';
import { refundableLines, refundedQuantities } from './refund.store.ts';

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
 * Has the buyer given what an order gives, or has what is left of it taken back; lines of which every piece
 * was refunded are apart. True when there is something to do. Call it in the transaction that changes the
 * order.
 */
export function moveOrderCredits(
  sql: SqlStorage,
  order: Buyer,
  act: 'give' | 'take',
  nowMs: number,
): boolean {
  const apart = refundedWhole(sql, order.id);
  return move(sql, order, act, nowMs, (position) => !apart.has(position));
}

/**
 * Has what is left of the credits taken back that a refund's lines gave, of which now every piece is
 * refunded.
 */
export function moveLineCredits(
  sql: SqlStorage,
  order: Buyer,
  lines: readonly RefundedLine[],
  nowMs: number,
): boolean {
  const apart = refundedWhole(sql, order.id, ['done']);
  const isOfRefund = (position: number) => lines.some((line) => line.position === position);
  return move(sql, order, 'take', nowMs, (position) => isOfRefund(position) && apart.has(position));
}

type Buyer = { id: string; customer_id: string | null };

function refundedWhole(
  sql: SqlStorage,
  orderId: string,
  states?: Parameters<typeof refundedQuantities>[2],
): ReadonlySet<number> {
  const refunded = refundedQuantities(sql, orderId, states);
  const whole = refundableLines(sql, orderId).filter(
    ({ position, quantity }) => (refunded.get(position) ?? 0) >= quantity,
  );
  return new Set(whole.map(({ position }) => position));
}

function move(
  sql: SqlStorage,
  { id, customer_id: customerId }: Buyer,
  act: 'give' | 'take',
  nowMs: number,
  isMeant: (position: number) => boolean,
): boolean {
  if (customerId === null) return false;
  const rows = sql
    .exec<CreditsRow>('SELECT * FROM store_order_credits WHERE order_id = ?', id)
    .toArray()
    .filter(({ position }) => isMeant(position));
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
    if (act === 'take')
      sql.exec(
        'UPDATE store_order_credits SET turn = turn + 1 WHERE order_id = ? AND position = ?',
        id,
        position,
      );
  }
  return rows.length > 0;
}
