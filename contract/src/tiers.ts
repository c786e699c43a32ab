import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { amountEntries, at, inSteps, PriceOfEachCurrency, TaxBehavior } from './price.ts';
import { Interval, Limit, Name, text, whole, wholeOrNull } from './primitives.ts';
import { route } from './respond.ts';

/** One price of a tier. `priceMinor` is in the currency's minor unit (cents). */
export const TierPrice = v.pipe(
  v.strictObject({ ...amountEntries, interval: Interval }),
  inSteps(),
);
export type TierPrice = v.InferOutput<typeof TierPrice>;

/**
 * What units above the limit cost: each begun `perUnits` of them costs `priceMinor`, in the currency
 * the customer pays in. Billed at the end of the subscription's period.
 */
export const Overage = v.strictObject({
  perUnits: whole(1, 1_000_000),
  prices: PriceOfEachCurrency,
});
export type Overage = v.InferOutput<typeof Overage>;

/**
 * What a tier allows. `metered`: `limitUnits` a period, null for no limit; with `overage` it counts
 * on above the limit and bills what is above, without it refuses there. `boolean`: allowed. `credits`:
 * each unit takes `weight` credits of the customer's one balance, and without them it is refused.
 * A feature that a tier does not list is not included in it.
 */
export const TierFeature = v.variant('kind', [
  v.strictObject({
    kind: v.literal('metered'),
    name: Name,
    limitUnits: wholeOrNull(0, 1_000_000_000_000, 'no limit'),
    overage: v.optional(v.nullable(Overage), null),
  }),
  v.strictObject({ kind: v.literal('boolean'), name: Name }),
  v.strictObject({ kind: v.literal('credits'), name: Name, weight: whole(1, 1_000_000) }),
]);
export type TierFeature = v.InferOutput<typeof TierFeature>;

/** How many allowances may be rolled over at most. */
const MOST_ROLLED_OVER = 100;

/**
 * Credits that come with a plan: so many each period. What is left at its end is over, except for
 * `rollOverCapUnits` at most, which are good for one period more; of what rolled over before, too.
 */
export const TierCredits = v.pipe(
  v.strictObject({
    allowanceUnits: whole(1, 1_000_000_000_000),
    rollOverCapUnits: v.optional(whole(0, 100_000_000_000_000), 0),
  }),
  v.check(
    ({ allowanceUnits, rollOverCapUnits }) => rollOverCapUnits <= allowanceUnits * MOST_ROLLED_OVER,
    `Must roll over at most ${MOST_ROLLED_OVER} times the allowance.`,
  ),
);
export type TierCredits = v.InferOutput<typeof TierCredits>;

/** How many tiers an environment can have, archived ones too: every Worker knows all of them. */
export const MAX_TIERS = 100;

const tierEntries = {
  displayName: text(60),
  description: v.optional(text(300, 0), ''),
  prices: v.optional(
    v.pipe(
      v.array(TierPrice),
      v.maxLength(20, 'Must have at most 20 prices.'),
      v.check(
        (list) => new Set(list.map((p) => p.currency + p.interval)).size === list.length,
        'Must have one price for each currency and interval.',
      ),
    ),
    [],
  ),
  taxBehavior: v.optional(TaxBehavior, 'unspecified'),
  features: v.pipe(
    v.array(TierFeature),
    v.maxLength(50, 'Must have at most 50 features.'),
    v.check(
      (list) => new Set(list.map((f) => f.name)).size === list.length,
      'Must name each feature once.',
    ),
  ),
  credits: v.optional(v.nullable(TierCredits), null),
  /** Lines of the price table. */
  highlights: v.optional(
    v.pipe(v.array(text(120)), v.maxLength(20, 'Must have at most 20 lines.')),
    [],
  ),
  popular: v.optional(v.boolean(), false),
  /** An unlisted tier is shown nowhere and can be set or sold by secret key only. */
  listed: v.optional(v.boolean(), true),
  /** The tier of customers for whom nothing else decides. Exactly one is; left out, it stays as it was. */
  isDefault: v.optional(v.boolean()),
  trialDays: v.optional(whole(0, 730), 0),
  rateLimitPerMinute: v.optional(wholeOrNull(1, 1_000_000, 'no rate limit'), 100),
  position: v.optional(whole(0, 1000), 0),
};

/** What is wrong with the overage of a feature in its tier; null when nothing is. */
function overageFault(
  feature: TierFeature,
  prices: readonly { currency: string }[],
): string | null {
  if (feature.kind !== 'metered' || !feature.overage) return null;
  const priced = new Set(feature.overage.prices.map(({ currency }) => currency));
  if (feature.limitUnits === null)
    return 'Must be of a feature with a limit: overage is what is above it.';
  if (prices.length === 0)
    return 'Must be of a tier with prices: overage is billed with the subscription.';
  const missing = prices.find(({ currency }) => !priced.has(currency));
  return missing ? `Must have a price in ${missing.currency}, as the tier has one.` : null;
}

/** A tier as a developer writes it. No prices: free. `rateLimitPerMinute` null: no rate limit. */
export const TierInput = v.pipe(
  v.strictObject(tierEntries),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues) return;
    const { features, prices } = dataset.value;
    for (const [index, feature] of features.entries()) {
      const message = overageFault(feature, prices);
      if (message === null) continue;
      const path = [
        at(dataset.value, 'features'),
        at(features, `${index}`),
        at(feature, 'overage'),
      ];
      addIssue({ message, path: path as [(typeof path)[0]] });
    }
  }),
);
export type TierInput = v.InferOutput<typeof TierInput>;

/** A tier as the management routes show it. */
export const Tier = v.object({
  name: Name,
  displayName: v.string(),
  description: v.string(),
  prices: v.array(v.object({ ...TierPrice.entries, priceId: v.nullable(v.string()) })),
  taxBehavior: TaxBehavior,
  features: v.array(TierFeature),
  credits: v.nullable(TierCredits),
  highlights: v.array(v.string()),
  popular: v.boolean(),
  listed: v.boolean(),
  isDefault: v.boolean(),
  trialDays: v.number(),
  rateLimitPerMinute: v.nullable(v.number()),
  position: v.number(),
  /** Nobody new gets an archived tier; who has it keeps it. Written again, it is offered again. */
  archived: v.boolean(),
});
export type Tier = v.InferOutput<typeof Tier>;

/**
 * A tier as pages show it. `name` is what `plan` and `tier` take; `price` is in minor units, of the
 * first price (0, null, null for a free tier); `prices` has them all; `features` are the lines of
 * the price table; `limit` is of the default metered feature; `overage` has a line for each feature
 * that goes on above its limit, and currency.
 */
export const PublicTier = v.object({
  name: Name,
  displayName: v.string(),
  description: v.string(),
  price: v.number(),
  currency: v.nullable(v.string()),
  interval: v.nullable(Interval),
  limit: Limit,
  features: v.array(v.string()),
  popular: v.boolean(),
  priceId: v.nullable(v.string()),
  prices: v.array(
    v.object({ priceId: v.string(), price: v.number(), currency: v.string(), interval: Interval }),
  ),
  trialDays: v.number(),
  /** "then $2 per 1,000": what each begun `perUnits` of a feature above its limit cost. */
  overage: v.array(
    v.object({ feature: Name, perUnits: v.number(), price: v.number(), currency: v.string() }),
  ),
});
export type PublicTier = v.InferOutput<typeof PublicTier>;

export const listTiers = route({
  method: 'get',
  path: '/api/tiers',
  summary: 'The listed tiers, in the order they are shown.',
  auth: ['pk', 'sk'],
  answer: v.object({ tiers: v.array(PublicTier) }),
  errors: [...KEY_ERRORS, 'origin_not_allowed'],
});
