import { enqueue } from '../outbox/outbox.rpc.ts';
import { writeAudit } from '../projects/audit.rpc.ts';
import type { ClerkUser } from '../providers/clerk/apps.ts';
import { endIdentities } from './former-identity.store.ts';

type Identity = { provider: string; subject: string; customer_id: string };

/** Notes an id, once; false when it was noted before. */
export function hearOnce(sql: SqlStorage, id: string, nowMs: number): boolean {
  const fresh = sql.exec('INSERT OR IGNORE INTO clerk_heard VALUES (?, ?) RETURNING 1', id, nowMs);
  return fresh.toArray().length > 0;
}

/** Whether an id was noted. */
export function isHeard(sql: SqlStorage, id: string): boolean {
  return sql.exec('SELECT 1 FROM clerk_heard WHERE id = ?', id).toArray().length > 0;
}

/**
 * Notes a Clerk session that signs somebody in here: it is ended with that, and its end is no news.
 * Only where Clerk's events are heard at all.
 */
export function noteOwnSession(sql: SqlStorage, clerkSessionId: string, nowMs: number): void {
  sql.exec(
    `INSERT OR IGNORE INTO clerk_heard SELECT ?, ? WHERE EXISTS (
       SELECT 1 FROM clerk_app UNION ALL SELECT 1 FROM environment WHERE project_id = 'prj_dream'
     )`,
    clerkSessionId,
    nowMs,
  );
}

/** The customers a Clerk user proved an identity of, or holds the password of. */
export function customersOf(sql: SqlStorage, clerkUserId: string): string[] {
  return sql
    .exec<{ id: string }>(
      `SELECT customer_id AS id FROM identity WHERE clerk_user_id = ?1
       UNION SELECT id FROM customer WHERE clerk_password_user_id = ?1`,
      clerkUserId,
    )
    .toArray()
    .map(({ id }) => id);
}

/** Queues ending the sessions of customers. */
export function endSessions(
  sql: SqlStorage,
  customerIds: readonly string[],
  jobId: string,
  nowMs: number,
): void {
  for (const customerId of customerIds)
    enqueue(sql, `${jobId}_${customerId}`, { kind: 'shard.end_sessions', customerId }, nowMs);
}

/**
 * Takes from customers what a Clerk user proved who is deleted or banned. They stay, with what they
 * bought, and whoever proves the e-mail again gets them. So does whoever has the account at a
 * provider, which is never another person's: as somebody new they would be rid of a ban.
 */
export function forgetClerkUser(
  sql: SqlStorage,
  clerkUserId: string,
  jobId: string,
  nowMs: number,
): void {
  const customerIds = customersOf(sql, clerkUserId);
  endSessions(sql, customerIds, jobId, nowMs);
  sql.exec(
    'UPDATE customer SET clerk_password_user_id = NULL WHERE clerk_password_user_id = ?',
    clerkUserId,
  );
  const proved = sql
    .exec<{ id: string; provider: string }>(
      'SELECT customer_id AS id, provider FROM identity WHERE clerk_user_id = ?',
      clerkUserId,
    )
    .toArray();
  sql.exec('UPDATE identity SET clerk_user_id = NULL WHERE clerk_user_id = ?', clerkUserId);
  for (const { id, provider } of proved) if (provider === 'email') endIdentities(sql, id, provider);
  for (const id of new Set(proved.map((row) => row.id))) unprove(sql, id, jobId, nowMs);
}

/** Takes the rest from a customer whom no other Clerk user vouches for. */
function unprove(sql: SqlStorage, customerId: string, jobId: string, nowMs: number): void {
  const others = sql.exec(
    'SELECT 1 FROM identity WHERE customer_id = ? AND clerk_user_id IS NOT NULL',
    customerId,
  );
  if (others.toArray().length > 0) return;
  endIdentities(sql, customerId, 'email');
  const holder = sql
    .exec<{ id: string | null }>(
      'SELECT clerk_password_user_id AS id FROM customer WHERE id = ?',
      customerId,
    )
    .toArray()[0]?.id;
  if (holder != null) {
    const job = { kind: 'clerk.delete_user', clerkUserId: holder } as const;
    enqueue(sql, `${jobId}_${holder}`, job, nowMs);
  }
  sql.exec(
    'UPDATE customer SET email_verified = 0, clerk_password_user_id = NULL WHERE id = ?',
    customerId,
  );
  writeAudit(sql, { actor: 'clerk', nowMs }, 'customer.unproved', customerId);
}

/** Follows a Clerk user: names that are given, and the e-mail unless another customer has it. */
export function followClerkUser(sql: SqlStorage, user: ClerkUser): void {
  const identities = sql
    .exec<Identity>('SELECT * FROM identity WHERE clerk_user_id = ?', user.id)
    .toArray();
  for (const id of new Set(identities.map((identity) => identity.customer_id)))
    sql.exec(
      'UPDATE customer SET first_name = coalesce(?, first_name), last_name = coalesce(?, last_name) WHERE id = ?',
      user.firstName,
      user.lastName,
      id,
    );
  const { verifiedEmail } = user;
  const old = identities.find(({ provider }) => provider === 'email');
  if (verifiedEmail !== null && old && old.subject !== verifiedEmail)
    moveEmail(sql, old, verifiedEmail);
}

function moveEmail(sql: SqlStorage, old: Identity, email: string): void {
  const taken = sql.exec(
    `SELECT 1 FROM customer WHERE email = ?1 AND id <> ?2
     UNION ALL SELECT 1 FROM identity WHERE provider = 'email' AND subject = ?1`,
    email,
    old.customer_id,
  );
  if (taken.toArray().length > 0) return;
  sql.exec(
    "INSERT OR IGNORE INTO former_identity VALUES (?, 'email', ?)",
    old.customer_id,
    old.subject,
  );
  sql.exec(
    "UPDATE identity SET subject = ? WHERE provider = 'email' AND subject = ?",
    email,
    old.subject,
  );
  sql.exec(
    'UPDATE customer SET email = ?, email_verified = 1 WHERE id = ? AND email = ?',
    email,
    old.customer_id,
    old.subject,
  );
}
