import type { TierFeature } from '@dream/contract';

/** What a shard knows of a tier. */
export interface TierLimits {
  /** Units a period by metered feature, null for no limit; `true` for a boolean feature. */
  features: Readonly<Record<string, number | null | true>>;
  rateLimitPerMinute: number | null;
}

/** How long a rate-limit window lasts. It starts with the first call after the one before ended. */
export const RATE_WINDOW_MS = 60_000;

/** The running rate-limit window of a customer. */
export interface RateWindow {
  startMs: number;
  calls: number;
}

export type Decision =
  | { allowed: true; usedUnits: number; window: RateWindow }
  | { allowed: false; reason: 'limit_reached'; limitUnits: number }
  | { allowed: false; reason: 'rate_limited'; retryAfterMs: number }
  | { allowed: false; reason: 'feature_not_included' };

/**
 * Whether a customer may use `amountUnits` more. A call that would cross the limit is refused
 * whole; a refused call counts nothing, not even against the rate limit.
 */
export function decideUsage(
  tier: TierLimits,
  feature: string,
  usedUnits: number,
  amountUnits: number,
  window: RateWindow,
  nowMs: number,
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
  if (typeof limitUnits === 'number' && usedUnits + amountUnits > limitUnits) {
    return { allowed: false, reason: 'limit_reached', limitUnits };
  }
  return {
    allowed: true,
    usedUnits: usedUnits + amountUnits,
    window: { startMs: current.startMs, calls: current.calls + 1 },
  };
}

/** The window at an instant: the running one, or a new one if it is over or lies in the future. */
function windowAt(window: RateWindow, nowMs: number): RateWindow {
  const ageMs = nowMs - window.startMs;
  return ageMs >= 0 && ageMs < RATE_WINDOW_MS ? window : { startMs: nowMs, calls: 0 };
}

/** The limits of a tier in the form shards keep. */
export function limitsOf(tier: {
  features: readonly TierFeature[];
  rateLimitPerMinute: number | null;
}): TierLimits {
  const features = tier.features.map(
    (feature) => [feature.name, feature.kind === 'metered' ? feature.limitUnits : true] as const,
  );
  return { features: Object.fromEntries(features), rateLimitPerMinute: tier.rateLimitPerMinute };
}
