import type { NearLimit } from '@dream/contract/dashboard';
import { defaultTierName, meteredLimits } from '../catalog/catalog.rpc.ts';
import type { DayUsage } from '../usage/day.ts';

/** From how much of a limit on a customer is near it. */
const NEAR_PERCENT = 80;
/** How many are named, and how many of those noted are looked at for that. */
const NAMED = 20;
const LOOKED_AT = 200;

/**
 * Notes who of those that just used something is near a limit, and forgets who is not any more. The
 * limit is the one of the plan in force as the Project knows it. Call it in the transaction of the batch.
 */
export function noteNearLimits(sql: SqlStorage, rows: readonly DayUsage[]): void {
  const limits = meteredLimits(sql);
  const fallback = defaultTierName(sql);
  for (const { customerId, feature, usedUnits, grantedUnits = 0, periodEndMs } of rows) {
    if (usedUnits === undefined || periodEndMs === undefined) continue;
    const customer = sql
      .exec<{ plan: string | null }>(
        'SELECT announced_plan AS plan FROM customer WHERE id = ?',
        customerId,
      )
      .toArray()[0];
    if (!customer) continue;
    const planUnits = limits.get(customer.plan ?? fallback ?? '')?.get(feature);
    const percent = percentOf(usedUnits, planUnits && planUnits + grantedUnits);
    if (percent >= NEAR_PERCENT)
      sql.exec(
        `INSERT INTO near_limit VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (customer_id, feature)
         DO UPDATE SET used_units = ?3, percent = ?4, resets_ms = ?5, granted_units = ?6`,
        customerId,
        feature,
        usedUnits,
        percent,
        periodEndMs,
        grantedUnits,
      );
    else
      sql.exec('DELETE FROM near_limit WHERE customer_id = ? AND feature = ?', customerId, feature);
  }
}

/** Those nearest to a limit of the plan they are on now, of the period that runs. */
export function nearLimits(sql: SqlStorage, nowMs: number): NearLimit[] {
  const limits = meteredLimits(sql);
  const fallback = defaultTierName(sql) ?? '';
  const noted = sql
    .exec<Noted>(
      `SELECT id, external_id AS externalId, email, announced_plan AS announced, feature,
         used_units AS usedUnits, granted_units AS grantedUnits, resets_ms AS resetsAtMs
       FROM (SELECT * FROM near_limit WHERE +resets_ms > ?1 ORDER BY percent DESC LIMIT ?2)
       JOIN customer ON id = customer_id`,
      nowMs,
      LOOKED_AT,
    )
    .toArray();
  return noted
    .flatMap(({ announced, grantedUnits, ...row }) => {
      const plan = announced ?? fallback;
      const planUnits = limits.get(plan)?.get(row.feature);
      if (planUnits == null) return [];
      const limitUnits = planUnits + grantedUnits;
      if (percentOf(row.usedUnits, limitUnits) < NEAR_PERCENT) return [];
      return [{ ...row, plan, limitUnits }];
    })
    .sort((a, b) => b.usedUnits / b.limitUnits - a.usedUnits / a.limitUnits)
    .slice(0, NAMED);
}

type Noted = {
  id: string;
  externalId: string | null;
  email: string | null;
  announced: string | null;
  feature: string;
  usedUnits: number;
  grantedUnits: number;
  resetsAtMs: number;
};

/** How much of a limit is used, in whole per cent; -1 where there is none, or nothing is allowed. */
const percentOf = (usedUnits: number, limitUnits: number | null | undefined): number =>
  limitUnits ? Math.floor((usedUnits * 100) / limitUnits) : -1;
