import type { Customer, Subscription } from '@dream/contract';
import { defaultTierName } from '../catalog/catalog.rpc.ts';
import { hadPurchases, liveSubscription, liveTerms } from '../billing/subscription.rpc.ts';
import { usageToResume } from './kept.store.ts';
import { type CustomerSnapshot, planInForce } from './plan.ts';

/** A customer as it stands in the table. */
export type CustomerRow = {
  id: string;
  seq: number;
  email: string | null;
  email_verified: number;
  first_name: string | null;
  last_name: string | null;
  external_id: string | null;
  set_plan: string | null;
  header_plan: string | null;
  version: number;
  clerk_password_user_id: string | null;
  stripe_customer_id: string | null;
  created_ms: number;
  passwords: number;
  banned: number;
  had_trial: number;
  announced_plan: string | null;
  /** What its test clock says; null for whom time passes. */
  clock_ms: number | null;
  /** When a plan that was given was taken back; null if none was. */
  taken_back_ms: number | null;
};

/** Finds a customer by cust_… id, else by the developer's own id. */
export function findCustomer(sql: SqlStorage, id: string): CustomerRow | undefined {
  const column = id.startsWith('cust_') ? 'id' : 'external_id';
  return sql.exec<CustomerRow>(`SELECT * FROM customer WHERE ${column} = ?`, id).toArray()[0];
}

export function findCustomerByEmail(sql: SqlStorage, email: string): CustomerRow | undefined {
  return sql.exec<CustomerRow>('SELECT * FROM customer WHERE email = ?', email).toArray()[0];
}

/** A new customer row; everything not given is empty. */
export function insertCustomer(
  sql: SqlStorage,
  given: {
    id: string;
    email?: string | null;
    emailVerified?: boolean;
    firstName?: string;
    lastName?: string;
    plan?: string;
    externalId?: string;
    testClock?: boolean;
  },
  nowMs: number,
): CustomerRow {
  sql.exec(
    `INSERT INTO customer (id, seq, email, email_verified, first_name, last_name, external_id, set_plan, announced_plan, version, created_ms, clock_ms)
     VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM customer), ?, ?, ?, ?, ?, ?7, ?7, 1, ?, ?)`,
    given.id,
    given.email ?? null,
    given.emailVerified ? 1 : 0,
    given.firstName ?? null,
    given.lastName ?? null,
    given.externalId ?? null,
    given.plan ?? null,
    nowMs,
    // Stripe's clocks show whole seconds.
    given.testClock ? Math.floor(nowMs / 1000) * 1000 : null,
  );
  const row = findCustomer(sql, given.id);
  if (!row) throw new Error('A customer is gone in its own transaction');
  return row;
}

/** The customer as the API shows it, with the plan in force at `nowMs`. */
export function toCustomer(sql: SqlStorage, row: CustomerRow, nowMs: number): Customer {
  const subscription: Subscription | null = liveSubscription(sql, row.id, nowMs);
  const force = planInForce({
    subscribedPlan: subscription?.plan ?? null,
    setPlan: row.set_plan,
    headerPlan: row.header_plan,
    defaultPlan: defaultTierName(sql) ?? 'free',
  });
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified === 1,
    firstName: row.first_name,
    lastName: row.last_name,
    externalId: row.external_id,
    ...force,
    subscription,
    hadTrial: row.had_trial === 1 || hadPurchases(sql, row.id),
    hasPassword: row.clerk_password_user_id !== null,
    banned: row.banned === 1,
    createdAtMs: row.created_ms,
  };
}

/**
 * What the customer's shard is told. `plan` is null when the default tier decides, so that another
 * default reaches everybody without touching every customer.
 */
export function snapshotOf(sql: SqlStorage, row: CustomerRow, nowMs: number): CustomerSnapshot {
  const { plan, planSource } = toCustomer(sql, row, nowMs);
  const resumes = usageToResume(sql, row.id);
  return {
    customerId: row.id,
    version: row.version,
    plan: planSource === 'default' ? null : plan,
    headerPlan: row.header_plan,
    banned: row.banned === 1,
    subscription: liveTerms(sql, row.id, nowMs),
    ...(row.clock_ms !== null && { clockMs: row.clock_ms }),
    ...(resumes.length > 0 && { resumes }),
  };
}

/** Notes that the plan in force may have changed; returns the new state. */
export function touchCustomer(sql: SqlStorage, id: string): CustomerRow {
  sql.exec('UPDATE customer SET version = version + 1 WHERE id = ?', id);
  const row = findCustomer(sql, id);
  if (!row) throw new Error('A customer is gone in its own transaction');
  return row;
}
