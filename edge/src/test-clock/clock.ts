import type { ClockTarget } from '@dream/contract/test-clock';
import type { Interval } from '@dream/contract/primitives';

/** Where time can be moved; a limit is reached without it. */
export type Moment = Exclude<ClockTarget, 'limit'>;

/** What lies ahead of a subscriber. */
export interface Ahead {
  renewsAtMs: number | null;
  endsAtMs: number | null;
  periodEndMs: number | null;
  trialEndsAtMs: number | null;
  graceEndsAtMs: number | null;
}

/**
 * Stripe tries a payment about an hour after the invoice of a period was made; two hours later it is
 * known what became of it.
 */
const SETTLED_MS = 2 * 3_600_000;

/** The instant to move to, or null when the subscription has no such moment ahead. */
export function momentOf(to: Moment, ahead: Ahead): number | null {
  const settled = (atMs: number | null) => (atMs === null ? null : atMs + SETTLED_MS);
  switch (to) {
    case 'renewal':
      return settled(ahead.renewsAtMs);
    case 'trial_end':
      return settled(ahead.trialEndsAtMs);
    case 'period_end':
      return ahead.endsAtMs ?? ahead.periodEndMs;
    case 'grace_end':
      return ahead.graceEndsAtMs;
  }
}

const DAY_MS = 86_400_000;

/** How far Stripe moves a clock at once: two intervals of its shortest subscription. */
export const longestMoveMs = (intervals: readonly (Interval | null)[]): number =>
  2 * (intervals.every((interval) => interval === 'year') ? 365 : 28) * DAY_MS;
