import { RpcTarget } from 'cloudflare:workers';
import { no, ok, type Outcome } from '../http/fail.ts';
import { type Perishable, prune } from '../storage/prune.ts';

/** How long an answer is replayed. */
const KEEP_MS = 24 * 3_600_000;

/** Answers that are not replayed any more. */
export const OLD_REPLIES: Perishable = {
  table: 'reply',
  key: 'scope, key',
  over: 'created_ms <= ?',
  keepMs: KEEP_MS,
};

/** A call that has run for this long is taken to be lost, and its key may be used again. */
const LOST_MS = 60_000;

type Row = {
  fingerprint: string;
  created_ms: number;
  status: number | null;
  answer: string | null;
};

/** `fresh`: go ahead, then `finish` or `release`. `replay`: answer this again. */
export type Begun = { kind: 'fresh' } | { kind: 'replay'; status: number; answer: string };

/** Remembers the answers of keyed POSTs, so that a repeated call is answered and not done again. */
export class RepliesRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  begin(scope: string, key: string, fingerprint: string, nowMs: number): Outcome<Begun> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      prune(sql, OLD_REPLIES, nowMs);
      const row = sql
        .exec<Row>(
          'SELECT * FROM reply WHERE scope = ? AND key = ? AND created_ms > ?',
          scope,
          key,
          nowMs - KEEP_MS,
        )
        .toArray()[0];
      if (row) {
        if (row.fingerprint !== fingerprint) return no('idempotency_conflict');
        if (row.status !== null)
          return ok({ kind: 'replay', status: row.status, answer: row.answer ?? '{}' });
        if (row.created_ms > nowMs - LOST_MS) return no('idempotency_in_flight');
      }
      sql.exec(
        'INSERT OR REPLACE INTO reply VALUES (?, ?, ?, ?, NULL, NULL)',
        scope,
        key,
        fingerprint,
        nowMs,
      );
      return ok({ kind: 'fresh' });
    });
  }

  /** Keeps the answer of a call that succeeded. */
  finish(scope: string, key: string, status: number, answer: string): void {
    this.#storage.sql.exec(
      'UPDATE reply SET status = ?, answer = ? WHERE scope = ? AND key = ?',
      status,
      answer,
      scope,
      key,
    );
  }

  /** Frees the key of a call that changed nothing, so that it may be tried again. */
  release(scope: string, key: string): void {
    this.#storage.sql.exec(
      'DELETE FROM reply WHERE scope = ? AND key = ? AND status IS NULL',
      scope,
      key,
    );
  }
}

/** Forgets answers to and about a customer who was erased, by its id. */
export function forgetReplies(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM reply WHERE instr(scope, ?1) > 0 OR instr(answer, ?1) > 0', customerId);
}

/** Rewrites the answers that name something. They are replayed so, and none is done again. */
export function rewriteReplies(
  sql: SqlStorage,
  naming: string,
  rewrite: (answer: object) => object,
): void {
  const replies = sql
    .exec<{ scope: string; key: string; answer: string }>(
      'SELECT scope, key, answer FROM reply WHERE instr(answer, ?) > 0',
      naming,
    )
    .toArray();
  for (const { scope, key, answer } of replies)
    sql.exec(
      'UPDATE reply SET answer = ? WHERE scope = ? AND key = ?',
      JSON.stringify(rewrite(JSON.parse(answer) as object)),
      scope,
      key,
    );
}
