import type { PublicTier, UsageStatus } from '@dream/contract';

/** How near a usage is to its limit. `none`: the plan includes none of it. */
export type Level = 'unlimited' | 'ok' | 'near' | 'reached' | 'none';

/** From this share of the limit on, a usage is near it. */
const NEAR = 0.8;

/** How near a usage is to its limit. */
export function levelOf({ usageCount, limit, remaining }: UsageStatus): Level {
  if (limit === 'unlimited' || remaining === 'unlimited') return 'unlimited';
  if (limit === 0) return 'none';
  if (remaining <= 0) return 'reached';
  return usageCount >= limit * NEAR ? 'near' : 'ok';
}

/** Share of the limit that is used, 0 to 1. */
export function shareOf({ usageCount, limit }: UsageStatus): number {
  if (limit === 'unlimited') return 0;
  return limit === 0 ? 1 : Math.min(1, usageCount / limit);
}

/** The cheapest tier on sale that allows more of the default feature; null when there is none. */
export function upgradeFrom(usage: UsageStatus, tiers: readonly PublicTier[]): PublicTier | null {
  const { limit } = usage;
  if (limit === 'unlimited') return null;
  const more = tiers.filter(
    (tier) => tier.prices.length > 0 && (tier.limit === 'unlimited' || tier.limit > limit),
  );
  return more.toSorted((a, b) => a.price - b.price)[0] ?? null;
}
