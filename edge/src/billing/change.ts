import type { Interval } from '@dream/contract/primitives';
import type { Subscription } from '@dream/contract/customers';
import type { ItemChange } from '../providers/stripe/subscriptions.ts';

/** A tier at one of its prices. */
export interface Priced {
  tier: string;
  priceMinor: number;
  interval: Interval;
}

const MONTHS: Record<Interval, number> = { month: 1, year: 12 };

/**
 * Whether a change is made at once. It is when one pays more a month from then on, when one pays a
 * longer period of the same tier, and between tiers that cost the same; everything else waits for
 * the end of what is paid, so that nobody loses what they paid for.
 */
export function isUpgrade(from: Priced, to: Priced): boolean {
  if (from.tier === to.tier && from.interval !== to.interval) return to.interval === 'year';
  const difference = to.priceMinor * MONTHS[from.interval] - from.priceMinor * MONTHS[to.interval];
  return difference > 0 || (difference === 0 && from.tier !== to.tier);
}

/** How a change of a live subscription is made. */
export type ChangeTiming =
  /** At once. `isProrated`: what is left of the period is paid for now; in a trial nothing is. */
  | { kind: 'upgrade'; isProrated: boolean }
  /** When the period that is paid ends. */
  | { kind: 'downgrade'; atMs: number };

/** When a change begins. In a trial nothing is paid yet, so every change is made at once. */
export function decideTiming(
  from: Priced,
  to: Priced,
  live: { status: Subscription['status']; periodEndsAtMs: number },
): ChangeTiming {
  if (live.status === 'trialing') return { kind: 'upgrade', isProrated: false };
  if (isUpgrade(from, to)) return { kind: 'upgrade', isProrated: true };
  return { kind: 'downgrade', atMs: live.periodEndsAtMs };
}

/** A line of a subscription. Which of them are ours is for the caller to know. */
export interface Item {
  id: string;
  priceId: string;
}

/**
 * What to ask of Stripe so that a subscription has the lines of `priceIds`, the plan's own first.
 * The plan's line is changed in place, for its history and its usage; lines of others stay.
 */
export function itemChanges(
  items: readonly Item[],
  ours: (priceId: string) => boolean,
  priceIds: readonly string[],
): ItemChange[] {
  const kept = items.filter(({ priceId }) => priceIds.includes(priceId));
  const old = items.filter(({ priceId }) => ours(priceId) && !priceIds.includes(priceId));
  const missing = priceIds.filter((id) => !kept.some(({ priceId }) => priceId === id));
  const [plan] = priceIds;
  const replaced = plan !== undefined && missing.includes(plan) ? old[0] : undefined;
  return [
    ...(replaced && plan !== undefined ? [{ id: replaced.id, price: plan }] : []),
    ...old.filter((item) => item !== replaced).map(({ id }) => ({ id, deleted: true as const })),
    ...missing.filter((id) => !(replaced && id === plan)).map((price) => ({ price })),
  ];
}

/**
 * Whether a change at once, begun at `sinceMs`, takes back what is to become of a subscription: a
 * schedule, and an end that was asked for before it.
 */
export const isTakenBack = (
  {
    isScheduled,
    endsAtMs,
    endAskedAtMs,
  }: { isScheduled: boolean; endsAtMs: number | null; endAskedAtMs: number | null },
  sinceMs: number,
): boolean =>
  isScheduled || (endsAtMs !== null && endAskedAtMs !== null && endAskedAtMs <= sinceMs);
