import type { TaxBehavior, TierInput } from '@dream/contract';
import type { Interval } from '@dream/contract/primitives';

/** What each begun `perUnits` of a feature above its limit cost, with a price of that interval. */
export interface OverageRate {
  feature: string;
  perUnits: number;
  priceMinor: number;
  currency: string;
  interval: Interval;
  taxBehavior: TaxBehavior;
}

/** What Stripe must have for the overage of a tier: prices to make, and to sell no more. */
export interface OverageToPublish {
  missing: (OverageRate & { id: string })[];
  retired: string[];
}

type Row = { [Column in keyof OverageRate]: OverageRate[Column] } & {
  id: string;
  stripePriceId: string | null;
};

const COLUMNS = `id, feature, per_units AS perUnits, price_minor AS priceMinor, currency, interval,
  tax_behavior AS taxBehavior, stripe_price_id AS stripePriceId`;

/** The overage of a tier by the price it comes with: one rate for each currency and interval sold. */
export function overageRates({
  features,
  prices,
  taxBehavior,
}: Pick<TierInput, 'features' | 'prices' | 'taxBehavior'>) {
  return features.flatMap((feature): OverageRate[] => {
    if (feature.kind !== 'metered' || !feature.overage) return [];
    const { name, overage } = feature;
    return prices.flatMap(({ currency, interval }) =>
      overage.prices
        .filter((rate) => rate.currency === currency)
        .map(({ priceMinor }) => ({
          feature: name,
          perUnits: overage.perUnits,
          priceMinor,
          currency,
          interval,
          taxBehavior,
        })),
    );
  });
}

/** Brings a tier's overage prices to these rates: what changed is archived and made anew. */
export function replaceOverage(
  sql: SqlStorage,
  tier: string,
  rates: readonly OverageRate[],
  idPrefix: string,
  nowMs: number,
): void {
  const kept = sold(sql, tier);
  const same = (a: OverageRate, b: OverageRate) =>
    a.feature === b.feature &&
    a.perUnits === b.perUnits &&
    a.priceMinor === b.priceMinor &&
    a.currency === b.currency &&
    a.interval === b.interval &&
    a.taxBehavior === b.taxBehavior;
  for (const old of kept) {
    if (rates.some((rate) => same(rate, old))) continue;
    sql.exec('UPDATE overage_price SET archived_ms = ? WHERE id = ?', nowMs, old.id);
  }
  for (const [index, rate] of rates.entries()) {
    if (kept.some((old) => same(rate, old))) continue;
    sql.exec(
      `INSERT INTO overage_price (id, tier, feature, per_units, price_minor, currency, interval, tax_behavior)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      `${idPrefix}_${index}`,
      tier,
      rate.feature,
      rate.perUnits,
      rate.priceMinor,
      rate.currency,
      rate.interval,
      rate.taxBehavior,
    );
  }
}

/** The overage prices a tier is sold with; `priceId` is null until Stripe has it. */
export function overagePrices(sql: SqlStorage, tier: string) {
  return sold(sql, tier).map(({ feature, currency, interval, stripePriceId: priceId }) => ({
    feature,
    currency,
    interval,
    priceId,
  }));
}

function sold(sql: SqlStorage, tier: string): Row[] {
  return sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM overage_price WHERE tier = ? AND archived_ms IS NULL ORDER BY rowid`,
      tier,
    )
    .toArray();
}

/** What is still to be made, or to be told Stripe, of the overage of a tier. */
export function overageToPublish(sql: SqlStorage, tier: string): OverageToPublish {
  const retired = sql
    .exec<{ id: string }>(
      `SELECT stripe_price_id AS id FROM overage_price
       WHERE tier = ? AND archived_ms IS NOT NULL AND stripe_price_id IS NOT NULL AND retired = 0`,
      tier,
    )
    .toArray()
    .map(({ id }) => id);
  return { missing: sold(sql, tier).filter((row) => row.stripePriceId === null), retired };
}
