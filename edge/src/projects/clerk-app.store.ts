import { enqueue } from '../outbox/outbox.rpc.ts';
import type { SealedClerkApp } from './clerk-app.ts';

type Row = {
  instance_id: string;
  frontend_url: string;
  publishable_key: string;
  secret_key: string;
  secret_key_last4: string;
  webhook_secret: string | null;
  webhook_secret_last4: string | null;
  connected_ms: number;
};

/** The environment's own Clerk application, or null while it uses the shared one. */
export function readClerkApp(sql: SqlStorage): SealedClerkApp | null {
  const row = sql.exec<Row>('SELECT * FROM clerk_app').toArray()[0];
  if (!row) return null;
  const { webhook_secret, webhook_secret_last4 } = row;
  return {
    instanceId: row.instance_id,
    frontendUrl: row.frontend_url,
    publishableKey: row.publishable_key,
    secretKey: { sealed: row.secret_key, last4: row.secret_key_last4 },
    webhookSecret:
      webhook_secret === null || webhook_secret_last4 === null
        ? null
        : { sealed: webhook_secret, last4: webhook_secret_last4 },
    connectedAtMs: row.connected_ms,
  };
}

/** Replaces the application; null goes back to the shared one. */
export function writeClerkApp(sql: SqlStorage, app: SealedClerkApp | null): void {
  sql.exec('DELETE FROM clerk_app');
  if (!app) return;
  sql.exec(
    'INSERT INTO clerk_app VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    app.instanceId,
    app.frontendUrl,
    app.publishableKey,
    app.secretKey.sealed,
    app.secretKey.last4,
    app.webhookSecret?.sealed ?? null,
    app.webhookSecret?.last4 ?? null,
    app.connectedAtMs,
  );
}

/**
 * Forgets the users of the application that is left now, so voids every password, which they hold;
 * answers how many. Those in the shared one are deleted there, those in a developer's own are theirs.
 */
export function forgetUsers(sql: SqlStorage, isInShared: boolean, nowMs: number): number {
  const holders = sql
    .exec<{ id: string }>(
      'SELECT clerk_password_user_id AS id FROM customer WHERE clerk_password_user_id IS NOT NULL',
    )
    .toArray();
  if (isInShared) {
    sql.exec(
      `UPDATE outbox SET body = json_set(body, '$.isInShared', json('true'))
       WHERE kind = 'clerk.delete_user' AND state = 'open'`,
    );
    for (const { id } of holders) {
      const job = { kind: 'clerk.delete_user', clerkUserId: id, isInShared } as const;
      enqueue(sql, `void_${id}`, job, nowMs);
    }
  }
  sql.exec('UPDATE customer SET clerk_password_user_id = NULL');
  sql.exec('UPDATE identity SET clerk_user_id = NULL');
  return holders.length;
}
