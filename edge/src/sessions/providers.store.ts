import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { endIdentities } from './former-identity.store.ts';

/** A provider that a customer no longer wants to sign in at. */
export interface Unlinking {
  customerId: string;
  /** The session that asks, which stays. */
  sessionId: string;
  /** Its name, such as google. */
  provider: string;
  /** The ways in that are open in the environment. */
  open: { emailCode: boolean; password: boolean; oauth: readonly string[] };
  jobId: string;
  nowMs: number;
}

const OAUTH = 'oauth_';

/** The providers a customer signs in at, by name, in alphabetical order. */
export function providersOf(sql: SqlStorage, customerId: string): string[] {
  return sql
    .exec<{ provider: string }>(
      "SELECT DISTINCT provider FROM identity WHERE customer_id = ? AND provider <> 'email' ORDER BY 1",
      customerId,
    )
    .toArray()
    .map(({ provider }) => provider.slice(OAUTH.length));
}

/**
 * Takes a provider from a customer; the other sessions end, for they may have been begun there. Answers
 * the outbox rows, none for a provider that is not linked; `last_way_in` when no other is open. Call it
 * in a transaction.
 */
export function unlinkProvider(
  storage: DurableObjectStorage,
  unlinking: Unlinking,
): Outcome<string[]> {
  const { sql } = storage;
  const { customerId, sessionId, provider, jobId, nowMs } = unlinking;
  const linked = providersOf(sql, customerId);
  if (!linked.includes(provider)) return ok([]);
  const others = linked.filter((other) => other !== provider);
  if (!hasOtherWay(sql, unlinking, others)) return no('last_way_in');
  endIdentities(sql, customerId, `${OAUTH}${provider}`);
  enqueue(
    sql,
    jobId,
    { kind: 'shard.end_sessions', customerId, exceptSessionId: sessionId },
    nowMs,
  );
  armAlarm(storage);
  return ok([jobId]);
}

/** Whether a proved e-mail, a password or one of the other providers opens the account. */
function hasOtherWay(
  sql: SqlStorage,
  { customerId, open }: Unlinking,
  others: readonly string[],
): boolean {
  const { proved, named } = sql
    .exec<{ proved: number; named: number }>(
      `SELECT EXISTS (SELECT 1 FROM identity WHERE customer_id = ?1 AND provider = 'email') AS proved,
         EXISTS (SELECT 1 FROM customer WHERE id = ?1 AND email IS NOT NULL
           AND clerk_password_user_id IS NOT NULL) AS named`,
      customerId,
    )
    .one();
  return (
    (open.emailCode && proved === 1) ||
    (open.password && named === 1) ||
    others.some((other) => open.oauth.includes(other))
  );
}
