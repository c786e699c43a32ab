import { defaultTierName } from '../catalog/catalog.store.ts';
import { touchCustomer } from '../customers/customers.store.ts';
import { type CustomerSnapshot, planInForce } from '../customers/plan.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { chooseSubscription } from './subscription.ts';
import { subscriptionsOf } from './subscription.store.ts';

/**
 * Queues telling the customer's shard when the subscriptions give another plan than it was told.
 * Returns the outbox rows to be done now. Call it in the transaction of the change.
 */
export function tellPlan(
  storage: DurableObjectStorage,
  customerId: string,
  jobId: string,
  nowMs: number,
): string[] {
  const { sql } = storage;
  const all = subscriptionsOf(sql, customerId);
  const { live } = chooseSubscription(all, nowMs);
  const told = all.find(({ toldPlan }) => toldPlan !== null)?.toldPlan ?? null;
  if (told === (live?.tier ?? null)) return [];
  sql.exec(
    'UPDATE subscription SET told_plan = iif(id = ?, tier, NULL) WHERE customer_id = ?',
    live?.id ?? '',
    customerId,
  );
  const snapshot = nextSnapshot(sql, customerId, live?.tier ?? null);
  enqueue(sql, jobId, { kind: 'shard.plan', snapshot }, nowMs);
  armAlarm(storage);
  return [jobId];
}

/**
 * What the shard is told next. It goes by the subscription chosen here: asking again by another
 * clock could, in the moment a subscription ends, tell the shard what was just found to be over.
 */
function nextSnapshot(
  sql: SqlStorage,
  customerId: string,
  subscribedPlan: string | null,
): CustomerSnapshot {
  const { version, set_plan, header_plan } = touchCustomer(sql, customerId);
  const { plan, planSource } = planInForce({
    subscribedPlan,
    setPlan: set_plan,
    headerPlan: header_plan,
    defaultPlan: defaultTierName(sql) ?? 'free',
  });
  return {
    customerId,
    version,
    plan: planSource === 'default' ? null : plan,
    headerPlan: header_plan,
  };
}
