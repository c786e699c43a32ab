import { RpcTarget } from 'cloudflare:workers';
import { erasePurchases, hadPurchases } from '../billing/erasure.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue, forgetJobs } from '../outbox/outbox.rpc.ts';
import { forgetAudit } from '../projects/audit.rpc.ts';
import { forgetReplies } from '../replies/replies.rpc.ts';
import { eraseIdentity, identificationsOf } from '../sessions/erasure.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import { type CustomerRow, findCustomer } from './customers.store.ts';
import { keptHash, type RunningUsage } from './kept.ts';
import { hasKeptTrial, putKeptTrial, putKeptUsage, keptUsage } from './kept.store.ts';

/** Usage of who was erased, once its period is over. */
export const OVER_KEPT_USAGE: Perishable = {
  table: 'kept_usage',
  key: 'hash, feature',
  over: 'period_end_ms <= ?',
  keepMs: 0,
};

/** Who was erased, and the outbox rows that erase the rest. */
export interface Erased {
  id: string;
  email: string | null;
  externalId: string | null;
  /** Whether a keyed hash of what was proved is kept. */
  isKept: boolean;
  jobIds: string[];
}

/** Erasing customers of one environment, and knowing them again by what was kept. */
export class ErasureRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #key: () => Promise<CryptoKey>;

  /** `key` gives the key of the hashes; it is asked for only when something is to be hashed. */
  constructor(storage: DurableObjectStorage, key: () => Promise<CryptoKey>) {
    super();
    this.#storage = storage;
    this.#key = key;
  }

  /**
   * Erases a customer here, and queues what others still keep of it. Of what was proved keyed hashes
   * stay, with the mark of a trial; the shard adds the usage of the period when it erases. A banned
   * customer does not erase itself, not even before its sessions end: it would come back unbanned.
   */
  async erase(
    id: string,
    jobIds: readonly [string, string, string],
    nowMs: number,
    by: 'key' | 'customer',
  ): Promise<Outcome<Erased>> {
    const known = findCustomer(this.#storage.sql, id);
    if (!known) return no('customer_not_found');
    const hashes = await this.#hashesOf(known.id);
    return this.#storage.transactionSync(() => {
      const row = findCustomer(this.#storage.sql, known.id);
      if (!row) return no('customer_not_found');
      if (by === 'customer' && row.banned === 1) return no('session_ended');
      return ok(this.#erase(row, hashes, jobIds, nowMs));
    });
  }

  /** Keeps the usage a shard had of somebody erased. Safe to repeat. */
  keepUsage(hashes: readonly string[], usage: readonly RunningUsage[]): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      for (const hash of hashes) putKeptUsage(sql, hash, usage);
    });
  }

  /**
   * Lets a customer who was erased before go on from what was kept: the usage of the period, and
   * that a trial was had. Answers the outbox rows; none for everybody else. Safe to repeat.
   */
  async resume(customerId: string, jobId: string, nowMs: number): Promise<string[]> {
    const { sql } = this.#storage;
    const isAnybodyKept =
      sql.exec('SELECT 1 FROM kept_usage UNION ALL SELECT 1 FROM kept_trial LIMIT 1').toArray()
        .length > 0;
    if (!isAnybodyKept) return [];
    const hashes = await this.#hashesOf(customerId);
    return this.#storage.transactionSync(() => {
      if (!findCustomer(sql, customerId)) return [];
      if (hashes.some((hash) => hasKeptTrial(sql, hash)))
        sql.exec('UPDATE customer SET had_trial = 1 WHERE id = ?', customerId);
      const usage = hashes.flatMap((hash) => keptUsage(sql, hash, nowMs));
      if (usage.length === 0) return [];
      enqueue(sql, jobId, { kind: 'shard.resume', customerId, usage }, nowMs);
      armAlarm(this.#storage);
      return [jobId];
    });
  }

  async #hashesOf(customerId: string): Promise<string[]> {
    const proved = identificationsOf(this.#storage.sql, customerId);
    if (proved.length === 0) return [];
    const key = await this.#key();
    return Promise.all(proved.map((identification) => keptHash(key, identification)));
  }

  #erase(
    row: CustomerRow,
    hashes: readonly string[],
    [shardJob, stripeJob, clerkJob]: readonly [string, string, string],
    nowMs: number,
  ): Erased {
    const { sql } = this.#storage;
    const { id, clerk_password_user_id: clerkUserId, stripe_customer_id: stripeCustomerId } = row;
    const hadTrial = row.had_trial === 1 || hadPurchases(sql, id);
    if (hadTrial) for (const hash of hashes) putKeptTrial(sql, hash);
    forgetJobs(sql, id);
    forgetReplies(sql, id);
    forgetAudit(sql, id);
    eraseIdentity(sql, id);
    const jobIds = [shardJob];
    enqueue(sql, shardJob, { kind: 'shard.erase', customerId: id, keptAs: [...hashes] }, nowMs);
    jobIds.push(...erasePurchases(this.#storage, { id, stripeCustomerId }, stripeJob, nowMs));
    if (clerkUserId !== null) {
      enqueue(sql, clerkJob, { kind: 'clerk.delete_user', clerkUserId }, nowMs);
      jobIds.push(clerkJob);
    }
    sql.exec('DELETE FROM customer WHERE id = ?', id);
    armAlarm(this.#storage);
    const { email, external_id: externalId } = row;
    return { id, email, externalId, isKept: hashes.length > 0, jobIds };
  }
}
