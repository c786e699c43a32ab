import { DurableObject } from 'cloudflare:workers';
import type { RefusalFacts } from '@dream/contract/requests';
import type { Bindings } from '../env.ts';
import { erase, isErased } from '../storage/erase.ts';
import { isInitialised, migrate } from '../storage/migrate.ts';
import type { Gathering } from './gathered.ts';
import type { Refused } from './refused.ts';
import { REQUESTS_SCHEMA } from './requests.schema.ts';

const STEPS: readonly string[] = [REQUESTS_SCHEMA];

/** How long a refused call is kept. */
const KEEP_MS = 7 * 24 * 3_600_000;
/** How many of an environment are kept: the newest. */
const MOST_ROWS = 10_000;
/** The most of one request id that are shown: those of a batch. */
const MOST_OF_ONE = 100;
const HOUR_MS = 3_600_000;

type Row = Omit<Refused, 'facts'> & { seq: number; facts: string };

/** A refused call and its place in the list. */
export type KeptRefusal = Refused & { seq: number };

/** Which refused calls are looked for. `status` is one, or a hundred from there on. */
export interface RefusalQuery {
  limit: number;
  cursor: number | null;
  code: string | null;
  status: { from: number; to: number } | null;
  customerId: string | null;
  sinceMs: number;
}

const COLUMNS = `seq, request_id AS requestId, at_ms AS atMs, method, route, status, code,
  customer_id AS customerId, credential, key_hint AS keyHint, facts`;

/**
 * Refused and failed calls of one environment, in an object of their own: a flood of them slows
 * nothing that admits calls. Bounded by age and number; a note, not an authority.
 */
export class RequestsObject extends DurableObject<Bindings> {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    if (isInitialised(ctx.storage)) migrate(ctx.storage, STEPS);
  }

  /** Adds what an isolate has gathered. Of an environment that was erased nothing is kept. */
  async add({ refused, droppedCalls }: Gathering, nowMs: number): Promise<void> {
    const { storage } = this.ctx;
    if (isErased(storage)) return;
    migrate(storage, STEPS);
    storage.transactionSync(() => {
      for (const one of refused) this.#insert(one);
      if (droppedCalls > 0)
        storage.sql.exec(
          `INSERT INTO dropped VALUES (?1, ?2)
           ON CONFLICT DO UPDATE SET calls = calls + ?2`,
          nowMs - (nowMs % HOUR_MS),
          droppedCalls,
        );
      this.#prune(nowMs);
    });
    if ((await storage.getAlarm()) === null) await storage.setAlarm(nowMs + KEEP_MS);
  }

  /** Refused calls, newest first. */
  list(query: RefusalQuery, nowMs: number): { refused: KeptRefusal[]; nextCursor: number | null } {
    const { limit, cursor, code, status, customerId, sinceMs } = query;
    const rows = this.#read(
      `SELECT ${COLUMNS} FROM refused
       WHERE seq < ?1 AND at_ms > ?2 AND (?3 IS NULL OR code = ?3)
         AND (?4 IS NULL OR status BETWEEN ?4 AND ?5) AND (?6 IS NULL OR customer_id = ?6)
       ORDER BY seq DESC LIMIT ?7`,
      cursor ?? Number.MAX_SAFE_INTEGER,
      Math.max(sinceMs - 1, nowMs - KEEP_MS),
      code,
      status?.from ?? null,
      status?.to ?? null,
      customerId,
      limit + 1,
    );
    const refused = rows.slice(0, limit);
    return { refused, nextCursor: rows.length > limit ? (refused.at(-1)?.seq ?? null) : null };
  }

  /** What was refused under a request id. */
  find(requestId: string, nowMs: number): KeptRefusal[] {
    return this.#read(
      `SELECT ${COLUMNS} FROM refused WHERE request_id = ? AND at_ms > ? ORDER BY seq LIMIT ?`,
      requestId,
      nowMs - KEEP_MS,
      MOST_OF_ONE,
    );
  }

  /** How many calls of the last 7 days were only counted. */
  droppedCalls(nowMs: number): number {
    if (!isInitialised(this.ctx.storage)) return 0;
    const { calls } = this.ctx.storage.sql
      .exec<{ calls: number }>(
        'SELECT coalesce(sum(calls), 0) AS calls FROM dropped WHERE hour_ms > ?',
        nowMs - KEEP_MS,
      )
      .one();
    return calls;
  }

  /** Forgets the calls about a customer who is erased. Safe to repeat. */
  forget(customerId: string): void {
    if (isInitialised(this.ctx.storage))
      this.ctx.storage.sql.exec('DELETE FROM refused WHERE customer_id = ?', customerId);
  }

  /** Erases everything, for good. Safe to repeat. */
  async erase(nowMs: number): Promise<void> {
    await erase(this.ctx.storage, nowMs);
  }

  /** Forgets what is old, and looks again when the oldest that is left will be. */
  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    if (!isInitialised(storage)) return;
    this.#prune(Date.now());
    const { oldestMs } = storage.sql
      .exec<{ oldestMs: number | null }>('SELECT min(at_ms) AS oldestMs FROM refused')
      .one();
    if (oldestMs !== null) await storage.setAlarm(oldestMs + KEEP_MS);
  }

  #insert(one: Refused): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO refused VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      one.requestId,
      one.atMs,
      one.method,
      one.route,
      one.status,
      one.code,
      one.customerId,
      one.credential,
      one.keyHint,
      JSON.stringify(one.facts),
    );
  }

  #prune(nowMs: number): void {
    const { sql } = this.ctx.storage;
    sql.exec('DELETE FROM refused WHERE at_ms <= ?', nowMs - KEEP_MS);
    sql.exec('DELETE FROM refused WHERE seq <= (SELECT max(seq) FROM refused) - ?', MOST_ROWS);
    sql.exec('DELETE FROM dropped WHERE hour_ms <= ?', nowMs - KEEP_MS);
  }

  #read(query: string, ...bindings: (string | number | null)[]): KeptRefusal[] {
    if (!isInitialised(this.ctx.storage)) return [];
    return this.ctx.storage.sql
      .exec<Row>(query, ...bindings)
      .toArray()
      .map((row) => ({ ...row, facts: JSON.parse(row.facts) as RefusalFacts }));
  }
}
