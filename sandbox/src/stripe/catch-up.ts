import { expireSession } from './checkout-session.ts';
import type { Entity, Scope } from './scope.ts';
import { endAt, reachPeriodEnd } from './subscription-cycle.ts';
import { itemsOf } from './subscription-items.ts';

/**
 * Does what time has brought since the last call: open checkouts expire, and subscriptions renew,
 * once for every period that passed, or end.
 */
export function catchUp(scope: Scope): Scope {
  const nowSeconds = scope.nowSeconds();
  for (const session of scope.list('checkout.session')) {
    if (session.status === 'open' && Number(session.expires_at) <= nowSeconds)
      expireSession(scope, session);
  }
  for (const subscription of scope.list('subscription')) {
    let now = subscription;
    while (isDue(now, nowSeconds)) now = step(scope, now);
  }
  return scope;
}

const endOf = (subscription: Entity) =>
  itemsOf(subscription)[0]?.current_period_end ?? Number.POSITIVE_INFINITY;

const cancelsAt = (subscription: Entity) =>
  subscription.cancel_at === null ? Number.POSITIVE_INFINITY : Number(subscription.cancel_at);

const isDue = (subscription: Entity, nowSeconds: number) =>
  subscription.status !== 'canceled' &&
  Math.min(endOf(subscription), cancelsAt(subscription)) <= nowSeconds;

const step = (scope: Scope, subscription: Entity) =>
  cancelsAt(subscription) < endOf(subscription)
    ? endAt(scope, subscription, cancelsAt(subscription))
    : reachPeriodEnd(scope, subscription);
