import type { SubscriptionState } from '../providers/stripe/state.ts';
import { timeOf } from '../test-clock/now.rpc.ts';
import { isTakenBack } from './change.ts';
import { lookAgainAt } from './sync.store.ts';

/** When a change that was begun is looked at, if whoever began it does not come back to it. */
const LOOK_AFTER_MS = 30_000;

/**
 * Notes, before Stripe is asked, which price a change at once leads to, and queues looking at it: who
 * changes may be gone before what was to end or change the subscription is taken back.
 */
export function noteUpgrade(
  storage: DurableObjectStorage,
  { id, customerId, priceId }: { id: string; customerId: string; priceId: string },
  nowMs: number,
): void {
  const { sql } = storage;
  sql.exec(
    'UPDATE subscription SET changing_price_id = ?, changing_ms = ? WHERE id = ?',
    priceId,
    timeOf(sql, customerId, nowMs),
    id,
  );
  lookAgainAt(storage, id, nowMs + LOOK_AFTER_MS, nowMs);
}

/** Forgets a change at once: it was declined, another one takes its place, or all is done. */
export function forgetUpgrade(sql: SqlStorage, id: string): void {
  sql.exec('UPDATE subscription SET changing_price_id = NULL, changing_ms = NULL WHERE id = ?', id);
}

/**
 * Whether a change at once is in force, and what was to end or change the subscription before is not
 * taken back yet. A change with nothing left to do is forgotten.
 */
export function isUpgradeUnfinished(sql: SqlStorage, state: SubscriptionState): boolean {
  const [noted] = sql
    .exec<{ priceId: string; sinceMs: number }>(
      `SELECT changing_price_id AS priceId, changing_ms AS sinceMs FROM subscription
       WHERE id = ? AND changing_price_id IS NOT NULL`,
      state.id,
    )
    .toArray();
  if (!noted || !state.items.some(({ priceId }) => priceId === noted.priceId)) return false;
  const isUnfinished = isTakenBack(state, noted.sinceMs);
  if (!isUnfinished) forgetUpgrade(sql, state.id);
  return isUnfinished;
}
