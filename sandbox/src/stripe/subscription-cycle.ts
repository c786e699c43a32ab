import { change } from './change.ts';
import { billSubscription } from './invoice.ts';
import type { Entity, Scope } from './scope.ts';
import { type Item, itemsOf, totalMinor } from './subscription-items.ts';

/**
 * The first end of a period after an instant. Ends lie whole intervals after the anchor; a 31st
 * becomes the last day of a shorter month, and is a 31st again in a longer one.
 */
export function periodEnd(anchorSeconds: number, afterSeconds: number, price: Entity): number {
  const { interval, interval_count: count } = price.recurring as {
    interval: string;
    interval_count: number;
  };
  if (interval === 'day' || interval === 'week') {
    const lengthSeconds = count * (interval === 'day' ? 1 : 7) * 86_400;
    const passed = Math.floor((afterSeconds - anchorSeconds) / lengthSeconds);
    return anchorSeconds + (passed + 1) * lengthSeconds;
  }
  const months = count * (interval === 'year' ? 12 : 1);
  let end = anchorSeconds;
  for (let n = 1; end <= afterSeconds; n++) end = monthsLater(anchorSeconds, n * months);
  return end;
}

function monthsLater(atSeconds: number, months: number): number {
  const at = new Date(atSeconds * 1000);
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, lastDay));
  return Math.floor(at.getTime() / 1000);
}

/** Replaces fields of a subscription and tells what they were. */
export const changeSubscription = (
  scope: Scope,
  old: Entity,
  fields: Record<string, unknown>,
): Entity => change(scope, 'subscription', 'customer.subscription.updated', old, fields);

/** Ends a subscription at an instant, which is now or has just passed. */
export function endAt(scope: Scope, old: Entity, atSeconds: number): Entity {
  const next = scope.put('subscription', {
    ...old,
    status: 'canceled',
    canceled_at: old.canceled_at ?? atSeconds,
    ended_at: atSeconds,
  });
  scope.emit('customer.subscription.deleted', next);
  return next;
}

/** The fields that make a subscription end with its period, or go on. */
export function scheduledEnd(scope: Scope, subscription: Entity, ends: boolean) {
  return {
    cancel_at: ends ? (itemsOf(subscription)[0]?.current_period_end ?? null) : null,
    canceled_at: ends ? scope.nowSeconds() : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      reason: ends ? 'cancellation_requested' : null,
    },
  };
}

/**
 * Moves a subscription over the end of its period: it ends if it was to, else it renews, and the
 * card that pays for it may decline. An end that is still to come is brought forward to now, and
 * the periods after it count from now.
 */
export function reachPeriodEnd(scope: Scope, old: Entity): Entity {
  const item = itemsOf(old)[0];
  if (!item) throw new Error(`Subscription ${old.id} has no item`);
  const nowSeconds = scope.nowSeconds();
  const isEarly = nowSeconds < item.current_period_end;
  const atSeconds = isEarly ? nowSeconds : item.current_period_end;
  if (endsWith(old, item)) {
    const shortened = withPeriod(old, item.current_period_start, atSeconds);
    return endAt(scope, { ...shortened, cancel_at: atSeconds }, atSeconds);
  }
  const anchor = isEarly ? nowSeconds : Number(old.billing_cycle_anchor);
  const isTrialEnd = old.status === 'trialing';
  // The period rolls before the money comes, as at Stripe.
  const renewed = changeSubscription(scope, old, {
    items: withPeriod(old, atSeconds, periodEnd(anchor, atSeconds, item.price)).items,
    billing_cycle_anchor: anchor,
    status: isTrialEnd ? 'active' : old.status,
    trial_end: isTrialEnd ? atSeconds : undefined,
  });
  const invoice = billSubscription(scope, renewed, 'subscription_cycle', totalMinor(renewed));
  return changeSubscription(scope, renewed, {
    latest_invoice: invoice.id,
    status: invoice.status === 'paid' ? 'active' : 'past_due',
  });
}

function endsWith(subscription: Entity, item: Item): boolean {
  if (subscription.cancel_at_period_end === true) return true;
  return (
    subscription.cancel_at !== null && Number(subscription.cancel_at) <= item.current_period_end
  );
}

function withPeriod(subscription: Entity, startSeconds: number, endSeconds: number): Entity {
  const data = itemsOf(subscription).map((item) => ({
    ...item,
    current_period_start: startSeconds,
    current_period_end: endSeconds,
  }));
  return { ...subscription, items: { ...(subscription.items as object), data } };
}
