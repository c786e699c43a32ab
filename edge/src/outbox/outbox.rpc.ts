import { RpcTarget } from 'cloudflare:workers';
import { nextDeliveryMs } from '../outgoing/due.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import { nextTryMs } from './back-off.ts';
import type { OpenWork } from './health.ts';
import { openWorkOf } from './health.rpc.ts';
import type { Job, JobResult } from './job.ts';

type Row = { id: string; body: string; created_ms: number; tries: number; fence: number };

/** What was done is kept for a week, to be looked at. */
export const DONE_JOBS: Perishable = {
  table: 'outbox',
  key: 'id',
  over: "state = 'done' AND due_ms <= ?",
  keepMs: 7 * 86_400_000,
};

/** How long a claimed row is left to its worker before another may take it. */
const CLAIM_MS = 60_000;

/**
 * Writes a job in the transaction of the change that causes it; the alarm will do it at `dueMs`.
 * That is now, or later for one whose writer does it at once and only wants it done after a crash.
 */
export function enqueue(sql: SqlStorage, id: string, job: Job, nowMs: number, dueMs = nowMs): void {
  sql.exec(
    `INSERT INTO outbox (id, kind, body, state, tries, fence, due_ms, created_ms)
     VALUES (?, ?, ?, 'open', 0, 0, ?, ?)`,
    id,
    job.kind,
    JSON.stringify(job),
    dueMs,
    nowMs,
  );
}

/** Sets the alarm to the first open job or webhook. Call it in the turn that wrote one. */
export function armAlarm(storage: DurableObjectStorage): void {
  const due = [firstDueMs(storage.sql), nextDeliveryMs(storage.sql)].filter((at) => at !== null);
  if (due.length > 0) void storage.setAlarm(Math.min(...due));
}

const firstDueMs = (sql: SqlStorage): number | null =>
  sql
    .exec<{ due_ms: number | null }>(
      "SELECT min(due_ms) AS due_ms FROM outbox WHERE state = 'open'",
    )
    .one().due_ms;

/** A job as it was claimed. Results of an older claim are dropped by the fence. */
export interface ClaimedJob {
  id: string;
  job: Job;
  fence: number;
  createdAtMs: number;
}

/** The outbox of one environment, as the Worker uses it. */
export class OutboxRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Claims due jobs, or just those named (due or not); at most `limit`. */
  claim(nowMs: number, limit: number, ids?: readonly string[]): ClaimedJob[] {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const rows = ids
        ? ids.flatMap((id) =>
            sql.exec<Row>("SELECT * FROM outbox WHERE id = ? AND state = 'open'", id).toArray(),
          )
        : sql
            .exec<Row>(
              "SELECT * FROM outbox WHERE state = 'open' AND due_ms <= ? ORDER BY due_ms LIMIT ?",
              nowMs,
              limit,
            )
            .toArray();
      for (const row of rows) {
        sql.exec(
          'UPDATE outbox SET fence = fence + 1, due_ms = ? WHERE id = ?',
          nowMs + CLAIM_MS,
          row.id,
        );
      }
      armAlarm(this.#storage);
      return rows.map((row) => ({
        id: row.id,
        job: JSON.parse(row.body) as Job,
        fence: row.fence + 1,
        createdAtMs: row.created_ms,
      }));
    });
  }

  /**
   * Records what became of claimed jobs; an out-of-date claim changes nothing. An erasure that is
   * done leaves no row: it would name who was erased. Answers how many were given up.
   */
  record(results: readonly JobResult[], nowMs: number): number {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const died = results.filter((result) => this.#recordOne(sql, result, nowMs) === 'dead');
      armAlarm(this.#storage);
      return died.length;
    });
  }

  /** When the first open job is due; null when nothing is left to do. */
  nextDueMs(): number | null {
    return firstDueMs(this.#storage.sql);
  }

  /** Whether something should be done by now, or was begun and is not done. */
  isStuck(nowMs: number): boolean {
    const found = this.#storage.sql.exec(
      "SELECT 1 FROM outbox WHERE state = 'open' AND (due_ms <= ? OR fence > 0) LIMIT 1",
      nowMs,
    );
    return found.toArray().length > 0;
  }

  /** What waits, and what failed. */
  openWork(nowMs: number): OpenWork {
    return openWorkOf(this.#storage.sql, nowMs);
  }

  #recordOne(sql: SqlStorage, result: JobResult, nowMs: number): 'dead' | null {
    const { id, fence } = result;
    if (result.done) {
      sql.exec(
        `DELETE FROM outbox WHERE id = ? AND fence = ?
         AND kind IN ('shard.erase', 'stripe.delete_customer', 'clerk.delete_user')`,
        id,
        fence,
      );
      sql.exec(
        "UPDATE outbox SET state = 'done', due_ms = ?, last_error = NULL WHERE id = ? AND fence = ?",
        nowMs,
        id,
        fence,
      );
      return null;
    }
    const row = sql
      .exec<Row>('SELECT * FROM outbox WHERE id = ? AND fence = ?', id, fence)
      .toArray()[0];
    if (!row) return null;
    const dueMs = result.retry ? nextTryMs(row.tries + 1, nowMs) : null;
    sql.exec(
      'UPDATE outbox SET tries = tries + 1, state = ?, due_ms = ?, last_error = ? WHERE id = ?',
      dueMs === null ? 'dead' : 'open',
      dueMs ?? nowMs,
      result.error.slice(0, 500),
      id,
    );
    return dueMs === null ? 'dead' : null;
  }
}

/** Forgets jobs about a customer who is erased, done or not: what is still to be done is erasing. */
export function forgetJobs(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM outbox WHERE instr(body, ?) > 0', customerId);
}

/** The jobs of a kind that are still to be done. */
export function openJobs<K extends Job['kind']>(
  sql: SqlStorage,
  kind: K,
): Extract<Job, { kind: K }>[] {
  return sql
    .exec<{ body: string }>("SELECT body FROM outbox WHERE state = 'open' AND kind = ?", kind)
    .toArray()
    .map(({ body }) => JSON.parse(body) as Extract<Job, { kind: K }>);
}
