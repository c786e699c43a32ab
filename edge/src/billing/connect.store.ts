import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import type { AccountFacts, ConnectionRecord } from './connection.ts';
import { putAccount, readConnection } from './connection.store.ts';
import { ProductsRpc } from '../store/products.rpc.ts';
import { erasuresIn } from './erasure.store.ts';
import { soldObjects } from './sold.store.ts';
import { lookAgainAt, markDirty } from './sync.store.ts';

/** How many things sold are looked at while the developer waits; the alarm sees to the others. */
const AT_ONCE = 20;

/** An account was connected, in place of others; the rows are what is to be done there. */
export interface Connected {
  connection: ConnectionRecord;
  leftAccountIds: string[];
  jobIds: string[];
}

/**
 * Connects an account and queues bringing every priced tier and product to it, and looking at the account, which
 * takes in the events that waited for it. What was sold in the same account before is looked at
 * again, and whom nobody could delete there is deleted. Call it in a transaction.
 */
export function connectAccount(
  storage: DurableObjectStorage,
  account: AccountFacts,
  jobId: string,
  act: Act,
): Connected {
  const { sql } = storage;
  const { leftAccountIds, isSame } = putAccount(sql, account, act.nowMs);
  sql.exec('UPDATE environment SET version = version + 1');
  writeAudit(sql, act, 'stripe.connected', account.id);
  const jobIds = new CatalogRpc(storage)
    .tiers()
    .filter((tier) => tier.prices.length > 0 || tier.stripeProductId !== null)
    .map((tier) => {
      const id = `${jobId}_${tier.name}`;
      enqueue(sql, id, { kind: 'stripe.publish_tier', tier: tier.name }, act.nowMs);
      return id;
    });
  const productsId = new ProductsRpc(storage).connected(isSame, `${jobId}_products`, act.nowMs);
  if (productsId !== null) jobIds.push(productsId);
  jobIds.push(`${jobId}_${account.id}`);
  markDirty(storage, account.id, `${jobId}_${account.id}`, act.nowMs);
  soldObjects(sql).forEach(({ id, endsAtMs }, index) => {
    if (isSame) {
      markDirty(storage, id, `${jobId}_${id}`, act.nowMs);
      if (index < AT_ONCE) jobIds.push(`${jobId}_${id}`);
    } else if (endsAtMs !== null) lookAgainAt(storage, id, endsAtMs, act.nowMs);
  });
  for (const stripeCustomerId of erasuresIn(sql, account.id)) {
    const job = { stripeCustomerId, stripeAccountId: account.id };
    const id = `${jobId}_${stripeCustomerId}`;
    enqueue(sql, id, { kind: 'stripe.delete_customer', ...job }, act.nowMs);
  }
  armAlarm(storage);
  return { connection: readConnection(sql), leftAccountIds, jobIds };
}
