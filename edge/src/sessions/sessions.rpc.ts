import { RpcTarget } from 'cloudflare:workers';
import type { CustomerSession } from '@dream/contract';
import type { ErrorCode } from '@dream/contract/errors';
import { no, ok, type Outcome } from '../http/fail.ts';
import type { Told } from '../usage/told.ts';

/** How long the token just replaced stays good: racing tabs, answers lost on the way. */
export const OVERLAP_MS = 30_000;

/** A session as the Worker needs it to derive tokens. */
export interface SessionState {
  id: string;
  customerId: string;
  salt: string;
  generation: number;
}

type Row = {
  id: string;
  customer_id: string;
  salt: string;
  generation: number;
  rotated_ms: number;
  created_ms: number;
  expires_ms: number;
  ended_ms: number | null;
  device: string | null;
};

/** How many sessions a list shows. */
const MOST_LISTED = 100;

/** The sessions of a shard's customers. Tokens are derived by the Worker; none is stored. */
export class SessionsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #tell: (customerId: string, told: Told) => void;
  readonly #refusalOf: (customerId: string) => ErrorCode | null;

  /** `refusalOf` says why a customer may begin no session, as far as the shard knows. */
  constructor(
    storage: DurableObjectStorage,
    tell: (customerId: string, told: Told) => void,
    refusalOf: (customerId: string) => ErrorCode | null,
  ) {
    super();
    this.#storage = storage;
    this.#tell = tell;
    this.#refusalOf = refusalOf;
  }

  /**
   * Begins a session. `customer_banned` or `customer_not_found` where the shard knows better than the
   * caller, who asked a moment ago.
   */
  create(
    given: {
      id: string;
      customerId: string;
      salt: string;
      expiresAtMs: number;
      device: string | null;
    },
    nowMs: number,
  ): Outcome<SessionState> {
    const refusal = this.#refusalOf(given.customerId);
    if (refusal) return no(refusal);
    this.#storage.sql.exec('DELETE FROM session WHERE expires_ms < ?', nowMs);
    this.#storage.sql.exec(
      'INSERT INTO session VALUES (?, ?, ?, 0, ?, ?, ?, NULL, ?)',
      given.id,
      given.customerId,
      given.salt,
      nowMs,
      nowMs,
      given.expiresAtMs,
      given.device,
    );
    return ok({ id: given.id, customerId: given.customerId, salt: given.salt, generation: 0 });
  }

  /** A session, to check a token against; `session_ended` when it is over. */
  find(id: string, nowMs: number): Outcome<SessionState> {
    const row = this.#live(id, nowMs);
    return row ? ok(toState(row)) : no('session_ended');
  }

  /**
   * Moves on from the generation of a token that was checked. The token just replaced gives the
   * same successor again for 30 s; an older one means a stolen token, and ends the session.
   */
  refresh(
    id: string,
    generation: number,
    expiresAtMs: number,
    nowMs: number,
  ): Outcome<SessionState> {
    return this.#storage.transactionSync(() => {
      const row = this.#live(id, nowMs);
      if (!row) return no('session_ended');
      if (generation === row.generation) {
        const next = row.generation + 1;
        this.#storage.sql.exec(
          'UPDATE session SET generation = ?, rotated_ms = ?, expires_ms = ? WHERE id = ?',
          next,
          nowMs,
          expiresAtMs,
          id,
        );
        return ok({ ...toState(row), generation: next });
      }
      if (generation === row.generation - 1 && nowMs - row.rotated_ms <= OVERLAP_MS)
        return ok(toState(row));
      this.end(id, nowMs);
      return no('session_ended');
    });
  }

  /** Ends a session and tells its pages. Ending it again changes nothing. */
  end(id: string, nowMs: number): void {
    const row = this.#live(id, nowMs);
    if (!row) return;
    this.#storage.sql.exec('UPDATE session SET ended_ms = ? WHERE id = ?', nowMs, id);
    this.#tell(row.customer_id, { signedOut: id });
  }

  /** Ends one session if it is this customer's. */
  endOf(customerId: string, id: string, nowMs: number): void {
    if (this.isAlive(id, customerId, nowMs)) this.end(id, nowMs);
  }

  /** A customer's sessions that live, the one used last first; at most 100. */
  list(customerId: string, nowMs: number): CustomerSession[] {
    return this.#storage.sql
      .exec<Row>(
        `SELECT * FROM session WHERE customer_id = ? AND ended_ms IS NULL AND expires_ms > ?
         ORDER BY rotated_ms DESC, id LIMIT ?`,
        customerId,
        nowMs,
        MOST_LISTED,
      )
      .toArray()
      .map((row) => ({
        id: row.id,
        createdAtMs: row.created_ms,
        lastUsedAtMs: row.rotated_ms,
        expiresAtMs: row.expires_ms,
        device: row.device,
      }));
  }

  /** Ends every session of a customer, or every other. */
  endAll(customerId: string, nowMs: number, exceptId: string | null = null): void {
    for (const { id } of this.#storage.sql
      .exec<Row>('SELECT * FROM session WHERE customer_id = ?', customerId)
      .toArray())
      if (id !== exceptId) this.end(id, nowMs);
  }

  /** When a session that lives was begun by signing in, however often it was refreshed since. */
  signedInAtMs(id: string, customerId: string, nowMs: number): number | null {
    const row = this.#live(id, nowMs);
    return row?.customer_id === customerId ? row.created_ms : null;
  }

  isAlive(id: string, customerId: string, nowMs: number): boolean {
    return this.#live(id, nowMs)?.customer_id === customerId;
  }

  /** Forgets a customer's sessions; open pages are told and closed. */
  erase(customerId: string): void {
    this.#storage.sql.exec('DELETE FROM session WHERE customer_id = ?', customerId);
    this.#tell(customerId, { signedOut: null });
  }

  #live(id: string, nowMs: number): Row | undefined {
    return this.#storage.sql
      .exec<Row>(
        'SELECT * FROM session WHERE id = ? AND ended_ms IS NULL AND expires_ms > ?',
        id,
        nowMs,
      )
      .toArray()[0];
  }
}

const toState = (row: Row): SessionState => ({
  id: row.id,
  customerId: row.customer_id,
  salt: row.salt,
  generation: row.generation,
});
