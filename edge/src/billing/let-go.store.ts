import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { dropAccount } from './connection.store.ts';
import { endAllSubscriptions } from './subscription.store.ts';
import { soldObjects } from './sold.store.ts';
import { lookAgainAt } from './sync.store.ts';

/**
 * Lets go of an account, if it still is the one of this environment. Nothing is sold through it any
 * more; what was lasts to the end of the period that is paid, for we would not hear of a renewal, and
 * goes on as Stripe has it when the account is connected again.
 */
export function letGo(storage: DurableObjectStorage, accountId: string, act: Act): boolean {
  const { sql } = storage;
  if (!dropAccount(sql, accountId)) return false;
  endAllSubscriptions(sql, act.nowMs);
  for (const { id, endsAtMs } of soldObjects(sql))
    if (endsAtMs !== null) lookAgainAt(storage, id, endsAtMs, act.nowMs);
  sql.exec('UPDATE environment SET version = version + 1');
  writeAudit(sql, act, 'stripe.disconnected', accountId);
  return true;
}
