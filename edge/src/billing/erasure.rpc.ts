import { forgetCharge } from '../metrics/book.rpc.ts';
import { armAlarm, enqueue, forgetJobs } from '../outbox/outbox.rpc.ts';
import { forgetAudit } from '../projects/audit.rpc.ts';
import { putErasure } from './erasure.store.ts';
import { forgetEventsAbout } from './inbox.store.ts';
import { dropStripeCustomers } from './stripe-customer.store.ts';

/**
 * Erases what a customer bought and tried to buy, and queues deleting the Stripe customers in the
 * accounts they were made in. Answers the outbox rows. While Stripe does not let us use an account
 * they do nothing, and connecting it queues them again. Call it in the transaction of the erasure.
 */
export function erasePurchases(
  storage: DurableObjectStorage,
  id: string,
  jobId: string,
  nowMs: number,
): string[] {
  const { sql } = storage;
  const bought = sql.exec<{ id: string }>(
    `SELECT id FROM subscription WHERE customer_id = ?1
     UNION ALL SELECT id FROM checkout WHERE customer_id = ?1
     UNION ALL SELECT id FROM payment WHERE customer_id = ?1
     UNION ALL SELECT id FROM stripe_customer WHERE customer_id = ?1`,
    id,
  );
  for (const { id: objectId } of bought.toArray()) {
    forgetAudit(sql, objectId);
    forgetJobs(sql, objectId);
    forgetEventsAbout(sql, objectId);
    forgetCharge(sql, objectId);
    sql.exec('DELETE FROM synced WHERE object_id = ?', objectId);
  }
  for (const table of ['subscription', 'checkout', 'payment'])
    sql.exec(`DELETE FROM ${table} WHERE customer_id = ?`, id);
  const jobIds = dropStripeCustomers(sql, id).map((job, index) => {
    putErasure(sql, job);
    const rowId = index === 0 ? jobId : `${jobId}_${index}`;
    enqueue(sql, rowId, { kind: 'stripe.delete_customer', ...job }, nowMs);
    return rowId;
  });
  armAlarm(storage);
  return jobIds;
}
