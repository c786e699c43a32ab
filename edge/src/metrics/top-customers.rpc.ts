import type { TopCustomer } from '@dream/contract/usage-history';
import type { Perishable } from '../storage/prune.ts';
import type { DayUsage } from '../usage/day.ts';

/** How many customers are named, and how many of a month and feature are kept: some may be erased. */
const NAMED = 10;
const KEPT = 30;

/** Months older than any range that can be asked for. */
export const OLD_TOP_CUSTOMERS: Perishable = {
  table: 'usage_top',
  key: 'month, feature, customer_id',
  over: "month < strftime('%Y-%m', ? / 1000, 'unixepoch')",
  keepMs: 400 * 86_400_000,
};

/**
 * Notes who of those that just used something is among those who used most in the month. What one used
 * in a month only grows, so whoever belongs here is noted with the use that brings them. Call it in the
 * transaction of the batch, after its days are added.
 */
export function noteTopCustomers(sql: SqlStorage, rows: readonly DayUsage[]): void {
  const least = new Map<string, number>();
  for (const { customerId, feature, day } of rows) {
    const month = day.slice(0, 7);
    const name = `${month} ${feature}`;
    const atLeast = least.get(name) ?? leastKept(sql, month, feature);
    least.set(name, atLeast);
    const units = unitsInMonth(sql, customerId, feature, month);
    if (units <= atLeast) continue;
    putTop(sql, { customerId, feature, month, units });
    least.set(name, leastKept(sql, month, feature));
  }
}

/** Who used most of any feature in a month, like "2026-01". */
export function topCustomers(sql: SqlStorage, month: string): TopCustomer[] {
  return sql
    .exec<{ [Field in keyof TopCustomer]: TopCustomer[Field] }>(
      `SELECT id, external_id AS externalId, email, feature, units
       FROM (SELECT * FROM usage_top WHERE month = ?) JOIN customer ON id = customer_id
       ORDER BY units DESC, id, feature LIMIT ?`,
      month,
      NAMED,
    )
    .toArray();
}

/** Forgets a customer. Call it in the transaction of the erasure. */
export function eraseTopCustomer(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM usage_top WHERE customer_id = ?', customerId);
}

/** What one must have used to be kept; nothing while there is room. */
function leastKept(sql: SqlStorage, month: string, feature: string): number {
  const { kept, units } = sql
    .exec<{ kept: number; units: number | null }>(
      'SELECT count(*) AS kept, min(units) AS units FROM usage_top WHERE month = ? AND feature = ?',
      month,
      feature,
    )
    .one();
  return kept < KEPT ? 0 : (units ?? 0);
}

function unitsInMonth(sql: SqlStorage, customerId: string, feature: string, month: string): number {
  return (
    sql
      .exec<{ units: number | null }>(
        `SELECT sum(units) AS units FROM usage_day
       WHERE customer_id = ?1 AND feature = ?2 AND day BETWEEN ?3 || '-01' AND ?3 || '-31'`,
        customerId,
        feature,
        month,
      )
      .one().units ?? 0
  );
}

/** Writes one among those who used most. Who used least of them leaves when they are too many. */
function putTop(
  sql: SqlStorage,
  {
    customerId,
    feature,
    month,
    units,
  }: Record<'customerId' | 'feature' | 'month', string> & {
    units: number;
  },
): void {
  sql.exec(
    `INSERT INTO usage_top VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (month, feature, customer_id) DO UPDATE SET units = ?4`,
    month,
    feature,
    customerId,
    units,
  );
  sql.exec(
    `DELETE FROM usage_top WHERE month = ?1 AND feature = ?2 AND customer_id IN (
       SELECT customer_id FROM usage_top WHERE month = ?1 AND feature = ?2
       ORDER BY units DESC, customer_id LIMIT -1 OFFSET ?3)`,
    month,
    feature,
    KEPT,
  );
}
