import { RpcTarget } from 'cloudflare:workers';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { endAttempt, isProposed, putProposal, putState, spendState } from './connecting.store.ts';
import type { ConnectionRecord } from './connection.ts';
import { putAccount, readConnection } from './connection.store.ts';
import { erasuresIn } from './erasure.store.ts';
import { letGo } from './let-go.store.ts';
import { soldObjects } from './sold.store.ts';
import { lookAgainAt, markDirty } from './sync.store.ts';

/** How many things sold are looked at while the developer waits; the alarm sees to the others. */
const AT_ONCE = 20;

/** An account was connected; the rows are what is to be done there. */
export interface Connected {
  connection: ConnectionRecord;
  previousAccountId: string | null;
  jobIds: string[];
}

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

  /**
   * Connects an account and queues bringing every priced tier to it, and looking at the account,
   * which takes in the events that waited for it. What was sold in the same account before is looked
   * at again, and whom nobody could delete there is deleted. Safe to repeat.
   */
  connect(account: { id: string; name: string }, jobId: string, act: Act): Connected {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const { previousAccountId, isSame } = putAccount(sql, account.id, account.name, act.nowMs);
      endAttempt(sql, act.actor);
      noteChange(sql, act, 'stripe.connected', account.id);
      const jobIds = new CatalogRpc(this.#storage)
        .tiers()
        .filter((tier) => tier.prices.length > 0 || tier.stripeProductId !== null)
        .map((tier) => {
          const id = `${jobId}_${tier.name}`;
          enqueue(sql, id, { kind: 'stripe.publish_tier', tier: tier.name }, act.nowMs);
          return id;
        });
      jobIds.push(`${jobId}_${account.id}`);
      markDirty(this.#storage, account.id, `${jobId}_${account.id}`, act.nowMs);
      soldObjects(sql).forEach(({ id, endsAtMs }, index) => {
        if (isSame) {
          markDirty(this.#storage, id, `${jobId}_${id}`, act.nowMs);
          if (index < AT_ONCE) jobIds.push(`${jobId}_${id}`);
        } else if (endsAtMs !== null) lookAgainAt(this.#storage, id, endsAtMs, act.nowMs);
      });
      for (const stripeCustomerId of erasuresIn(sql, account.id)) {
        const job = { stripeCustomerId, stripeAccountId: account.id };
        const id = `${jobId}_${stripeCustomerId}`;
        enqueue(sql, id, { kind: 'stripe.delete_customer', ...job }, act.nowMs);
      }
      armAlarm(this.#storage);
      return { connection: readConnection(sql), previousAccountId, jobIds };
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

function noteChange(sql: SqlStorage, act: Act, action: string, subject: string): void {
  sql.exec('UPDATE environment SET version = version + 1');
  writeAudit(sql, act, action, subject);
}
