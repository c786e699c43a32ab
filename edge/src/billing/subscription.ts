import type { Subscription } from '@dream/contract/customers';
import type { Interval } from '@dream/contract/primitives';
import type { SubscriptionTerms } from '../customers/plan.ts';

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
export function planFromSubscription<Item extends { priceId: string }>(
  items: readonly Item[],
  tierOfPrice: (priceId: string) => string | null,
): (Item & { tier: string }) | null {
  for (const item of items) {
    const tier = tierOfPrice(item.priceId);
    if (tier !== null) return { ...item, tier };
  }
  return null;
}

/** The period of a subscription that runs, and what is paid for in it. Null: not known yet. */
export interface SubscriptionPeriod {
  priceId: string;
  periodStartMs: number | null;
  periodEndMs: number | null;
}

/**
 * Since when the count of a subscriber counts, given what was known and what is: a renewal begins it
 * anew, a change of plan carries it, also one that begins a new period at once, as from month to
 * year. Null: nothing was renewed yet.
 */
export function countFrom(
  known: (SubscriptionPeriod & { countFromMs: number | null }) | undefined,
  now: SubscriptionPeriod,
): number | null {
  if (!known || known.periodStartMs === null || known.periodEndMs === null) return null;
  const startMs = now.periodStartMs ?? known.periodStartMs;
  const isLater = startMs > known.periodStartMs;
  const isRenewal = isLater && (now.priceId === known.priceId || startMs >= known.periodEndMs);
  return isRenewal ? startMs : known.countFromMs;
}

/** Statuses under which nothing was ever paid for. */
const NEVER_PAID: ReadonlySet<Subscription['status']> = new Set(['incomplete', 'trialing']);

/**
 * Whether a subscription bills overage of an instant: one that has ended since does, up to its end.
 */
export function billsAt(
  subscription: Pick<SubscriptionFacts, 'status' | 'endsAtMs'> & { billed: readonly string[] },
  feature: string,
  atMs: number,
): boolean {
  const { status, endsAtMs, billed } = subscription;
  if (NEVER_PAID.has(status) || !billed.includes(feature)) return false;
  // An end is told in whole seconds: what came before it in its second counts, too.
  return endsAtMs === null || atMs < endsAtMs + 1000;
}

/** What the customer's shard is told of a live subscription. A trial pays for no overage. */
export function termsOf(live: {
  status: Subscription['status'];
  periodStartMs: number | null;
  periodEndMs: number | null;
  interval: Interval | null;
  endsAtMs: number | null;
  countFromMs: number | null;
  billed: readonly string[];
}): SubscriptionTerms | null {
  const { periodStartMs, periodEndMs, interval, endsAtMs, countFromMs } = live;
  if (periodStartMs === null || periodEndMs === null || interval === null) return null;
  const billed = live.status === 'trialing' ? [] : live.billed;
  return { periodStartMs, periodEndMs, interval, endsAtMs, countFromMs, billed };
}
