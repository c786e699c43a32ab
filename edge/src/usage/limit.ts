import type { TierCredits, TierFeature } from '@dream/contract';
import type { SubscriptionTerms } from '../customers/plan.ts';

/** What a shard knows of a tier. */
export interface TierLimits {
  /**
   * Units a period by metered feature, null for no limit, which one that draws on credits has by itself
   * not either; `true` for a boolean feature.
   */
  features: Readonly<Record<string, number | null | true>>;
  /** Those that count on above their limit, what is above being billed. Left out when there are none. */
  soft?: readonly string[];
  /** What a unit of those that draw on credits takes. Left out when there are none. */
  weights?: Readonly<Record<string, number>>;
  /** The credits that come with the tier, if any do. */
  credits?: Pick<TierCredits, 'allowanceUnits' | 'rollOverCapUnits'>;
  rateLimitPerMinute: number | null;
}

/** How long a rate-limit window lasts. It starts with the first call after the one before ended. */
export const RATE_WINDOW_MS = 60_000;

/** The running rate-limit window of a customer. */
export interface RateWindow {
  startMs: number;
  calls: number;
}

/** Parts of a limit, in per cent, that others are told of when usage reaches them. */
export type Threshold = 80 | 100;

/** `crossed` are the thresholds that usage was below before this call, and is not any more. */
export type Decision =
  | { allowed: true; usedUnits: number; window: RateWindow; crossed: readonly Threshold[] }
  | { allowed: false; reason: 'limit_reached'; limitUnits: number }
  | { allowed: false; reason: 'rate_limited'; retryAfterMs: number }
  | { allowed: false; reason: 'feature_not_included' };

/**
 * Whether a customer may use `amountUnits` more. A call that would cross the limit is refused
 * whole, unless the customer may go on above it (`isSoft`); a refused call counts nothing, not even
 * against the rate limit. Units in holds (`heldUnits`) are taken, and not used yet.
 */
export function decideUsage(
  tier: TierLimits,
  feature: string,
  usedUnits: number,
  amountUnits: number,
  window: RateWindow,
  nowMs: number,
  isSoft = false,
  heldUnits = 0,
): Decision {
  const limitUnits = tier.features[feature];
  if (limitUnits === undefined) return { allowed: false, reason: 'feature_not_included' };
  const current = windowAt(window, nowMs);
  if (tier.rateLimitPerMinute !== null && current.calls >= tier.rateLimitPerMinute) {
    return {
      allowed: false,
      reason: 'rate_limited',
      retryAfterMs: current.startMs + RATE_WINDOW_MS - nowMs,
    };
  }
  const afterUnits = usedUnits + amountUnits;
  if (typeof limitUnits === 'number' && afterUnits + heldUnits > limitUnits && !isSoft) {
    return { allowed: false, reason: 'limit_reached', limitUnits };
  }
  return {
    allowed: true,
    usedUnits: afterUnits,
    window: windowAfter(window, nowMs),
    crossed: typeof limitUnits === 'number' ? crossed(usedUnits, afterUnits, limitUnits) : NONE,
  };
}

// Nearly every call crosses nothing: it must not make a list to say so.
const NONE: readonly Threshold[] = [];
const MOST: readonly Threshold[] = [80];
const ALL: readonly Threshold[] = [100];
const BOTH: readonly Threshold[] = [80, 100];

function crossed(usedUnits: number, afterUnits: number, limitUnits: number): readonly Threshold[] {
  // In hundredths, so that no fraction is rounded.
  const reaches = (percent: Threshold) =>
    usedUnits * 100 < limitUnits * percent && afterUnits * 100 >= limitUnits * percent;
  if (reaches(100)) return reaches(80) ? BOTH : ALL;
  return reaches(80) ? MOST : NONE;
}

/** What happens to units above a limit: the call is refused, or they are counted, or billed, too. */
export type AboveLimit = 'refused' | 'counted' | 'billed';

/**
 * What happens to units above the limit of a feature. A subscriber goes on above it only who pays for
 * that: not in a trial, and not with a subscription from before the feature had overage. Whom the
 * developer gave the plan without one goes on unbilled.
 */
export function aboveLimit(
  tier: TierLimits,
  feature: string,
  subscription: SubscriptionTerms | null,
  nowMs: number,
): AboveLimit {
  if (!tier.soft?.includes(feature)) return 'refused';
  if (subscription === null) return 'counted';
  const isLive = subscription.endsAtMs === null || nowMs < subscription.endsAtMs;
  return isLive && subscription.billed.includes(feature) ? 'billed' : 'refused';
}

/**
 * How many of a call's units are to be billed as overage, after `billedUnits` of the period were.
 * Nobody pays for a unit that was within the limit when it was used, so a limit lowered since bills
 * this call's units at most; and what a raised limit covers now is not billed once more.
 */
export function newOverageUnits(
  limitUnits: number,
  usedUnits: number,
  amountUnits: number,
  billedUnits: number,
): number {
  const aboveUnits = usedUnits + amountUnits - limitUnits;
  return Math.min(amountUnits, Math.max(0, aboveUnits - billedUnits));
}

/** The window after one more call. */
export function windowAfter(window: RateWindow, nowMs: number): RateWindow {
  const { startMs, calls } = windowAt(window, nowMs);
  return { startMs, calls: calls + 1 };
}

/** The window at an instant: the running one, or a new one if it is over or lies in the future. */
function windowAt(window: RateWindow, nowMs: number): RateWindow {
  const ageMs = nowMs - window.startMs;
  return ageMs >= 0 && ageMs < RATE_WINDOW_MS ? window : { startMs: nowMs, calls: 0 };
}

/** The limits of a tier in the form shards keep. */
export function limitsOf(tier: {
  features: readonly TierFeature[];
  credits: TierCredits | null;
  rateLimitPerMinute: number | null;
}): TierLimits {
  const features = tier.features.map((feature) => [feature.name, unitsOf(feature)] as const);
  const soft = tier.features.flatMap((feature) =>
    feature.kind === 'metered' && feature.overage ? [feature.name] : [],
  );
  const weights = tier.features.flatMap((feature) =>
    feature.kind === 'credits' ? [[feature.name, feature.weight] as const] : [],
  );
  return {
    features: Object.fromEntries(features),
    ...(soft.length > 0 && { soft }),
    ...(weights.length > 0 && { weights: Object.fromEntries(weights) }),
    ...(tier.credits && { credits: tier.credits }),
    rateLimitPerMinute: tier.rateLimitPerMinute,
  };
}

const unitsOf = (feature: TierFeature): number | null | true => {
  if (feature.kind === 'boolean') return true;
  return feature.kind === 'metered' ? feature.limitUnits : null;
};
