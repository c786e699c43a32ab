import { RpcTarget } from 'cloudflare:workers';
import type { Batch, DayUsage, MeterName } from './day.ts';
import { MINUTE_MS } from './overage.ts';
import {
  closeBatch,
  openBatch,
  rollUpState,
  setRollUpDue,
  takeDaysOver,
  takeMeter,
  takeMetersAfter,
} from './roll-up.store.ts';
import { Unrolled } from './unrolled.ts';

/** How many rows are handed over at once. */
const BATCH = 300;

/** When a shard must wake for its roll-up; null when there is nothing to hand over. */
export const nextRollUpMs = (storage: DurableObjectStorage): number | null =>
  rollUpState(storage.sql).dueMs;

/** What was counted by day and feature, on its way from a shard to the Project. */
export class RollUp extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #unrolled: Unrolled;
  readonly #arm: () => void;
  readonly #wrote: (customerId: string) => void;
  /** Whether there was more than the batch under way; of one from before the object started, unknown. */
  #isMore = true;

  /**
   * `arm` sees to it that the object wakes when something is due; `wrote` hears whose meters were
   * written.
   */
  constructor(storage: DurableObjectStorage, arm: () => void, wrote: (customerId: string) => void) {
    super();
    this.#wrote = wrote;
    this.#storage = storage;
    this.#arm = arm;
    this.#unrolled = new Unrolled(rollUpState(storage.sql).dueMs !== null);
  }

  /**
   * Notes that a meter counted; it is handed over within a minute. Writes a row for the first of them
   * only. Call it when the count is written, before anything is waited for: both are one commit.
   */
  counted(meter: MeterName, nowMs: number): void {
    if (!this.#unrolled.add(meter)) return;
    setRollUpDue(this.#storage.sql, nowMs + MINUTE_MS);
    this.#arm();
  }

  /** The batch to hand over: the same until it is done, then the next one that is due, or null. */
  take(nowMs: number): Batch | null {
    const { sql } = this.#storage;
    const { open, seq, dueMs } = rollUpState(sql);
    if (open) return open;
    if (dueMs === null || dueMs > nowMs) return null;
    const taken = this.#storage.transactionSync(() => {
      const over = takeDaysOver(sql, BATCH);
      const walked = this.#walk(BATCH - over.length);
      const counted = this.#takeCounted(BATCH - over.length - walked.rows.length);
      const rows = [...over, ...walked.rows, ...counted.rows];
      const isAll = rows.length < BATCH;
      if (rows.length > 0) openBatch(sql, { seq: seq + 1, rows }, nowMs + MINUTE_MS);
      else setRollUpDue(sql, null);
      return { rows, isAll, walkedTo: walked.to, meters: counted.meters };
    });
    for (const { customerId } of taken.rows) this.#wrote(customerId);
    this.#unrolled.walked(taken.walkedTo);
    this.#unrolled.drop(taken.meters);
    if (taken.isAll) this.#unrolled.settled();
    this.#isMore = !taken.isAll;
    return taken.rows.length > 0 ? { seq: seq + 1, rows: taken.rows } : null;
  }

  /** Forgets a batch that arrived; the next is due at once if this was not all. Safe to repeat. */
  done(seq: number, nowMs: number): void {
    const { sql } = this.#storage;
    const laterMs = this.#unrolled.isNoted ? rollUpState(sql).dueMs : null;
    closeBatch(sql, seq, this.#isMore ? nowMs : laterMs);
  }

  /** Goes on with the walk over all meters, and says how far it came. */
  #walk(limit: number): { rows: DayUsage[]; to: MeterName | null } {
    const from = this.#unrolled.walkedTo;
    if (from === null || limit === 0) return { rows: [], to: from };
    const rows = takeMetersAfter(this.#storage.sql, from, limit);
    return { rows, to: rows.length < limit ? null : (rows.at(-1) ?? null) };
  }

  /** Takes what remembered meters counted, and says which were looked at. */
  #takeCounted(limit: number): { rows: DayUsage[]; meters: MeterName[] } {
    const rows: DayUsage[] = [];
    const meters: MeterName[] = [];
    for (const meter of this.#unrolled.meters()) {
      if (rows.length >= limit) break;
      const row = takeMeter(this.#storage.sql, meter);
      if (row) rows.push(row);
      meters.push(meter);
    }
    return { rows, meters };
  }
}
