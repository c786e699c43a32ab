import { RpcTarget } from 'cloudflare:workers';
import type { Customer } from '@dream/contract';
import { type Claimed, type CustomerChanged, CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome, unwrap } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { roomForCustomer } from '../platform/standing.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import { changeEmail, type EmailChange } from './email-change.store.ts';
import { noteOwnSession } from './clerk-users.store.ts';
import { endIdentities } from './former-identity.store.ts';
import { providersOf, type Unlinking, unlinkProvider } from './providers.store.ts';
import { countSignUp } from './sign-ups.store.ts';

/** How long a proof may wait to be used. */
export const PROOF_MS = 10 * 60_000;

/** Proofs nobody used in time. They name people, so they go also where nothing is proved any more. */
export const OLD_PROOFS: Perishable = {
  table: 'proof',
  key: 'clerk_session_id',
  over: 'proved_ms < ?',
  keepMs: PROOF_MS,
};

/** What was proved to Clerk on a page of this project, through our proxy. */
export interface Proof {
  clerkSessionId: string;
  provider: 'email' | `oauth_${string}`;
  /** The address the code went to, or who somebody is at the provider. */
  subject: string;
  /** The address that was proved with it; null when the provider does not vouch for one. */
  email: string | null;
  provedAtMs: number;
}

type ProofRow = {
  provider: string;
  subject: string;
  proved_ms: number;
  email: string | null;
};

/** Who signed in. */
export interface SignedIn {
  customer: Customer;
  /** The customer was made by signing in. */
  isNew: boolean;
  /** The customer was made by key and is its owner's from now on. */
  isClaimed: boolean;
  jobIds: string[];
}

/** What was proved of people in one environment, and which customer it makes them. */
export class IdentityRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  recordProof(proof: Proof): void {
    const { sql } = this.#storage;
    noteOwnSession(sql, proof.clerkSessionId, proof.provedAtMs);
    sql.exec('DELETE FROM proof WHERE proved_ms < ?', proof.provedAtMs - PROOF_MS);
    sql.exec(
      `INSERT OR REPLACE INTO proof (clerk_session_id, provider, subject, proved_ms, email)
       VALUES (?, ?, ?, ?, ?)`,
      proof.clerkSessionId,
      proof.provider,
      proof.subject,
      proof.provedAtMs,
      proof.email,
    );
  }

  /**
   * Uses a proof, once: the customer it belongs to, one with the same proved e-mail, one with that
   * e-mail that nobody proved yet and that is claimed now, or a new one, unless the environment had
   * its sign-ups of the day.
   */
  signIn(
    clerkSessionId: string,
    newCustomerId: string,
    jobIds: readonly [string, string],
    nowMs: number,
  ): Outcome<SignedIn> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const proof = sql
        .exec<ProofRow>('SELECT * FROM proof WHERE clerk_session_id = ?', clerkSessionId)
        .toArray()[0];
      sql.exec('DELETE FROM proof WHERE clerk_session_id = ?', clerkSessionId);
      if (!proof || nowMs - proof.proved_ms > PROOF_MS) return no('identity_not_proved');
      const email = proof.provider === 'email' ? proof.subject : proof.email;
      const known =
        this.#known(proof.provider, proof.subject, nowMs) ??
        (email === null ? null : this.#known('email', email, nowMs));
      const signedIn = known ? ok(known) : this.#join(email, newCustomerId, jobIds, nowMs);
      if (signedIn.ok) this.#link(proof.provider, proof.subject, signedIn.value.customer.id);
      return signedIn;
    });
  }

  #known(provider: string, subject: string, nowMs: number): SignedIn | null {
    const identity = this.#storage.sql
      .exec<{ customer_id: string }>(
        'SELECT customer_id FROM identity WHERE provider = ? AND subject = ?',
        provider,
        subject,
      )
      .toArray()[0];
    const found = identity && new CustomersRpc(this.#storage).get(identity.customer_id, nowMs);
    return found?.ok ? { customer: found.value, isNew: false, isClaimed: false, jobIds: [] } : null;
  }

  #link(provider: string, subject: string, customerId: string): void {
    this.#storage.sql.exec(
      'INSERT OR REPLACE INTO identity (provider, subject, customer_id) VALUES (?, ?, ?)',
      provider,
      subject,
      customerId,
    );
  }

  /** Makes an address that was proved here the customer's own. Answers the outbox rows. */
  changeEmail(change: EmailChange): Outcome<CustomerChanged> {
    return this.#storage.transactionSync(() => changeEmail(this.#storage, change, PROOF_MS));
  }

  /** The providers a customer signs in at, such as google. */
  providers(customerId: string): string[] {
    return providersOf(this.#storage.sql, customerId);
  }

  /** Takes a provider from a customer, never the last way in. Answers the outbox rows. */
  unlink(unlinking: Unlinking): Outcome<string[]> {
    return this.#storage.transactionSync(() => unlinkProvider(this.#storage, unlinking));
  }

  #join(
    email: string | null,
    newCustomerId: string,
    jobIds: readonly [string, string],
    nowMs: number,
  ): Outcome<SignedIn> {
    const customers = new CustomersRpc(this.#storage);
    const found = email === null ? ok(null) : customers.claim(email);
    if (!found.ok) return found;
    const claimed = found.value;
    const queued = claimed ? this.#endOldAccess(claimed, jobIds, nowMs) : [];
    if (!claimed) {
      const room = roomForCustomer(this.#storage.sql, nowMs);
      if (!room.ok) return room;
      const counted = countSignUp(this.#storage.sql, nowMs);
      if (!counted.ok) return counted;
      customers.createVerified(newCustomerId, email, nowMs);
    }
    const customerId = claimed?.customerId ?? newCustomerId;
    if (email !== null) this.#link('email', email, customerId);
    return ok({
      customer: unwrap(customers.get(customerId, nowMs)),
      isNew: !claimed,
      isClaimed: claimed !== null,
      jobIds: queued,
    });
  }

  /** What others could sign in with before the customer was claimed ends now. */
  #endOldAccess(
    { customerId, clerkUserId }: Claimed,
    jobIds: readonly [string, string],
    nowMs: number,
  ): string[] {
    const { sql } = this.#storage;
    endIdentities(sql, customerId);
    // What Workers remember of own ids is good for one version of the environment.
    sql.exec('UPDATE environment SET version = version + 1');
    enqueue(sql, jobIds[0], { kind: 'shard.end_sessions', customerId }, nowMs);
    const queued = [jobIds[0]];
    if (clerkUserId !== null) {
      enqueue(sql, jobIds[1], { kind: 'clerk.delete_user', clerkUserId }, nowMs);
      queued.push(jobIds[1]);
    }
    armAlarm(this.#storage);
    return queued;
  }
}
