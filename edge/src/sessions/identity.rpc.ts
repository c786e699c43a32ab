import { RpcTarget } from 'cloudflare:workers';
import type { Customer } from '@dream/contract';
import {
  findCustomer,
  findCustomerByEmail,
  insertCustomer,
  toCustomer,
} from '../customers/customers.store.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';

/** How long a proof may wait to be used. */
export const PROOF_MS = 10 * 60_000;

/** What was proved to Clerk on a page of this project, through our proxy. */
export interface Proof {
  clerkSessionId: string;
  provider: 'email';
  /** The address the code went to. */
  subject: string;
  provedAtMs: number;
}

/** Who signed in. `isNew`: the customer was made by it. */
export interface SignedIn {
  customer: Customer;
  isNew: boolean;
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
    sql.exec('DELETE FROM proof WHERE proved_ms < ?', proof.provedAtMs - PROOF_MS);
    sql.exec(
      'INSERT OR REPLACE INTO proof VALUES (?, ?, ?, ?)',
      proof.clerkSessionId,
      proof.provider,
      proof.subject,
      proof.provedAtMs,
    );
  }

  /**
   * Uses a proof, once: the customer it belongs to, one with the same e-mail that nobody proved
   * yet and that is claimed now, or a new one.
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
        .exec<{ provider: string; subject: string; proved_ms: number }>(
          'SELECT * FROM proof WHERE clerk_session_id = ?',
          clerkSessionId,
        )
        .toArray()[0];
      sql.exec('DELETE FROM proof WHERE clerk_session_id = ?', clerkSessionId);
      if (!proof || nowMs - proof.proved_ms > PROOF_MS) return no('identity_not_proved');
      const known = sql
        .exec<{ customer_id: string }>(
          'SELECT customer_id FROM identity WHERE provider = ? AND subject = ?',
          proof.provider,
          proof.subject,
        )
        .toArray()[0];
      const row = known && findCustomer(sql, known.customer_id);
      if (row) return ok({ customer: toCustomer(sql, row, nowMs), isNew: false, jobIds: [] });
      return ok(this.#join(proof.provider, proof.subject, newCustomerId, jobIds, nowMs));
    });
  }

  #join(
    provider: string,
    email: string,
    newCustomerId: string,
    jobIds: readonly [string, string],
    nowMs: number,
  ): SignedIn {
    const { sql } = this.#storage;
    const claimed = findCustomerByEmail(sql, email);
    const queued = claimed ? this.#claim(claimed, jobIds, nowMs) : [];
    const row =
      claimed ?? insertCustomer(sql, { id: newCustomerId, email, emailVerified: true }, nowMs);
    sql.exec('INSERT OR REPLACE INTO identity VALUES (?, ?, ?)', provider, email, row.id);
    return {
      customer: toCustomer(sql, findCustomer(sql, row.id) ?? row, nowMs),
      isNew: !claimed,
      jobIds: queued,
    };
  }

  /**
   * Whoever made this customer by key may not be whom the address belongs to: what they could sign
   * in with ends here, and an own id counts again only when the developer's server says so.
   */
  #claim(
    row: { id: string; clerk_password_user_id: string | null },
    jobIds: readonly [string, string],
    nowMs: number,
  ): string[] {
    const { sql } = this.#storage;
    sql.exec(
      'UPDATE customer SET email_verified = 1, external_id = NULL, clerk_password_user_id = NULL WHERE id = ?',
      row.id,
    );
    enqueue(sql, jobIds[0], { kind: 'shard.end_sessions', customerId: row.id }, nowMs);
    const queued = [jobIds[0]];
    if (row.clerk_password_user_id !== null) {
      enqueue(
        sql,
        jobIds[1],
        { kind: 'clerk.delete_user', clerkUserId: row.clerk_password_user_id },
        nowMs,
      );
      queued.push(jobIds[1]);
    }
    armAlarm(this.#storage);
    return queued;
  }
}
