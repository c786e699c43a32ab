import type { Subscription } from '@dream/contract';
import type { SubscriptionTerms } from '../customers/plan.ts';
import { timeOf } from '../test-clock/now.rpc.ts';
import { chooseSubscription, termsOf } from './subscription.ts';
import { type PricedSubscription, subscriptionsOf } from './subscription.store.ts';

/** The one subscription that gives a customer a plan at `nowMs`, or null. */
export function liveSubscription(
  sql: SqlStorage,
  customerId: string,
  nowMs: number,
): Subscription | null {
  const { live } = chooseSubscription(
    subscriptionsOf(sql, customerId),
    timeOf(sql, customerId, nowMs),
  );
  return live && shown(live);
}

/**
 * In SQL, whether a row of `customer` has a subscription that is live, as `isLive` says it, and for
 * which `condition` holds of `live`. Takes the instant of now as its one value, before those of the
 * condition.
 */
export const hasLive = (condition = 'true'): string => `EXISTS (
  SELECT 1 FROM subscription AS live WHERE live.customer_id = customer.id
  AND live.status IN ('active', 'trialing', 'past_due')
  AND coalesce(customer.clock_ms, ?) < min(coalesce(live.ends_ms, ${NEVER_MS}), coalesce(live.past_due_ms
    + (SELECT json_extract(settings, '$.pastDueGraceDays') FROM environment) * 86400000, ${NEVER_MS}))
  AND ${condition})`;

const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** Whether a customer ever had a subscription, and with it the one trial there is. */
export const hadPurchases = (sql: SqlStorage, customerId: string): boolean =>
  subscriptionsOf(sql, customerId).length > 0;

function shown(live: PricedSubscription): Subscription {
  const { priceId, priceMinor, currency, interval, nextTier, nextPriceId, nextAtMs } = live;
  return {
    status: live.status,
    plan: live.tier,
    price:
      priceMinor === null || currency === null || interval === null
        ? null
        : { priceId, priceMinor, currency, interval },
    renewsAtMs: live.renewsAtMs,
    endsAtMs: live.endsAtMs,
    trialEndsAtMs: live.trialEndsAtMs,
    graceEndsAtMs: live.graceEndsAtMs,
    next:
      nextTier === null || nextPriceId === null || nextAtMs === null
        ? null
        : { plan: nextTier, priceId: nextPriceId, atMs: nextAtMs },
  };
}

/** Every subscription of a customer, live or over, as far as it decides whether a plan goes on. */
export const subscriptionsFor = (
  sql: SqlStorage,
  customerId: string,
): Pick<
  PricedSubscription,
  'status' | 'endsAtMs' | 'graceEndsAtMs' | 'trialEndsAtMs' | 'periodEndMs'
>[] =>
  subscriptionsOf(sql, customerId).map(
    ({ status, endsAtMs, graceEndsAtMs, trialEndsAtMs, periodEndMs }) => ({
      status,
      endsAtMs,
      graceEndsAtMs,
      trialEndsAtMs,
      periodEndMs,
    }),
  );

/** What that subscription means for counting, or null. */
export function liveTerms(
  sql: SqlStorage,
  customerId: string,
  nowMs: number,
): SubscriptionTerms | null {
  const { live } = chooseSubscription(
    subscriptionsOf(sql, customerId),
    timeOf(sql, customerId, nowMs),
  );
  return live && termsOf(live);
}
