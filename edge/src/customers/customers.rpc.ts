import { RpcTarget } from 'cloudflare:workers';
import type { Customer } from '@dream/contract';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { liveSubscription } from '../billing/subscription.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue, openJobs } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { addCustomer, noteChange } from './announce.rpc.ts';
import {
  type CustomerRow,
  findCustomer,
  findCustomerByEmail,
  snapshotOf,
  toCustomer,
} from './customers.store.ts';
import { tellDefaultChange } from './default-change.rpc.ts';
import { isTakenBack } from '../platform/facts.rpc.ts';
import { roomForCustomer } from '../platform/standing.rpc.ts';
import type { CustomerSnapshot } from './plan.ts';

/** A change of a customer, and the outbox rows it caused, to be done before answering. */
export interface CustomerChanged {
  customer: Customer;
  jobIds: string[];
}

/** A customer as a seller sees one. */
export interface Buyer {
  id: string;
  email: string | null;
  name: string | null;
  stripeCustomerId: string | null;
  /** Had a trial as a customer who was erased. */
  hadTrial: boolean;
  /** What the customer's test clock says; null for whom time passes. */
  clockMs: number | null;
}

/** A customer claimed by whom the e-mail belongs to, and the Clerk user that held the password. */
export interface Claimed {
  customerId: string;
  clerkUserId: string | null;
}

export interface NewCustomer {
  id: string;
  email: string;
  firstName?: string;
  lastName?: string;
  plan?: string;
  externalId?: string;
  testClock?: boolean;
}

/** What is to be another way with a customer. */
export interface CustomerPatch {
  plan?: string;
  firstName?: string | null;
  lastName?: string | null;
  banned?: boolean;
  externalId?: string;
}

/** The customers of one environment. Ids and times are given by the caller. */
export class CustomersRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Creates a customer. The e-mail stays unverified until its owner proves it. */
  create(given: NewCustomer, nowMs: number): Outcome<Customer> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const known =
        findCustomerByEmail(sql, given.email) ??
        (given.externalId ? findCustomer(sql, given.externalId) : undefined);
      if (known) return no('customer_exists', { customerId: known.id });
      if (given.plan !== undefined && !this.#hasTier(given.plan)) return this.#noTier();
      const room = roomForCustomer(sql, nowMs);
      if (!room.ok) return room;
      return ok(toCustomer(sql, addCustomer(this.#storage, given, nowMs), nowMs));
    });
  }

  get(id: string, nowMs: number): Outcome<Customer> {
    const row = findCustomer(this.#storage.sql, id);
    return row ? ok(toCustomer(this.#storage.sql, row, nowMs)) : no('customer_not_found');
  }

  /** Who a customer is, as webhooks name it. */
  about(id: string): { id: string; externalId: string | null } {
    return { id, externalId: findCustomer(this.#storage.sql, id)?.external_id ?? null };
  }

  /** Who buys, or null when there is no such customer. */
  buyer(id: string): Buyer | null {
    const row = findCustomer(this.#storage.sql, id);
    if (!row) return null;
    const name = [row.first_name, row.last_name].filter(Boolean).join(' ') || null;
    const { email, stripe_customer_id: stripeCustomerId, clock_ms: clockMs } = row;
    return { id: row.id, email, name, stripeCustomerId, hadTrial: row.had_trial === 1, clockMs };
  }

  /** Notes that the plan in force may have changed; answers what the shard must be told. */
  touch(id: string, nowMs: number): CustomerSnapshot {
    const { sql } = this.#storage;
    return snapshotOf(sql, noteChange(this.#storage, id, nowMs), nowMs);
  }

  /** Tells webhooks of the next customers whose plan is another one since the default changed. */
  tellDefaultChange(nowMs: number): void {
    this.#storage.transactionSync(() => tellDefaultChange(this.#storage, nowMs));
  }

  /** Newest first; `cursor` is what the page before gave. */
  list(
    query: { limit: number; cursor: string | null; email: string | null },
    nowMs: number,
  ): { customers: Customer[]; nextCursor: string | null } {
    const { sql } = this.#storage;
    const before = query.cursor === null ? Number.MAX_SAFE_INTEGER : Number(query.cursor) || 0;
    const rows = sql
      .exec<CustomerRow>(
        'SELECT * FROM customer WHERE seq < ?1 AND (?2 IS NULL OR email = ?2) ORDER BY seq DESC LIMIT ?3',
        before,
        query.email,
        query.limit + 1,
      )
      .toArray();
    const page = rows.slice(0, query.limit);
    return {
      customers: page.map((row) => toCustomer(sql, row, nowMs)),
      nextCursor: rows.length > query.limit ? String(page.at(-1)?.seq) : null,
    };
  }

  /** What the customer's shard must know. */
  snapshot(id: string, nowMs: number): Outcome<CustomerSnapshot> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    return row ? ok(snapshotOf(sql, row, nowMs)) : no('customer_not_found');
  }

  /** Keeps the last X-User-Plan of a customer. */
  noteHeaderPlan(id: string, plan: string, nowMs: number): Outcome<CustomerSnapshot> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (!findCustomer(sql, id)) return no('customer_not_found');
      if (!this.#hasTier(plan)) return this.#noTier();
      sql.exec('UPDATE customer SET header_plan = ? WHERE id = ?', plan, id);
      return ok(snapshotOf(sql, noteChange(this.#storage, id, nowMs), nowMs));
    });
  }

  /** Changes a customer. What somebody who manages the project does (`by`) goes to the audit log. */
  update(
    id: string,
    patch: CustomerPatch,
    jobId: string,
    nowMs: number,
    by: Act | null = null,
  ): Outcome<CustomerChanged> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = findCustomer(sql, id);
      if (!row) return no('customer_not_found');
      if (patch.plan !== undefined) {
        if (!this.#hasTier(patch.plan)) return this.#noTier();
        if (liveSubscription(sql, row.id, nowMs)) return no('subscription_active');
      }
      const fits = this.#fitsOwnId(row, patch.externalId ?? row.external_id);
      if (!fits.ok) return fits;
      sql.exec(
        `UPDATE customer SET set_plan = ?, taken_back_ms = ?, first_name = ?, last_name = ?, banned = ?,
           external_id = ? WHERE id = ?`,
        patch.plan ?? row.set_plan,
        isTakenBack(sql, row, patch.plan) ? nowMs : row.taken_back_ms,
        patch.firstName === undefined ? row.first_name : patch.firstName,
        patch.lastName === undefined ? row.last_name : patch.lastName,
        Number(patch.banned ?? row.banned),
        fits.value,
        row.id,
      );
      if (by) for (const action of actionsOf(patch)) writeAudit(sql, by, action, row.id);
      const changed = noteChange(this.#storage, row.id, nowMs);
      const concernsShard = patch.plan !== undefined || patch.banned !== undefined;
      const jobIds = concernsShard ? [this.#tellShard(changed, jobId, nowMs)] : [];
      return ok({ customer: toCustomer(sql, changed, nowMs), jobIds });
    });
  }

  /** Creates a customer who proved an e-mail, or only who they are at a provider. */
  createVerified(id: string, email: string | null, nowMs: number): void {
    addCustomer(this.#storage, { id, email, emailVerified: email !== null }, nowMs);
  }

  /**
   * Gives the customer with this e-mail to whoever just proved it; null when there is none. Whoever
   * made it by key may be somebody else: the password is taken away, and an own id counts again
   * only when the developer's server says so. A banned one is claimed by nobody: its own id would be
   * free for a customer without the ban.
   */
  claim(email: string): Outcome<Claimed | null> {
    const { sql } = this.#storage;
    const row = findCustomerByEmail(sql, email);
    if (!row) return ok(null);
    if (row.banned === 1) return no('customer_banned');
    sql.exec(
      'UPDATE customer SET email_verified = 1, external_id = NULL, clerk_password_user_id = NULL WHERE id = ?',
      row.id,
    );
    return ok({ customerId: row.id, clerkUserId: row.clerk_password_user_id });
  }

  /**
   * Gives a customer an e-mail that was proved; `email_taken` when another one proved it. One who has
   * it unproved loses the address only, and the audit log says so: who proves an address is stronger
   * than who named it.
   */
  giveProvedEmail(id: string, email: string, nowMs: number): Outcome<Customer> {
    const { sql } = this.#storage;
    if (!findCustomer(sql, id)) return no('customer_not_found');
    const holder = findCustomerByEmail(sql, email);
    if (holder && holder.id !== id) {
      if (holder.email_verified === 1) return no('email_taken');
      sql.exec('UPDATE customer SET email = NULL WHERE id = ?', holder.id);
      writeAudit(sql, { actor: 'customer', nowMs }, 'customer.email_moved', holder.id);
    }
    sql.exec('UPDATE customer SET email = ?, email_verified = 1 WHERE id = ?', email, id);
    return this.get(id, nowMs);
  }

  /** Which Clerk user holds the password of the customer with this e-mail, and which one it is. */
  passwordHolder(
    email: string,
  ): { customerId: string; clerkUserId: string; passwords: number } | null {
    const row = findCustomerByEmail(this.#storage.sql, email);
    if (!row?.clerk_password_user_id) return null;
    const { id: customerId, clerk_password_user_id: clerkUserId, passwords } = row;
    return { customerId, clerkUserId, passwords };
  }

  /**
   * Notes that a password was set, and queues ending the customer's other sessions: whoever knew the
   * old one may have them. Answers the outbox rows.
   */
  passwordSet(id: string, sessionId: string, jobId: string, nowMs: number): Outcome<string[]> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = findCustomer(sql, id);
      if (!row) return no('customer_not_found');
      sql.exec('UPDATE customer SET passwords = passwords + 1 WHERE id = ?', row.id);
      const job = { customerId: row.id, exceptSessionId: sessionId };
      enqueue(sql, jobId, { kind: 'shard.end_sessions', ...job }, nowMs);
      armAlarm(this.#storage);
      return ok([jobId]);
    });
  }

  /**
   * The Clerk user that holds a customer's password, or null, and whether the e-mail was proved;
   * `session_ended` as long as sessions of whoever had the customer before are still to be ended.
   */
  passwordHolderOf(id: string): Outcome<{ clerkUserId: string | null; isEmailVerified: boolean }> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    if (!row) return no('customer_not_found');
    const isEnding = openJobs(sql, 'shard.end_sessions').some(
      ({ customerId }) => customerId === row.id,
    );
    if (isEnding) return no('session_ended');
    return ok({
      clerkUserId: row.clerk_password_user_id,
      isEmailVerified: row.email_verified === 1,
    });
  }

  /**
   * Records the Clerk user that holds a customer's password. False, and nothing recorded, when the
   * e-mail's owner proved it meanwhile: the password is of whoever had the customer before. False as
   * well when the environment uses another Clerk application by now than the user was made in.
   */
  setPasswordHolder(
    id: string,
    holder: { clerkUserId: string; ownInstanceId: string | null },
    wasEmailVerified: boolean,
  ): Outcome<boolean> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    if (!row) return no('customer_not_found');
    const inUse = sql.exec<{ id: string }>('SELECT instance_id AS id FROM clerk_app').toArray()[0];
    if ((inUse?.id ?? null) !== holder.ownInstanceId) return ok(false);
    if ((row.email_verified === 1) !== wasEmailVerified) return ok(false);
    sql.exec(
      'UPDATE customer SET clerk_password_user_id = ? WHERE id = ?',
      holder.clerkUserId,
      row.id,
    );
    return ok(true);
  }

  /** An own id names one customer for ever: another one's is refused, and one customer has one. */
  #fitsOwnId(row: CustomerRow, ownId: string | null): Outcome<string | null> {
    const named = ownId === null ? undefined : findCustomer(this.#storage.sql, ownId);
    if (named && named.id !== row.id) return no('customer_exists', { customerId: named.id });
    if (row.external_id !== null && row.external_id !== ownId)
      return no('external_id_set', { externalId: row.external_id });
    return ok(ownId);
  }

  #tellShard(row: CustomerRow, jobId: string, nowMs: number): string {
    enqueue(
      this.#storage.sql,
      jobId,
      { kind: 'shard.plan', snapshot: snapshotOf(this.#storage.sql, row, nowMs) },
      nowMs,
    );
    armAlarm(this.#storage);
    return jobId;
  }

  #hasTier(name: string): boolean {
    return new CatalogRpc(this.#storage)
      .tiers()
      .some((tier) => tier.name === name && !tier.archived);
  }

  #noTier(): Outcome<never> {
    const tiers = new CatalogRpc(this.#storage).tiers().filter((tier) => !tier.archived);
    return no('tier_not_found', { tiers: tiers.map((tier) => tier.name) });
  }
}

/** What a change is called in the audit log. */
function actionsOf({ plan, firstName, lastName, banned, externalId }: CustomerPatch): string[] {
  const isRenamed = firstName !== undefined || lastName !== undefined;
  return [
    ...(plan === undefined ? [] : ['customer.plan_set']),
    ...(isRenamed ? ['customer.renamed'] : []),
    ...(banned === undefined ? [] : [banned ? 'customer.banned' : 'customer.unbanned']),
    ...(externalId === undefined ? [] : ['customer.own_id_given']),
  ];
}
