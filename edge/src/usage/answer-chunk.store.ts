import { type Perishable, prune } from '../storage/prune.ts';
import { keysIn } from './answer-log.ts';
import { SpilledKeys } from './spilled-keys.ts';

const HOUR_MS = 3_600_000;
/** How long a first answer is given again. */
export const KEEP_MS = 24 * HOUR_MS;

/** The first hour whose answers may still be given again. */
const firstHour = (nowMs: number): number => Math.floor((nowMs - KEEP_MS) / HOUR_MS);

/** A customer's chunks, found by the hours, which come first in the key so that old ones go together. */
const OF_THE_LAST_DAY = 'hour IN (SELECT value FROM json_each(?)) AND customer_id = ?';
const hoursOf = (nowMs: number): string =>
  JSON.stringify(Array.from({ length: 26 }, (_, index) => firstHour(nowMs) + index));

const OLD_ANSWERS: Perishable = {
  table: 'answer_chunk',
  key: 'hour, customer_id, at_ms',
  // A number that is bound is a fraction.
  over: `hour < CAST(? / ${HOUR_MS} AS INTEGER)`,
  keepMs: KEEP_MS,
};

/**
 * Moves a log of answers out of its meter, and adds its keys to those known to be here. What is too
 * old to be given again goes.
 */
export function moveLog(
  sql: SqlStorage,
  customerId: string,
  log: string,
  spilled: SpilledKeys | null,
  nowMs: number,
): void {
  const hour = Math.floor(nowMs / HOUR_MS);
  sql.exec(
    `INSERT INTO answer_chunk VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (hour, customer_id, at_ms) DO UPDATE SET body = body || ?4`,
    hour,
    customerId,
    nowMs,
    log,
  );
  prune(sql, OLD_ANSWERS, nowMs);
  spilled?.add(hour, keysIn(log));
}

/** The logs of a customer that may have an answer of a key. */
export const logsWith = (
  sql: SqlStorage,
  customerId: string,
  key: string,
  nowMs: number,
): string[] =>
  sql
    .exec<{ body: string }>(
      `SELECT body FROM answer_chunk WHERE ${OF_THE_LAST_DAY} AND instr(body, ?) > 0`,
      hoursOf(nowMs),
      customerId,
      `\n${key}\t`,
    )
    .toArray()
    .map(({ body }) => body);

/** The keys of a customer that left its meters; read once, remembered from then on. */
export function spilledKeysOf(sql: SqlStorage, customerId: string, nowMs: number): SpilledKeys {
  const spilled = new SpilledKeys();
  const chunks = sql.exec<{ hour: number; body: string }>(
    `SELECT hour, body FROM answer_chunk WHERE ${OF_THE_LAST_DAY}`,
    hoursOf(nowMs),
    customerId,
  );
  for (const { hour, body } of chunks) spilled.add(hour, keysIn(body));
  return spilled;
}

/** Forgets keys that are too old to be answered again. */
export const forgetOldKeys = (spilled: SpilledKeys, nowMs: number): void =>
  spilled.forgetBefore(firstHour(nowMs));

/** How long until the oldest keys are forgotten, which makes room for others. */
export const roomInMs = (spilled: SpilledKeys, nowMs: number): number =>
  ((spilled.oldestHour ?? 0) + 1) * HOUR_MS + KEEP_MS - nowMs;
