import { CustomersRpc } from '../customers/customers.rpc.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { timeOf } from '../test-clock/now.rpc.ts';
import { chooseSubscription, termsOf } from './subscription.ts';
import { subscriptionsOf } from './subscription.store.ts';

/**
 * Queues telling the customer's shard when the subscriptions give another plan than it was told, or
 * another period, or pay for the overage of other features, or when `isSeen`: the change is one that
 * the customer's open pages show, like a date. Returns the outbox rows to be done now. Call it in the
 * transaction of the change.
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
  const { live } = chooseSubscription(all, timeOf(sql, customerId, nowMs));
  const told = all.find(({ toldPlan }) => toldPlan !== null);
  const now = live && termsOf(live);
  const terms = now && JSON.stringify(now);
  const isTold =
    (told?.toldPlan ?? null) === (live?.tier ?? null) && (told?.toldTerms ?? null) === terms;
  if (isTold && !isSeen) return [];
  sql.exec(
    `UPDATE subscription SET told_plan = iif(id = ?1, tier, NULL), told_terms = iif(id = ?1, ?2, NULL)
     WHERE customer_id = ?3`,
    live?.id ?? '',
    terms,
    customerId,
  );
  const snapshot = new CustomersRpc(storage).touch(customerId, nowMs);
  enqueue(sql, jobId, { kind: 'shard.plan', snapshot }, nowMs);
  armAlarm(storage);
  return [jobId];
}
