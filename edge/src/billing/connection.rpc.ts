import { RpcTarget } from 'cloudflare:workers';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { endAttempt, isProposed, putProposal, putState, spendState } from './connecting.store.ts';
import type { AccountFacts, ConnectionRecord } from './connection.ts';
import { onboardingKey, putOnboarding, readConnection } from './connection.store.ts';
import { type Connected, connectAccount } from './connect.store.ts';
import { letGo } from './let-go.store.ts';

/** How long a key to make an account with is good; Stripe forgets it after 24 h. */
const KEYS_LAST_MS = 23 * 3_600_000;

/** Connecting one environment to a Stripe account, and letting go of it. */
export class ConnectionRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Begins an actor's attempt: remembers the hash of the state until `expiresAtMs`. */
  start(stateHash: string, act: Act, expiresAtMs: number): void {
    this.#storage.transactionSync(() =>
      putState(this.#storage.sql, act.actor, stateHash, act.nowMs, expiresAtMs),
    );
  }

  /** Uses up the state that came back. Only the actor's own newest one, once, and in time. */
  takeState(stateHash: string, act: Act): Outcome<null> {
    const isRight = this.#storage.transactionSync(() =>
      spendState(this.#storage.sql, act.actor, stateHash, act.nowMs),
    );
    return isRight ? ok(null) : no('connection_invalid');
  }

  /** Remembers the account that is shown to the actor, who confirms it until `expiresAtMs`. */
  propose(accountId: string, act: Act, expiresAtMs: number): void {
    putProposal(this.#storage.sql, act.actor, accountId, expiresAtMs);
  }

  /** Whether the actor may connect this account: it was shown to them, or is connected already. */
  mayConnect(accountId: string, act: Act): Outcome<null> {
    const { sql } = this.#storage;
    const may =
      isProposed(sql, act.actor, accountId, act.nowMs) ||
      readConnection(sql).stripeAccountId === accountId;
    return may ? ok(null) : no('connection_invalid');
  }

  /** Connects an account, as `connectAccount` does, and ends the actor's attempt. Safe to repeat. */
  connect(account: AccountFacts, jobId: string, act: Act): Connected {
    return this.#storage.transactionSync(() => {
      endAttempt(this.#storage.sql, act.actor);
      return connectAccount(this.#storage, account, jobId, act);
    });
  }

  /**
   * Begins making an account for a developer who has none: the one made before, or the key to make it
   * with. Refuses while an own account is connected.
   */
  beginAccount(
    newKey: string,
    nowMs: number,
  ): Outcome<{ accountId: string } | { accountId: null; key: string }> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const { stripeAccountId, onboarding } = readConnection(sql);
      if (stripeAccountId !== null) return no('stripe_already_connected');
      if (onboarding) return ok({ accountId: onboarding.id });
      return ok({ accountId: null, key: onboardingKey(sql, newKey, nowMs, KEYS_LAST_MS) });
    });
  }

  /** Records the account that was made; the first one stays. */
  accountMade(accountId: string, act: Act): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      if (putOnboarding(sql, accountId)) writeAudit(sql, act, 'stripe.account_made', accountId);
    });
  }

  /**
   * Lets go of the account, and queues giving the permission back as `jobId`. Subscriptions stay at
   * Stripe, and count here to the end of the period that is paid.
   */
  disconnect(accountId: string, jobId: string, act: Act): ConnectionRecord {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (letGo(this.#storage, accountId, act)) {
        const kind = 'stripe.release_account';
        enqueue(sql, jobId, { kind, stripeAccountId: accountId }, act.nowMs);
        armAlarm(this.#storage);
      }
      return readConnection(sql);
    });
  }
}

/** The account an environment sells through, for who reads it in a transaction. */
export const connectionOf = (sql: SqlStorage): ConnectionRecord => readConnection(sql);
