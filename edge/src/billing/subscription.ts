import type { Subscription } from '@dream/contract/customers';

/** What decides whether a subscription gives its plan. */
export interface SubscriptionFacts {
  id: string;
  tier: string;
  status: Subscription['status'];
  endsAtMs: number | null;
  /** Until when a missing payment is waited for; null while none is missing. */
  graceEndsAtMs: number | null;
  createdAtMs: number;
  /** The plan the customer has because of it already; null for one that is new or counts no more. */
  toldPlan: string | null;
}

const GIVING: ReadonlySet<Subscription['status']> = new Set(['active', 'trialing', 'past_due']);

/**
 * Whether a subscription gives its plan at `nowMs`. One that was to end has ended then, also if
 * nobody has told us so; one that is not paid gives it until the grace is over.
 */
export function isLive(
  {
    status,
    endsAtMs,
    graceEndsAtMs,
  }: Pick<SubscriptionFacts, 'status' | 'endsAtMs' | 'graceEndsAtMs'>,
  nowMs: number,
): boolean {
  const untilMs = Math.min(endsAtMs ?? Infinity, graceEndsAtMs ?? Infinity);
  return GIVING.has(status) && nowMs < untilMs;
}

/**
 * The one subscription that gives a customer the plan, and those that must be cancelled because it
 * does: a customer pays once. It is the one that gives it already, else the oldest live one.
 */
export function chooseSubscription<S extends SubscriptionFacts>(
  all: readonly S[],
  nowMs: number,
): { live: S | null; surplus: S[] } {
  const live = all
    .filter((subscription) => isLive(subscription, nowMs))
    .reduce<S | null>((first, next) => (first && !goesBefore(next, first) ? first : next), null);
  const surplus = live
    ? all.filter((other) => other.id !== live.id && other.status !== 'canceled')
    : [];
  return { live, surplus };
}

function goesBefore(a: SubscriptionFacts, b: SubscriptionFacts): boolean {
  if ((a.toldPlan === null) !== (b.toldPlan === null)) return a.toldPlan !== null;
  return a.createdAtMs < b.createdAtMs || (a.createdAtMs === b.createdAtMs && a.id < b.id);
}

/** The tier whose item is in a subscription at Stripe, or null when none of its prices is ours. */
export function planFromSubscription(
  items: readonly { priceId: string; renewsAtMs: number }[],
  tierOfPrice: (priceId: string) => string | null,
): { tier: string; priceId: string; renewsAtMs: number } | null {
  for (const { priceId, renewsAtMs } of items) {
    const tier = tierOfPrice(priceId);
    if (tier !== null) return { tier, priceId, renewsAtMs };
  }
  return null;
}
