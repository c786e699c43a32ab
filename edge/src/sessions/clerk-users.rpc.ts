import { RpcTarget } from 'cloudflare:workers';
import type { Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import type { ClerkUser } from '../providers/clerk/apps.ts';
import type { ClerkEvent } from '../providers/clerk/events.ts';
import type { Perishable } from '../storage/prune.ts';
import {
  customersOf,
  endSessions,
  followClerkUser,
  forgetClerkUser,
  hearOnce,
  isHeard,
} from './clerk-users.store.ts';
import { IdentityRpc, type SignedIn } from './identity.rpc.ts';

/** An event's id is remembered for a week, which is longer than Clerk sends one again. */
export const OLD_CLERK_EVENTS: Perishable = {
  table: 'clerk_heard',
  key: 'id',
  over: 'heard_ms <= ?',
  keepMs: 7 * 86_400_000,
};

/** Customers as the users of a Clerk application that only this environment uses. */
export class ClerkUsersRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Whether using the proof of a Clerk session would make a customer. Uses nothing. */
  wouldSignUp(clerkSessionId: string): boolean {
    const newcomers = this.#storage.sql.exec(
      `SELECT 1 FROM proof WHERE clerk_session_id = ?
         AND (provider, subject) NOT IN (SELECT provider, subject FROM identity)
         AND coalesce(email, subject) NOT IN (SELECT email FROM customer WHERE email IS NOT NULL)`,
      clerkSessionId,
    );
    return newcomers.toArray().length > 0;
  }

  /**
   * Uses a proof, once, and notes which user of the own application gave it, if one did: also beside an
   * address it vouched for, unless another user proved that.
   */
  signIn(
    { clerkSessionId, clerkUserId }: { clerkSessionId: string; clerkUserId: string | null },
    newCustomerId: string,
    jobIds: readonly [string, string],
    nowMs: number,
  ): Outcome<SignedIn> {
    const { sql } = this.#storage;
    const proof = sql
      .exec<{ provider: string; subject: string; email: string | null }>(
        'SELECT provider, subject, email FROM proof WHERE clerk_session_id = ?',
        clerkSessionId,
      )
      .toArray()[0];
    const signedIn = new IdentityRpc(this.#storage).signIn(
      clerkSessionId,
      newCustomerId,
      jobIds,
      nowMs,
    );
    if (signedIn.ok && proof) {
      sql.exec(
        'UPDATE identity SET clerk_user_id = ? WHERE provider = ? AND subject = ?',
        clerkUserId,
        proof.provider,
        proof.subject,
      );
      sql.exec(
        `UPDATE identity SET clerk_user_id = ?
         WHERE provider = 'email' AND subject = ? AND customer_id = ? AND clerk_user_id IS NULL`,
        clerkUserId,
        proof.email,
        signedIn.value.customer.id,
      );
    }
    return signedIn;
  }

  /**
   * Takes an event of the application in, once, if it is of somebody known here; answers the jobs it
   * causes. The end of a session that signed somebody in here is none: the edge itself ended it.
   */
  receive(
    { id, subject }: ClerkEvent,
    ownInstanceId: string | null,
    jobId: string,
    nowMs: number,
  ): string[] {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (subject === null || !this.#isUsed(ownInstanceId) || !hearOnce(sql, id, nowMs)) return [];
      const { clerkUserId } = subject;
      const customerIds = customersOf(sql, clerkUserId);
      if (customerIds.length === 0) return [];
      if (subject.kind === 'user') {
        enqueue(sql, jobId, { kind: 'clerk.sync_user', clerkUserId, ownInstanceId }, nowMs);
        armAlarm(this.#storage);
        return [jobId];
      }
      if (isHeard(sql, subject.clerkSessionId)) return [];
      endSessions(sql, customerIds, jobId, nowMs);
      armAlarm(this.#storage);
      return customerIds.map((customerId) => `${jobId}_${customerId}`);
    });
  }

  /** Applies what Clerk says of a user now; null says the user is gone. Safe to repeat. */
  apply(
    clerkUserId: string,
    user: ClerkUser | null,
    ownInstanceId: string | null,
    jobId: string,
    nowMs: number,
  ): void {
    this.#storage.transactionSync(() => {
      if (!this.#isUsed(ownInstanceId)) return;
      if (user === null || user.isBanned)
        forgetClerkUser(this.#storage.sql, clerkUserId, jobId, nowMs);
      else followClerkUser(this.#storage.sql, user);
      armAlarm(this.#storage);
    });
  }

  /** Whether the environment still uses the application: another one has other users. */
  #isUsed(ownInstanceId: string | null): boolean {
    const app = this.#storage.sql
      .exec<{ id: string }>('SELECT instance_id AS id FROM clerk_app')
      .toArray()[0];
    return (app?.id ?? null) === ownInstanceId;
  }
}
