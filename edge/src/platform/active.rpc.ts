import { RpcTarget } from 'cloudflare:workers';
import { armAlarm, enqueue, openJobs } from '../outbox/outbox.rpc.ts';
import { isCounted } from './standing.rpc.ts';

/** So long first ones of a month gather before they are counted together. */
const GATHER_MS = 60_000;

/** How many customers were active for the first time in their month; `seq` names the batch for ever. */
export interface ActiveBatch {
  seq: number;
  units: number;
}

type CountRow = { seq: number; waiting_units: number; batch_units: number };

/** Which customers were active in a month, on their way to the count of their developer. */
export class ActiveCustomersRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Notes that a customer is active now. */
  note(customerId: string, nowMs: number): void {
    this.#storage.transactionSync(() => noteActiveNow(this.#storage, customerId, nowMs));
  }

  /** The batch to count: the same until it is counted, then what gathered since; null for none. */
  take(): ActiveBatch | null {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      sql.exec(
        `UPDATE active_count SET seq = seq + 1, batch_units = waiting_units, waiting_units = 0
         WHERE batch_units = 0 AND waiting_units > 0`,
      );
      const row = countRow(sql);
      return row && row.batch_units > 0 ? { seq: row.seq, units: row.batch_units } : null;
    });
  }

  /** Forgets a batch that was counted, and queues the next. Safe to repeat. */
  counted(seq: number, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      sql.exec('UPDATE active_count SET batch_units = 0 WHERE seq = ?', seq);
      const isMore = (countRow(sql)?.waiting_units ?? 0) > 0;
      if (isMore) queueCounting(this.#storage, seq + 1, nowMs);
    });
  }
}

/** The calendar month, of UTC, of an instant. */
const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7);

/** Notes that a customer is active now. Call it in a transaction. */
export const noteActiveNow = (
  storage: DurableObjectStorage,
  customerId: string,
  nowMs: number,
): void => noteActive(storage, customerId, monthOf(nowMs), nowMs);

/**
 * Notes that a customer was active in a month, like 2026-11, which counts once. What is heard of a month
 * after a later one was noted counts no more. Call it in a transaction.
 */
export function noteActive(
  storage: DurableObjectStorage,
  customerId: string,
  month: string,
  nowMs: number,
): void {
  const { sql } = storage;
  if (!isCounted(sql)) return;
  const first = sql.exec(
    `UPDATE customer SET active_month = ?2
     WHERE id = ?1 AND coalesce(active_month, '') < ?2 RETURNING 1`,
    customerId,
    month,
  );
  if (first.toArray().length === 0) return;
  sql.exec(
    `INSERT INTO active_count VALUES (1, 0, 1, 0)
     ON CONFLICT DO UPDATE SET waiting_units = waiting_units + 1`,
  );
  if (openJobs(sql, 'platform.count').length === 0)
    queueCounting(storage, (countRow(sql)?.seq ?? 0) + 1, nowMs);
}

function queueCounting(storage: DurableObjectStorage, seq: number, nowMs: number): void {
  const { sql } = storage;
  const id = `count_${seq}_${nowMs}`;
  if (sql.exec('SELECT 1 FROM outbox WHERE id = ?', id).toArray().length > 0) return;
  enqueue(sql, id, { kind: 'platform.count' }, nowMs, nowMs + GATHER_MS);
  armAlarm(storage);
}

const countRow = (sql: SqlStorage): CountRow | undefined =>
  sql.exec<CountRow>('SELECT seq, waiting_units, batch_units FROM active_count').toArray()[0];
