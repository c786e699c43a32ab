import type { SubscriptionFacts } from './subscription.ts';

/** A subscription as it stands in the table. */
export interface SubscriptionRecord extends SubscriptionFacts {
  customerId: string;
  priceId: string;
  renewsAtMs: number | null;
}

type Row = { [Column in keyof SubscriptionRecord]: SubscriptionRecord[Column] };

const COLUMNS = `id, customer_id AS customerId, tier, stripe_price_id AS priceId, status,
  renews_ms AS renewsAtMs, ends_ms AS endsAtMs, told_plan AS toldPlan, created_ms AS createdAtMs`;

export function findSubscription(sql: SqlStorage, id: string): SubscriptionRecord | undefined {
  return read(sql, 'id', id)[0];
}

export function subscriptionsOf(sql: SqlStorage, customerId: string): SubscriptionRecord[] {
  return read(sql, 'customer_id', customerId);
}

function read(sql: SqlStorage, column: 'id' | 'customer_id', value: string): SubscriptionRecord[] {
  return sql.exec<Row>(`SELECT ${COLUMNS} FROM subscription WHERE ${column} = ?`, value).toArray();
}

/** Writes the whole of a subscription; what the shard was told of it stays. */
export function putSubscription(
  sql: SqlStorage,
  record: Omit<SubscriptionRecord, 'toldPlan'>,
): void {
  sql.exec(
    `INSERT INTO subscription (id, customer_id, tier, stripe_price_id, status, renews_ms, ends_ms, created_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (id) DO UPDATE SET tier = ?3, stripe_price_id = ?4, status = ?5, renews_ms = ?6, ends_ms = ?7`,
    record.id,
    record.customerId,
    record.tier,
    record.priceId,
    record.status,
    record.renewsAtMs,
    record.endsAtMs,
    record.createdAtMs,
  );
}
