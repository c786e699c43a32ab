import { CustomersRpc } from '../customers/customers.rpc.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { chooseSubscription } from './subscription.ts';
import { subscriptionsOf } from './subscription.store.ts';

/**
 * Queues telling the customer's shard when the subscriptions give another plan than it was told, or
 * when `isSeen`: the change is one that the customer's open pages show, like a date. Returns the
 * outbox rows to be done now. Call it in the transaction of the change.
 */
export function tellPlan(
  storage: DurableObjectStorage,
  customerId: string,
  jobId: string,
  nowMs: number,
  isSeen = false,
): string[] {
  const { sql } = storage;
  const all = subscriptionsOf(sql, customerId);
  const { live } = chooseSubscription(all, nowMs);
  const told = all.find(({ toldPlan }) => toldPlan !== null)?.toldPlan ?? null;
  if (told === (live?.tier ?? null) && !isSeen) return [];
  sql.exec(
    'UPDATE subscription SET told_plan = iif(id = ?, tier, NULL) WHERE customer_id = ?',
    live?.id ?? '',
    customerId,
  );
  const snapshot = new CustomersRpc(storage).touch(customerId, nowMs);
  enqueue(sql, jobId, { kind: 'shard.plan', snapshot }, nowMs);
  armAlarm(storage);
  return [jobId];
}
