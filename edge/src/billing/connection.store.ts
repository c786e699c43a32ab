import { endAllSubscriptions } from './subscription.store.ts';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { type AccountFacts, type ConnectionRecord, saleBlockOf, sellerOf } from './connection.ts';
import { takeUpCustomers } from './stripe-customer.store.ts';

type Row = {
  stripe_account_id: string | null;
  last_account_id: string | null;
  account_name: string | null;
  connected_ms: number | null;
  facts: string | null;
  onboarding: string | null;
  onboarding_key: string | null;
  onboarding_key_ms: number | null;
};

export function readConnection(sql: SqlStorage): ConnectionRecord {
  const row = connectionRow(sql);
  const { project_id, mode } = sql
    .exec<{ project_id: string; mode: 'test' | 'live' }>('SELECT project_id, mode FROM environment')
    .one();
  const via = sellerOf({
    isPlatform: project_id === PLATFORM_PROJECT,
    mode,
    stripeAccountId: row.stripe_account_id,
    lastAccountId: row.last_account_id,
  });
  const [facts, onboarding] = [factsIn(row.facts), factsIn(row.onboarding)];
  return {
    stripeAccountId: row.stripe_account_id,
    accountName: row.account_name,
    connectedAtMs: row.connected_ms,
    via,
    facts,
    onboarding,
    saleBlock: saleBlockOf({ via, facts, onboarding }),
  };
}

const factsIn = (text: string | null): AccountFacts | null =>
  text === null ? null : (JSON.parse(text) as AccountFacts);

const connectionRow = (sql: SqlStorage): Row => sql.exec<Row>('SELECT * FROM connection').one();

/**
 * Connects an account. Ids made in another account mean nothing in this one: products, prices and
 * customers are made anew, and what customers bought there ends with the period they paid for.
 */
export function putAccount(
  sql: SqlStorage,
  account: AccountFacts,
  nowMs: number,
): { leftAccountIds: string[]; isSame: boolean } {
  const { last_account_id, stripe_account_id, onboarding } = connectionRow(sql);
  const accountId = account.id;
  sql.exec(
    `UPDATE connection SET stripe_account_id = ?1, last_account_id = ?1, account_name = ?2,
       connected_ms = ?3, facts = ?4, onboarding = NULL, onboarding_key = NULL`,
    accountId,
    account.name,
    nowMs,
    JSON.stringify(account),
  );
  const isSame = last_account_id === accountId;
  if (!isSame) {
    sql.exec('UPDATE tier SET stripe_product_id = NULL');
    sql.exec('UPDATE price SET stripe_price_id = NULL');
    sql.exec('UPDATE overage_price SET stripe_price_id = NULL');
    sql.exec('UPDATE customer SET stripe_customer_id = NULL');
    sql.exec('UPDATE connection SET events_since_ms = ?, events_after_id = NULL', nowMs);
    sql.exec("UPDATE checkout SET status = 'expired' WHERE status = 'open'");
    endAllSubscriptions(sql, nowMs);
    takeUpCustomers(sql, accountId);
  }
  const before = [stripe_account_id, factsIn(onboarding)?.id ?? null];
  const leftAccountIds = before.filter((id): id is string => id !== null && id !== accountId);
  return { leftAccountIds, isSame };
}

/** Forgets the account, if it still is this one. */
export function dropAccount(sql: SqlStorage, accountId: string): boolean {
  const dropped = sql.exec(
    `UPDATE connection SET stripe_account_id = NULL, account_name = NULL, connected_ms = NULL, facts = NULL
     WHERE stripe_account_id = ? RETURNING 1`,
    accountId,
  );
  return dropped.toArray().length > 0;
}

/** Keeps what Stripe says of the account, if it still is the one of this environment. */
export function putFacts(sql: SqlStorage, account: AccountFacts): void {
  const facts = JSON.stringify(account);
  sql.exec(
    'UPDATE connection SET account_name = ?2, facts = ?3 WHERE stripe_account_id = ?1',
    account.id,
    account.name,
    facts,
  );
  sql.exec(
    "UPDATE connection SET onboarding = ?2 WHERE onboarding ->> '$.id' = ?1",
    account.id,
    facts,
  );
}

/** The key to make an account with: a new one, unless the one of before is not older than `keptMs`. */
export function onboardingKey(
  sql: SqlStorage,
  newKey: string,
  nowMs: number,
  keptMs: number,
): string {
  const { onboarding_key, onboarding_key_ms } = connectionRow(sql);
  if (onboarding_key !== null && nowMs - (onboarding_key_ms ?? 0) < keptMs) return onboarding_key;
  sql.exec('UPDATE connection SET onboarding_key = ?, onboarding_key_ms = ?', newKey, nowMs);
  return newKey;
}

/** Records the account that was made for this environment; the first one stays. */
export function putOnboarding(sql: SqlStorage, accountId: string): boolean {
  const nothing = { chargesEnabled: false, detailsSubmitted: false, requirementsDue: [] };
  const put = sql.exec(
    `UPDATE connection SET onboarding = ?
     WHERE onboarding IS NULL AND stripe_account_id IS NULL RETURNING 1`,
    JSON.stringify({ id: accountId, name: accountId, ...nothing }),
  );
  return put.toArray().length > 0;
}

/** Forgets an account that was made and is not there any more. */
export function dropOnboarding(sql: SqlStorage, accountId: string): void {
  sql.exec(
    "UPDATE connection SET onboarding = NULL, onboarding_key = NULL WHERE onboarding ->> '$.id' = ?",
    accountId,
  );
}
