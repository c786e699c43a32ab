import type { Interval } from '@dream/contract/primitives';
import { bookSubscription } from '../metrics/book.rpc.ts';
import type { SubscriptionFacts } from './subscription.ts';

/** A subscription as it stands in the table. */
export interface SubscriptionRecord extends SubscriptionFacts {
  customerId: string;
  priceId: string;
  renewsAtMs: number | null;
  trialEndsAtMs: number | null;
  pastDueSinceMs: number | null;
  /** The price it is to have from `nextAtMs` on, and the tier of it. */
  nextPriceId: string | null;
  nextAtMs: number | null;
  /** The period that runs; null until Stripe was asked since we keep it. */
  periodStartMs: number | null;
  periodEndMs: number | null;
  interval: Interval | null;
  countFromMs: number | null;
  /** The features whose overage it pays for. */
  billed: readonly string[];
  /** What the shard was told of it besides the plan, as JSON. */
  toldTerms: string | null;
}

/** A subscription with what its prices say, as far as we made them. */
export interface PricedSubscription extends SubscriptionRecord {
  priceMinor: number | null;
  currency: string | null;
  nextTier: string | null;
}

type Row = { [Column in keyof PricedSubscription]: PricedSubscription[Column] } & {
  billed: string;
};

const COLUMNS = `s.id, s.customer_id AS customerId, s.tier, s.stripe_price_id AS priceId, s.status,
  s.renews_ms AS renewsAtMs, s.ends_ms AS endsAtMs, s.trial_ends_ms AS trialEndsAtMs,
  s.past_due_ms AS pastDueSinceMs, s.next_price_id AS nextPriceId, s.next_ms AS nextAtMs,
  s.told_plan AS toldPlan, s.created_ms AS createdAtMs,
  s.past_due_ms + (SELECT json_extract(settings, '$.pastDueGraceDays') FROM environment) * 86400000
    AS graceEndsAtMs,
  s.period_start_ms AS periodStartMs, s.period_end_ms AS periodEndMs, s.interval,
  s.count_from_ms AS countFromMs, s.billed, s.told_terms AS toldTerms,
  p.price_minor AS priceMinor, p.currency, n.tier AS nextTier`;

const TABLES = `subscription s LEFT JOIN price p ON p.stripe_price_id = s.stripe_price_id
  LEFT JOIN price n ON n.stripe_price_id = s.next_price_id`;

export function findSubscription(sql: SqlStorage, id: string): PricedSubscription | undefined {
  return read(sql, 'id', id)[0];
}

export function subscriptionsOf(sql: SqlStorage, customerId: string): PricedSubscription[] {
  return read(sql, 'customer_id', customerId);
}

function read(sql: SqlStorage, column: 'id' | 'customer_id', value: string): PricedSubscription[] {
  return sql
    .exec<Row>(`SELECT ${COLUMNS} FROM ${TABLES} WHERE s.${column} = ? ORDER BY s.rowid`, value)
    .toArray()
    .map((row) => ({ ...row, billed: JSON.parse(row.billed) as string[] }));
}

/** Lets everything last to the end of the period that is paid, and no longer. */
export function endAllSubscriptions(sql: SqlStorage, nowMs: number): void {
  sql.exec('UPDATE subscription SET ends_ms = coalesce(ends_ms, renews_ms)');
  const ids = sql.exec<{ id: string }>("SELECT id FROM subscription WHERE status <> 'canceled'");
  for (const { id } of ids.toArray()) {
    const subscription = findSubscription(sql, id);
    if (subscription) bookSubscription(sql, subscription, nowMs);
  }
}

/** Writes the whole of a subscription; what the shard was told of it stays. */
export function putSubscription(
  sql: SqlStorage,
  record: Omit<SubscriptionRecord, 'toldPlan' | 'toldTerms' | 'graceEndsAtMs'>,
): void {
  sql.exec(
    `INSERT INTO subscription (id, customer_id, tier, stripe_price_id, status, renews_ms, ends_ms,
       created_ms, period_start_ms, period_end_ms, interval, count_from_ms, billed, trial_ends_ms,
       past_due_ms, next_price_id, next_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
     ON CONFLICT (id) DO UPDATE SET tier = ?3, stripe_price_id = ?4, status = ?5, renews_ms = ?6,
       ends_ms = ?7, period_start_ms = ?9, period_end_ms = ?10, interval = ?11, count_from_ms = ?12,
       billed = ?13, trial_ends_ms = ?14, past_due_ms = ?15, next_price_id = ?16, next_ms = ?17`,
    record.id,
    record.customerId,
    record.tier,
    record.priceId,
    record.status,
    record.renewsAtMs,
    record.endsAtMs,
    record.createdAtMs,
    record.periodStartMs,
    record.periodEndMs,
    record.interval,
    record.countFromMs,
    JSON.stringify(record.billed),
    record.trialEndsAtMs,
    record.pastDueSinceMs,
    record.nextPriceId,
    record.nextAtMs,
  );
}
