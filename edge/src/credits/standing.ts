import type { PeriodBounds } from '../usage/period.ts';
import { type Account, type Grant, inDrawingOrder, leftUnits } from './account.ts';
import type { Level } from './balance-notice.ts';

/** A customer's credits as they are stored, beside the grants. */
export interface StoredAccount {
  period: PeriodBounds;
  /** What the open grants have left. */
  balanceUnits: number;
  level: Level;
}

/** How a customer's credits stand, less what was drawn and is not written down. */
export interface Standing {
  /** The period, and the grants by which it is known whether time changes anything. */
  account: Account;
  balanceUnits: number;
  /** The grant that is drawn next, and what is left of it; null when nothing is left at all. */
  next: { leftUnits: number; expiresMs: number | null } | null;
  level: Level;
}

/**
 * What is stored, less what was drawn since, all of which is of the grant that is drawn next. `grants`
 * are the plan's and the first of the others; `stored` is null for who never had any.
 */
export function standingOf(
  stored: StoredAccount | null,
  grants: readonly Grant[],
  drawnUnits: number,
): Standing {
  const next = inDrawingOrder(grants).find((grant) => leftUnits(grant) > 0);
  return {
    account: { period: stored?.period ?? null, grants },
    balanceUnits: (stored?.balanceUnits ?? 0) - drawnUnits,
    next: next ? { leftUnits: leftUnits(next) - drawnUnits, expiresMs: next.expiresMs } : null,
    level: stored?.level ?? { fullUnits: 0, fullMs: 0, told: 0 },
  };
}
