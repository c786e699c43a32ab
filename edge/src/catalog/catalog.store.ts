import type { TierInput } from '@dream/contract';
import { overagePrices } from './overage.store.ts';
import type { TierRecord } from './tier.ts';

type TierRow = {
  name: string;
  body: string;
  is_default: number;
  position: number;
  stripe_product_id: string | null;
  archived_ms: number | null;
};
type PriceRow = {
  id: string;
  tier: string;
  price_minor: number;
  currency: string;
  interval: 'month' | 'year';
  stripe_price_id: string | null;
  archived_ms: number | null;
};

/** All tiers in the order they are shown, with the prices still sold. */
export function readTiers(sql: SqlStorage): TierRecord[] {
  const prices = sql
    .exec<PriceRow>('SELECT * FROM price WHERE archived_ms IS NULL ORDER BY rowid')
    .toArray();
  return sql
    .exec<TierRow>('SELECT * FROM tier ORDER BY position, name')
    .toArray()
    .map((row) => ({
      ...bodyOf(row),
      name: row.name,
      isDefault: row.is_default === 1,
      prices: prices
        .filter((price) => price.tier === row.name)
        .map((price) => ({
          priceId: price.stripe_price_id,
          priceMinor: price.price_minor,
          currency: price.currency,
          interval: price.interval,
        })),
      stripeProductId: row.stripe_product_id,
      archived: row.archived_ms !== null,
      overagePrices: overagePrices(sql, row.name),
    }));
}

/** A tier as it was written. One from before there was overage, a
 * tax behavior, or credits says nothing of it. */
function bodyOf({ body }: TierRow): TierInput {
  const tier = JSON.parse(body) as TierInput;
  const features = tier.features.map((feature) =>
    feature.kind === 'metered' ? { ...feature, overage: feature.overage ?? null } : feature,
  );
  const { taxBehavior = 'unspecified', credits = null } = tier as Partial<TierInput>;
  return { ...tier, taxBehavior, credits, features };
}
