import type { CreditEntry } from '@dream/contract';
import type { Change } from './account.ts';

/** How long a ledger's lines stay apart: thirteen months, so that a month has the one a year before. */
export const KEPT_APART_MS = 400 * 86_400_000;
/** How many lines of a customer stay apart. */
export const MOST_ENTRIES = 10_000;

/** Writes down a change of the balance. */
export function putChange(sql: SqlStorage, customerId: string, change: Change): void {
  sql.exec(
    `INSERT INTO credit_entry VALUES (?1, ${NEXT_SEQ}, ?2, ?3, ?4, NULL, NULL, ?5)`,
    customerId,
    change.kind,
    change.units,
    change.atMs,
    change.grantId,
  );
}

/** Writes down what a feature took, in its row of the day. */
export function putUse(
  sql: SqlStorage,
  customerId: string,
  { feature, day, units, atMs }: { feature: string; day: string; units: number; atMs: number },
): void {
  sql.exec(
    `INSERT INTO credit_entry VALUES (?1, ${NEXT_SEQ}, 'use', -?2, ?3, ?4, ?5, NULL)
     ON CONFLICT (customer_id, day, feature) WHERE kind = 'use'
     DO UPDATE SET units = units - ?2, at_ms = ?3`,
    customerId,
    units,
    atMs,
    feature,
    day,
  );
}

/** The newest entries of a customer before a number, with what was said with their grants. */
export function readEntries(
  sql: SqlStorage,
  customerId: string,
  { before, limit }: { before: number; limit: number },
): CreditEntry[] {
  return sql
    .exec<{ [Field in keyof CreditEntry]: CreditEntry[Field] }>(
      `SELECT seq, kind, entry.units AS units, at_ms AS atMs, feature, day, grant_id AS grantId, note
       FROM credit_entry AS entry
       LEFT JOIN credit_grant ON credit_grant.customer_id = entry.customer_id AND id = grant_id
       WHERE entry.customer_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
      customerId,
      before,
      limit,
    )
    .toArray();
}

/**
 * Makes one `opening` line of those that are old, and of those beyond the newest `MOST_ENTRIES`. It
 * has what they add up to, so all lines still add up to the balance.
 */
export function foldLedger(sql: SqlStorage, customerId: string, nowMs: number): void {
  // Each by itself is one step in the key; both at once would walk through all lines.
  const { first, last } = sql
    .exec<{ first: number | null; last: number | null }>(
      `SELECT (SELECT min(seq) FROM credit_entry WHERE customer_id = ?1) AS first,
       (SELECT max(seq) FROM credit_entry WHERE customer_id = ?1) AS last`,
      customerId,
    )
    .one();
  if (first === null || last === null) return;
  const young = sql
    .exec<{ seq: number }>(
      'SELECT seq FROM credit_entry WHERE customer_id = ? AND at_ms >= ? ORDER BY seq LIMIT 1',
      customerId,
      nowMs - KEPT_APART_MS,
    )
    .toArray()[0];
  const through = Math.max((young?.seq ?? last + 1) - 1, last - MOST_ENTRIES + 1);
  if (first >= through) return;
  const folded = sql
    .exec<{ units: number; at_ms: number }>(
      `SELECT sum(units) AS units, max(at_ms) AS at_ms FROM credit_entry
       WHERE customer_id = ? AND seq <= ?`,
      customerId,
      through,
    )
    .one();
  sql.exec('DELETE FROM credit_entry WHERE customer_id = ? AND seq <= ?', customerId, through);
  sql.exec(
    "INSERT INTO credit_entry VALUES (?, ?, 'opening', ?, ?, NULL, NULL, NULL)",
    customerId,
    through,
    folded.units,
    folded.at_ms,
  );
}

const NEXT_SEQ = '(SELECT ifnull(max(seq), 0) + 1 FROM credit_entry WHERE customer_id = ?1)';
