import { createHash } from 'node:crypto';
import { CREDIT_TABLES } from '../credits/credits.schema.ts';
import type { CustomerSnapshot, SubscriptionTerms } from '../customers/plan.ts';
import { eraseRollUp } from './roll-up.store.ts';

type Row = {
  version: number;
  plan: string | null;
  header_plan: string | null;
  erased_ms: number | null;
  banned: number;
  /** JSON of the subscription's terms. */
  subscription: string | null;
  /** What its test clock says; null for whom time passes. */
  clock_ms: number | null;
};

/** What a shard knows of a customer, with its terms as they are used. */
export type KnownCustomer = Omit<Row, 'subscription'> & { subscription: SubscriptionTerms | null };

/** Whatever is kept of a customer, by its id. */
const TABLES = [
  ...CREDIT_TABLES,
  'meter',
  'hold',
  'answer_chunk',
  'notice',
  'overage_due',
  'overage_report',
  'usage_sequence',
];

/** A customer that has a row. */
export function findCustomer(sql: SqlStorage, id: string): KnownCustomer | undefined {
  const row = sql.exec<Row>('SELECT * FROM customer WHERE id = ?', id).toArray()[0];
  if (!row) return undefined;
  const subscription =
    row.subscription === null ? null : (JSON.parse(row.subscription) as SubscriptionTerms);
  return { ...row, subscription };
}

/** A customer that is gone, of whom nothing else is known. */
export function findGone(sql: SqlStorage, id: string): KnownCustomer | undefined {
  const gone = sql
    .exec<{ at_ms: number }>('SELECT at_ms FROM gone WHERE id_hash = ?', hashOf(id))
    .toArray()[0];
  if (!gone) return undefined;
  const nothing = {
    version: 0,
    plan: null,
    header_plan: null,
    banned: 0,
    subscription: null,
    clock_ms: null,
  };
  return { ...nothing, erased_ms: gone.at_ms };
}

/** Keeps what was told of a customer, in place of what was known. */
export function writeCustomer(sql: SqlStorage, snapshot: CustomerSnapshot): void {
  const { customerId, version, plan, headerPlan, banned, subscription, clockMs } = snapshot;
  sql.exec(
    'INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, NULL, ?, ?, ?)',
    customerId,
    version,
    plan,
    headerPlan,
    banned ? 1 : 0,
    subscription ? JSON.stringify(subscription) : null,
    clockMs ?? null,
  );
}

/** Notes that a customer is gone, for good. Safe to repeat. */
export function noteGone(sql: SqlStorage, id: string, nowMs: number): void {
  sql.exec('UPDATE customer SET erased_ms = ? WHERE id = ?', nowMs, id);
  sql.exec('INSERT OR IGNORE INTO gone VALUES (?, ?)', hashOf(id), nowMs);
}

/** Deletes all that is kept of a customer. That it is gone stays. */
export function eraseCustomer(sql: SqlStorage, id: string): void {
  for (const table of TABLES) sql.exec(`DELETE FROM ${table} WHERE customer_id = ?`, id);
  eraseRollUp(sql, id);
  sql.exec('DELETE FROM customer WHERE id = ?', id);
}

/** An id is random, so its hash tells nobody anything who does not have it. */
const hashOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
