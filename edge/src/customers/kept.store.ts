import type { RunningUsage } from '../usage/running-usage.ts';

/** Keeps a period's usage under a hash; the larger one where there is some already. */
export function putKeptUsage(sql: SqlStorage, hash: string, usage: readonly RunningUsage[]): void {
  for (const { feature, usedUnits, periodStartMs, periodEndMs } of usage) {
    sql.exec(
      `INSERT INTO kept_usage VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash, feature) DO UPDATE SET
       used_units = CASE WHEN period_end_ms = ?5 THEN max(used_units, ?3) ELSE ?3 END,
       period_start_ms = ?4, period_end_ms = ?5`,
      hash,
      feature,
      usedUnits,
      periodStartMs,
      periodEndMs,
    );
  }
}

/**
 * What was kept under a hash of periods that still run. It stays: the address may go to another
 * customer while this one lives.
 */
export function keptUsage(sql: SqlStorage, hash: string, nowMs: number): RunningUsage[] {
  return sql
    .exec<{ [Field in keyof RunningUsage]: RunningUsage[Field] }>(
      `SELECT feature, used_units AS usedUnits, period_start_ms AS periodStartMs,
       period_end_ms AS periodEndMs FROM kept_usage WHERE hash = ? AND period_end_ms > ?`,
      hash,
      nowMs,
    )
    .toArray();
}

/** What was erased here and not in its shard, under which hashes. */
const ERASURES = `SELECT json_extract(body, '$.keptAs') AS keptAs FROM outbox
  WHERE state = 'open' AND kind = 'shard.erase'`;

/** What a customer goes on from that its shard was not told of yet. */
export const usageToResume = (sql: SqlStorage, customerId: string): RunningUsage[] =>
  sql
    .exec<{ usage: string }>(
      `SELECT json_extract(body, '$.usage') AS usage FROM outbox
       WHERE state = 'open' AND kind = 'shard.resume' AND json_extract(body, '$.customerId') = ?`,
      customerId,
    )
    .toArray()
    .flatMap(({ usage }) => JSON.parse(usage) as RunningUsage[]);

/** Marks that whoever has this hash had a trial. The mark stays. */
export function putKeptTrial(sql: SqlStorage, hash: string): void {
  sql.exec('INSERT OR IGNORE INTO kept_trial VALUES (?)', hash);
}

/** Marks that whoever has this hash was banned. */
export function putKeptBan(sql: SqlStorage, hash: string): void {
  sql.exec('INSERT OR IGNORE INTO kept_ban VALUES (?)', hash);
}

/** Takes the mark of a ban, if there is one: from here the customer carries it, until it is lifted. */
export function takeKeptBan(sql: SqlStorage, hash: string): boolean {
  return sql.exec('DELETE FROM kept_ban WHERE hash = ? RETURNING 1', hash).toArray().length > 0;
}

/** Whether anything is kept of anybody. */
export function isAnythingKept(sql: SqlStorage): boolean {
  const kept = sql.exec(
    `SELECT 1 FROM kept_usage UNION ALL SELECT 1 FROM kept_trial
     UNION ALL SELECT 1 FROM kept_ban UNION ALL SELECT 1 FROM (${ERASURES}) LIMIT 1`,
  );
  return kept.toArray().length > 0;
}

/** Whether somebody with one of these hashes was erased whose usage a shard has yet to hand over. */
export const isBeingErased = (sql: SqlStorage, hashes: readonly string[]): boolean =>
  hashes.some(
    (hash) =>
      sql
        .exec(
          `SELECT 1 FROM (${ERASURES}) AS erasure, json_each(erasure.keptAs) WHERE value = ?`,
          hash,
        )
        .toArray().length > 0,
  );

export function hasKeptTrial(sql: SqlStorage, hash: string): boolean {
  return sql.exec('SELECT 1 FROM kept_trial WHERE hash = ?', hash).toArray().length > 0;
}
