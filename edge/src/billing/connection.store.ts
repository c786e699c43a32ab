import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { type ConnectionRecord, sellerOf } from './connection.ts';
import { keepFormerCustomers, takeFormerCustomers } from './former-customer.store.ts';

type Row = {
  stripe_account_id: string | null;
  last_account_id: string | null;
  account_name: string | null;
  connected_ms: number | null;
};

export function readConnection(sql: SqlStorage): ConnectionRecord {
  const row = connectionRow(sql);
  const { project_id, mode } = sql
    .exec<{ project_id: string; mode: 'test' | 'live' }>('SELECT project_id, mode FROM environment')
    .one();
  return {
    stripeAccountId: row.stripe_account_id,
    accountName: row.account_name,
    connectedAtMs: row.connected_ms,
    via: sellerOf({
      isPlatform: project_id === PLATFORM_PROJECT,
      mode,
      stripeAccountId: row.stripe_account_id,
      lastAccountId: row.last_account_id,
    }),
  };
}

const connectionRow = (sql: SqlStorage): Row => sql.exec<Row>('SELECT * FROM connection').one();

/**
 * Connects an account. Ids made in another account mean nothing in this one: products, prices and
 * customers are made anew, and what customers bought there ends with the period they paid for.
 */
export function putAccount(
  sql: SqlStorage,
  accountId: string,
  name: string,
  nowMs: number,
): { previousAccountId: string | null; isSame: boolean } {
  const { last_account_id, stripe_account_id } = connectionRow(sql);
  sql.exec(
    'UPDATE connection SET stripe_account_id = ?1, last_account_id = ?1, account_name = ?2, connected_ms = ?3',
    accountId,
    name,
    nowMs,
  );
  const isSame = last_account_id === accountId;
  if (!isSame) {
    keepFormerCustomers(sql, last_account_id);
    sql.exec('UPDATE tier SET stripe_product_id = NULL');
    sql.exec('UPDATE price SET stripe_price_id = NULL');
    sql.exec('UPDATE customer SET stripe_customer_id = NULL');
    sql.exec('UPDATE connection SET events_since_ms = ?, events_after_id = NULL', nowMs);
    sql.exec("UPDATE checkout SET status = 'expired' WHERE status = 'open'");
    sql.exec('UPDATE subscription SET ends_ms = coalesce(ends_ms, renews_ms)');
    takeFormerCustomers(sql, accountId);
  }
  return { previousAccountId: stripe_account_id === accountId ? null : stripe_account_id, isSame };
}

/** Forgets the account, if it still is this one. */
export function dropAccount(sql: SqlStorage, accountId: string): boolean {
  const dropped = sql.exec(
    `UPDATE connection SET stripe_account_id = NULL, account_name = NULL, connected_ms = NULL
     WHERE stripe_account_id = ? RETURNING 1`,
    accountId,
  );
  return dropped.toArray().length > 0;
}
