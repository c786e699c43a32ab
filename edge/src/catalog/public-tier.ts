import type { Overage, PublicTier } from '@dream/contract';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type { TierRecord } from './tier.ts';

/** The tiers a page may show: listed, not archived, in their order. */
export function publicTiers(tiers: readonly TierRecord[]): PublicTier[] {
  return tiers.filter((tier) => tier.listed && !tier.archived).map(publicTier);
}

function publicTier(tier: TierRecord): PublicTier {
  const sold = tier.prices.flatMap(({ priceId, priceMinor, currency, interval }) =>
    priceId === null ? [] : [{ priceId, price: priceMinor, currency, interval }],
  );
  const shown = tier.prices[0];
  const metered = tier.features.find((feature) => feature.name === DEFAULT_FEATURE);
  return {
    name: tier.name,
    displayName: tier.displayName,
    description: tier.description,
    price: shown?.priceMinor ?? 0,
    currency: shown?.currency ?? null,
    interval: shown?.interval ?? null,
    limit: limitOf(tier, metered),
    features: tier.highlights,
    popular: tier.popular,
    priceId: shown?.priceId ?? null,
    prices: sold,
    trialDays: tier.trialDays,
    overage: tier.features.flatMap((feature) =>
      feature.kind !== 'metered' || !feature.overage
        ? []
        : overageLines(feature.name, feature.overage, tier),
    ),
  };
}

/** Units a period: of a feature that draws on credits, what the allowance alone is enough for. */
function limitOf(tier: TierRecord, feature: TierRecord['features'][number] | undefined) {
  if (feature?.kind === 'metered') return feature.limitUnits ?? 'unlimited';
  if (feature?.kind !== 'credits') return 0;
  return Math.floor((tier.credits?.allowanceUnits ?? 0) / feature.weight);
}

/** What overage costs, in the currencies the tier is sold in. */
function overageLines(
  feature: string,
  { perUnits, prices }: Overage,
  tier: TierRecord,
): PublicTier['overage'] {
  return prices
    .filter(({ currency }) => tier.prices.some((price) => price.currency === currency))
    .map(({ priceMinor, currency }) => ({ feature, perUnits, price: priceMinor, currency }));
}

/** A tier as the management routes show it, without what only we need to know. */
export function managedTier({
  stripeProductId: _product,
  overagePrices: _overage,
  ...tier
}: TierRecord): Omit<TierRecord, 'stripeProductId' | 'overagePrices'> {
  return tier;
}
