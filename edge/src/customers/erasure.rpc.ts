import { RpcTarget } from 'cloudflare:workers';
import type { Customer } from '@dream/contract';
import { erasePurchases } from '../billing/erasure.rpc.ts';
import { hadPurchases } from '../billing/subscription.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { eraseOrders } from '../orders/erasure.rpc.ts';
import { armAlarm, enqueue, forgetJobs } from '../outbox/outbox.rpc.ts';
import { emit, forgetEvents } from '../outgoing/emit.rpc.ts';
import { roomForCustomer } from '../platform/standing.rpc.ts';
import { type Act, forgetAudit, writeAudit } from '../projects/audit.rpc.ts';
import { forgetReplies } from '../replies/replies.rpc.ts';
import { eraseIdentity, identificationsOf } from '../sessions/erasure.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import { forgetStandings } from '../metrics/book.rpc.ts';
import { eraseUsageHistory } from '../usage/history.rpc.ts';
import { addCustomer, noteChange } from './announce.rpc.ts';
import {
  type CustomerRow,
  findCustomer,
  findCustomerByEmail,
  snapshotOf,
  toCustomer,
} from './customers.store.ts';
import type { RunningUsage } from '../usage/running-usage.ts';
import { type Identification, keptHash, OWN_ID } from './kept.ts';
import {
  hasKeptTrial,
  isAnythingKept,
  isBeingErased,
  keptUsage,
  putKeptBan,
  putKeptTrial,
  putKeptUsage,
  takeKeptBan,
} from './kept.store.ts';

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
  /** Whether a keyed hash of who it was is kept. */
  isKept: boolean;
  jobIds: string[];
}

/** A customer who comes by an own id, and the outbox rows of going on from what was kept. */
export interface Arrived {
  customer: Customer;
  jobIds: string[];
}

/** The keyed hashes of a customer: by which it is known again, and by which a ban finds it. */
interface Hashes {
  known: readonly string[];
  banned: readonly string[];
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
   * Erases a customer here, and queues what others still keep of it. Of what was proved and of the own
   * id keyed hashes stay, with the marks of a trial and of a ban; the shard adds the usage of the period
   * when it erases. A ban also stays by an e-mail nobody proved, for its owner may have had a password.
   * A banned customer does not erase itself.
   */
  async erase(
    id: string,
    jobIds: readonly [string, string, string],
    nowMs: number,
    by: 'customer' | Act,
  ): Promise<Outcome<Erased>> {
    const known = findCustomer(this.#storage.sql, id);
    if (!known) return no('customer_not_found');
    const hashes = {
      known: await this.#hashesOf(known),
      banned: known.email === null ? [] : await this.#hashed([emailOf(known.email)]),
    };
    return this.#storage.transactionSync(() => {
      const row = findCustomer(this.#storage.sql, known.id);
      if (!row) return no('customer_not_found');
      if (by === 'customer' && row.banned === 1) return no('session_ended');
      return ok(this.#erase(row, hashes, jobIds, nowMs, by));
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
   * The customer with an own id, made if there is none, with the e-mail if one is given: whole or not at
   * all. Who was erased before goes on from what was kept, and is made when that is known:
   * `temporarily_unavailable` until then. `customer_exists` for another's e-mail.
   */
  async arrive(
    ownId: string,
    given: { id: string; email?: string | undefined; jobIds: readonly [string, string] },
    nowMs: number,
  ): Promise<Outcome<Arrived>> {
    const { sql } = this.#storage;
    const { id, email, jobIds } = given;
    const hashes = isAnythingKept(sql)
      ? await this.#hashed([{ provider: OWN_ID, subject: ownId }])
      : [];
    return this.#storage.transactionSync(() => {
      const known = findCustomer(sql, ownId);
      if (known) return ok({ customer: toCustomer(sql, known, nowMs), jobIds: [] });
      const other = email === undefined ? undefined : findCustomerByEmail(sql, email);
      if (other) return no('customer_exists', { customerId: other.id });
      if (isBeingErased(sql, hashes)) return no('temporarily_unavailable');
      const room = roomForCustomer(sql, nowMs);
      if (!room.ok) return room;
      addCustomer(this.#storage, { id, email: email ?? null, externalId: ownId }, nowMs);
      const queued = this.#goOn(id, hashes, jobIds, nowMs);
      return ok({ customer: this.#customer(id, nowMs), jobIds: queued });
    });
  }

  /**
   * Lets a customer who was erased before go on from what was kept: the usage of the period, a ban, and
   * that a trial was had. Answers the customer as it is then, with the outbox rows; null where nothing is
   * kept of anybody. Safe to repeat.
   */
  async resume(
    customerId: string,
    jobIds: readonly [string, string],
    nowMs: number,
  ): Promise<Arrived | null> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, customerId);
    if (!row || !isAnythingKept(sql)) return null;
    const hashes = await this.#hashesOf(row);
    return this.#storage.transactionSync(() => {
      if (!findCustomer(sql, customerId)) return null;
      const queued = this.#goOn(customerId, hashes, jobIds, nowMs);
      return { customer: this.#customer(customerId, nowMs), jobIds: queued };
    });
  }

  /** Gives a customer what was kept under its hashes. Call it in a transaction. */
  #goOn(
    customerId: string,
    hashes: readonly string[],
    [usageJob, banJob]: readonly [string, string],
    nowMs: number,
  ): string[] {
    const { sql } = this.#storage;
    const jobIds: string[] = [];
    if (hashes.some((hash) => hasKeptTrial(sql, hash)))
      sql.exec('UPDATE customer SET had_trial = 1 WHERE id = ?', customerId);
    if (hashes.filter((hash) => takeKeptBan(sql, hash)).length > 0) {
      sql.exec('UPDATE customer SET banned = 1 WHERE id = ?', customerId);
      const snapshot = snapshotOf(sql, noteChange(this.#storage, customerId, nowMs), nowMs);
      enqueue(sql, banJob, { kind: 'shard.plan', snapshot }, nowMs);
      jobIds.push(banJob);
    }
    const usage = hashes.flatMap((hash) => keptUsage(sql, hash, nowMs));
    if (usage.length > 0) {
      enqueue(sql, usageJob, { kind: 'shard.resume', customerId, usage }, nowMs);
      jobIds.push(usageJob);
    }
    if (jobIds.length > 0) armAlarm(this.#storage);
    return jobIds;
  }

  #customer(id: string, nowMs: number): Customer {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    if (!row) throw new Error('A customer is gone in its own transaction');
    return toCustomer(sql, row, nowMs);
  }

  /** The hashes of what was proved of a customer, and of its own id. */
  #hashesOf({ id, external_id: ownId }: CustomerRow): Promise<string[]> {
    const proved: Identification[] = identificationsOf(this.#storage.sql, id);
    return this.#hashed(
      ownId === null ? proved : [...proved, { provider: OWN_ID, subject: ownId }],
    );
  }

  async #hashed(identifications: readonly Identification[]): Promise<string[]> {
    if (identifications.length === 0) return [];
    const key = await this.#key();
    return Promise.all(identifications.map((identification) => keptHash(key, identification)));
  }

  #erase(
    row: CustomerRow,
    hashes: Hashes,
    [shardJob, stripeJob, clerkJob]: readonly [string, string, string],
    nowMs: number,
    by: 'customer' | Act,
  ): Erased {
    const { sql } = this.#storage;
    const { id, clerk_password_user_id: clerkUserId } = row;
    const hadTrial = row.had_trial === 1 || hadPurchases(sql, id);
    const bans = row.banned === 1 ? [...hashes.known, ...hashes.banned] : [];
    if (hadTrial) for (const hash of hashes.known) putKeptTrial(sql, hash);
    for (const hash of bans) putKeptBan(sql, hash);
    forgetJobs(sql, id);
    forgetReplies(sql, id);
    forgetAudit(sql, id);
    // Who did it stays; whom it was about does not.
    if (by !== 'customer') writeAudit(sql, by, 'customer.erased', null);
    forgetEvents(sql, id);
    eraseOrders(this.#storage, id, nowMs);
    eraseIdentity(sql, id);
    eraseUsageHistory(sql, id);
    forgetStandings(sql, id, nowMs);
    const jobIds = [shardJob];
    const keptAs = [...hashes.known];
    enqueue(sql, shardJob, { kind: 'shard.erase', customerId: id, keptAs }, nowMs);
    jobIds.push(...erasePurchases(this.#storage, id, stripeJob, nowMs));
    if (clerkUserId !== null) {
      enqueue(sql, clerkJob, { kind: 'clerk.delete_user', clerkUserId }, nowMs);
      jobIds.push(clerkJob);
    }
    sql.exec('DELETE FROM customer WHERE id = ?', id);
    armAlarm(this.#storage);
    const { email, external_id: externalId } = row;
    // Of no customer: what was about this one is erased, and this must arrive.
    const data = { customer: { id, externalId } };
    emit(this.#storage, { type: 'customer.deleted', data, customerId: null }, nowMs);
    return { id, email, externalId, isKept: keptAs.length + bans.length > 0, jobIds };
  }
}

const emailOf = (subject: string): Identification => ({ provider: 'email', subject });
