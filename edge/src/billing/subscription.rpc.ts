import type { Subscription } from '@dream/contract';
import { chooseSubscription } from './subscription.ts';
import { subscriptionsOf } from './subscription.store.ts';

/** The one subscription that gives a customer a plan at `nowMs`, or null. */
export function liveSubscription(
  sql: SqlStorage,
  customerId: string,
  nowMs: number,
): Subscription | null {
  const { live } = chooseSubscription(subscriptionsOf(sql, customerId), nowMs);
  return (
    live && {
      status: live.status,
      plan: live.tier,
      renewsAtMs: live.renewsAtMs,
      endsAtMs: live.endsAtMs,
    }
  );
}
