import { RpcTarget } from 'cloudflare:workers';
import { no, ok, type Outcome } from '../http/fail.ts';
import type { Perishable } from '../storage/prune.ts';

/** How long a visitor may take at the provider. */
export const ATTEMPT_MS = 10 * 60_000;
/** How long the end of an attempt waits to be collected. */
export const RESULT_MS = 2 * 60_000;
/** How long Clerk is waited for after a landing; then the edge that asked it is taken for dead. */
const SETTLING_MS = 60_000;

/** Attempts that can be neither landed nor collected any more. */
export const OLD_ATTEMPTS: Perishable = {
  table: 'oauth_attempt',
  key: 'state_hash',
  over: 'begun_ms <= ?',
  keepMs: ATTEMPT_MS + SETTLING_MS + RESULT_MS,
};

/** A sign-in at a provider, as it was begun. */
export interface OauthAttempt {
  /** SHA-256 of what the window's cookie holds: who lands must be who began. */
  stateHash: string;
  /** The page's name for it, and SHA-256 (base64url) of what the page must show to hear the end. */
  request: string;
  challenge: string;
  origin: string;
  provider: string;
  /** Clerk's sign-in, and the token of the client it belongs to, sealed for nobody but the edge. */
  signInId: string;
  sealedToken: string;
  begunAtMs: number;
  /** How often the window went to the provider. */
  trips: number;
}

/** Why an attempt did not sign anybody in. */
export type OauthError = 'oauth_denied' | 'oauth_incomplete' | 'oauth_failed';

/** How an attempt ended. */
export type OauthEnd = { sealedToken: string } | { error: OauthError };

type Row = {
  state_hash: string;
  request: string;
  challenge: string;
  origin: string;
  provider: string;
  sign_in_id: string;
  sealed_token: string;
  begun_ms: number;
  trips: number;
  landed_ms: number | null;
  settled_ms: number | null;
  error: OauthError | null;
};

/** The sign-ins at providers that are under way in one environment. */
export class OauthRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Forgets old attempts and keeps a new one. */
  begin(attempt: OauthAttempt): Outcome<null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      sql.exec(
        'DELETE FROM oauth_attempt WHERE begun_ms <= ?',
        attempt.begunAtMs - ATTEMPT_MS - SETTLING_MS - RESULT_MS,
      );
      const used = sql.exec('SELECT 1 FROM oauth_attempt WHERE request = ?', attempt.request);
      if (used.toArray().length > 0) return no('oauth_request_used');
      sql.exec(
        `INSERT INTO oauth_attempt (state_hash, request, challenge, origin, provider, sign_in_id,
           sealed_token, begun_ms, trips) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        attempt.stateHash,
        attempt.request,
        attempt.challenge,
        attempt.origin,
        attempt.provider,
        attempt.signInId,
        attempt.sealedToken,
        attempt.begunAtMs,
        attempt.trips,
      );
      return ok(null);
    });
  }

  /** The attempt whose window comes back from the provider, the first time it does, and in time. */
  land(stateHash: string, nowMs: number): Outcome<OauthAttempt> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = sql
        .exec<Row>('SELECT * FROM oauth_attempt WHERE state_hash = ?', stateHash)
        .toArray()[0];
      if (!row || row.landed_ms !== null || nowMs - row.begun_ms > ATTEMPT_MS)
        return no('oauth_expired');
      sql.exec('UPDATE oauth_attempt SET landed_ms = ? WHERE state_hash = ?', nowMs, stateHash);
      return ok(attemptOf(row));
    });
  }

  /** Sends a landed attempt out once more, with another sign-in of Clerk. */
  goAgain(stateHash: string, signInId: string, sealedToken: string): void {
    this.#storage.sql.exec(
      `UPDATE oauth_attempt
       SET landed_ms = NULL, trips = trips + 1, sign_in_id = ?, sealed_token = ?
       WHERE state_hash = ? AND landed_ms IS NOT NULL AND settled_ms IS NULL`,
      signInId,
      sealedToken,
      stateHash,
    );
  }

  /** Notes how a landed attempt ended, for the page to collect. */
  settle(stateHash: string, end: OauthEnd, nowMs: number): void {
    const [sealedToken, error] = 'error' in end ? ['', end.error] : [end.sealedToken, null];
    this.#storage.sql.exec(
      `UPDATE oauth_attempt SET settled_ms = ?, sealed_token = ?, error = ?
       WHERE state_hash = ? AND landed_ms IS NOT NULL AND settled_ms IS NULL`,
      nowMs,
      sealedToken,
      error,
      stateHash,
    );
  }

  /**
   * The end of an attempt, once, to whoever shows its verifier from the page's own origin; null
   * while it is under way. Whatever else is asked for answers as one that is over.
   */
  collect(
    request: string,
    challenge: string,
    origin: string,
    nowMs: number,
  ): Outcome<OauthEnd | null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = sql
        .exec<Row>(
          'SELECT * FROM oauth_attempt WHERE request = ? AND challenge = ? AND origin = ?',
          request,
          challenge,
          origin,
        )
        .toArray()[0];
      if (!row) return no('oauth_expired');
      if (isUnderWay(row, nowMs)) return ok(null);
      sql.exec('DELETE FROM oauth_attempt WHERE state_hash = ?', row.state_hash);
      if (row.settled_ms === null || nowMs - row.settled_ms > RESULT_MS) return no('oauth_expired');
      return ok(row.error === null ? { sealedToken: row.sealed_token } : { error: row.error });
    });
  }
}

function isUnderWay(row: Row, nowMs: number): boolean {
  if (row.settled_ms !== null) return false;
  return row.landed_ms === null
    ? nowMs - row.begun_ms <= ATTEMPT_MS
    : nowMs - row.landed_ms <= SETTLING_MS;
}

const attemptOf = (row: Row): OauthAttempt => ({
  stateHash: row.state_hash,
  request: row.request,
  challenge: row.challenge,
  origin: row.origin,
  provider: row.provider,
  signInId: row.sign_in_id,
  sealedToken: row.sealed_token,
  begunAtMs: row.begun_ms,
  trips: row.trips,
});
