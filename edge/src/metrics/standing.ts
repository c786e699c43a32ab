import type { Interval } from '@dream/contract/primitives';
import { isLive } from '../billing/subscription.ts';

/** What a subscription adds to the numbers of its environment. `none`: nothing. */
export interface Standing {
  state: 'active' | 'trialing' | 'past_due' | 'none';
  isCancelling: boolean;
  /** What its price comes to in a year, so that a yearly one is a whole number of minor units. */
  yearMinor: number;
  /** Empty where the price is not one of ours any more. */
  currency: string;
  /** When it stops adding anything, also if nobody tells us so; null for one that goes on. */
  untilMs: number | null;
}

/** One step of a number on a day. */
export interface Step {
  metric: string;
  /** A currency for money, else empty. */
  key: string;
  value: number;
}

/** Before anything was known of a subscription, and after it is over. */
export const NOTHING: Standing = {
  state: 'none',
  isCancelling: false,
  yearMinor: 0,
  currency: '',
  untilMs: null,
};

/** What a subscription is to the numbers at an instant of its customer's time. */
export function standingOf(
  subscription: Parameters<typeof isLive>[0] & {
    priceMinor: number | null;
    currency: string | null;
    interval: Interval | null;
  },
  nowMs: number,
): Standing {
  const { status, endsAtMs, graceEndsAtMs, priceMinor, currency, interval } = subscription;
  const isGiving = status === 'active' || status === 'trialing' || status === 'past_due';
  if (!isGiving || !isLive(subscription, nowMs)) return NOTHING;
  const untilMs = Math.min(endsAtMs ?? Infinity, graceEndsAtMs ?? Infinity);
  return {
    state: status,
    isCancelling: endsAtMs !== null,
    yearMinor: priceMinor === null ? 0 : priceMinor * (interval === 'year' ? 1 : 12),
    currency: priceMinor === null ? '' : (currency ?? ''),
    untilMs: untilMs === Infinity ? null : untilMs,
  };
}

/** Whether money is expected of it: it counts for MRR and for churn. */
export const isPaying = ({ state }: Pick<Standing, 'state'>): boolean =>
  state === 'active' || state === 'past_due';

/** The steps that lead from what a subscription added to what it adds now; none where nothing changed. */
export function stepsBetween(was: Standing, is: Standing): Step[] {
  const sums = new Map<string, Step>();
  for (const { metric, key, value } of [
    ...partsOf(was).map((part) => ({ ...part, value: -part.value })),
    ...partsOf(is),
  ]) {
    const name = `${metric} ${key}`;
    sums.set(name, { metric, key, value: (sums.get(name)?.value ?? 0) + value });
  }
  return [...sums.values()].filter(({ value }) => value !== 0);
}

function partsOf(standing: Standing): Step[] {
  const { state, isCancelling, yearMinor, currency } = standing;
  if (state === 'none') return [];
  const parts: Step[] = [{ metric: state, key: '', value: 1 }];
  if (isCancelling) parts.push({ metric: 'cancelling', key: '', value: 1 });
  if (isPaying(standing) && currency !== '')
    parts.push({ metric: 'year', key: currency, value: yearMinor });
  return parts;
}
