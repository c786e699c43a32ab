import { type CustomerChanged, CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { endIdentities } from './former-identity.store.ts';

/** A change of the address a customer signs in with. */
export interface EmailChange {
  customerId: string;
  /** The session that asks, which stays. */
  sessionId: string;
  /** The Clerk session in which the new address was proved. */
  clerkSessionId: string;
  /** Who proved it, where the Clerk application is the environment's own. */
  clerkUserId: string | null;
  jobId: string;
  nowMs: number;
}

/**
 * Uses a proof of an address, once, to make it the customer's; the one before opens nothing more, and
 * the other sessions end. Answers `identity_not_proved`, or `email_taken` when another customer
 * proved the address. Call it in a transaction.
 */
export function changeEmail(
  storage: DurableObjectStorage,
  change: EmailChange,
  proofMs: number,
): Outcome<CustomerChanged> {
  const { sql } = storage;
  const { customerId, sessionId, jobId, nowMs } = change;
  const email = spendProof(sql, change, proofMs);
  if (email === null) return no('identity_not_proved');
  const given = new CustomersRpc(storage).giveProvedEmail(customerId, email, nowMs);
  if (!given.ok) return given;
  endIdentities(sql, customerId, 'email');
  sql.exec(
    `INSERT OR REPLACE INTO identity (provider, subject, customer_id, clerk_user_id)
     VALUES ('email', ?, ?, ?)`,
    email,
    customerId,
    change.clerkUserId,
  );
  const job = { customerId, exceptSessionId: sessionId };
  enqueue(sql, jobId, { kind: 'shard.end_sessions', ...job }, nowMs);
  armAlarm(storage);
  return ok({ customer: given.value, jobIds: [jobId] });
}

/** The address that was proved, and no longer ago than `proofMs`; null when none was. */
function spendProof(
  sql: SqlStorage,
  { clerkSessionId, nowMs }: EmailChange,
  proofMs: number,
): string | null {
  const spent = sql
    .exec<{ provider: string; subject: string; proved_ms: number }>(
      'DELETE FROM proof WHERE clerk_session_id = ? RETURNING provider, subject, proved_ms',
      clerkSessionId,
    )
    .toArray();
  const proof = spent.find(({ provider }) => provider === 'email');
  return proof && nowMs - proof.proved_ms <= proofMs ? proof.subject : null;
}
