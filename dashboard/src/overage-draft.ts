import type { TierFeature, TierInput } from '@dream/contract';
import { type AmountDraft, amountFaults, amountText, minorUnits } from './amount.ts';
import { count, money } from './ui/format.ts';
import { wholeFault } from './validation.ts';

type Overage = NonNullable<Extract<TierFeature, { kind: 'metered' }>['overage']>;

/** What units above a limit cost, as it is typed. */
export interface OverageDraft {
  perUnits: string;
  prices: readonly AmountDraft[];
}

/** Overage that is not priced yet, in each currency that a tier is sold in. */
export function newOverage(prices: readonly AmountDraft[]): OverageDraft {
  const currencies = [...new Set(prices.map(({ currency }) => currency.toLowerCase()))];
  return { perUnits: '1', prices: currencies.map((currency) => ({ amount: '', currency })) };
}

/** Overage, ready to be changed. */
export const overageToDraft = ({ perUnits, prices }: Overage): OverageDraft => ({
  perUnits: String(perUnits),
  prices: prices.map(({ priceMinor, currency }) => ({
    amount: amountText(priceMinor, currency),
    currency,
  })),
});

/** What was typed, as the API takes it. Only for a draft without faults. */
export const draftToOverage = ({ perUnits, prices }: OverageDraft): Overage => ({
  perUnits: Number(perUnits),
  prices: prices.map(({ amount, currency }) => ({
    priceMinor: minorUnits(amount, currency) ?? 0,
    currency: currency.toLowerCase(),
  })),
});

/** What is wrong with overage in its tier, by field: `perUnits`, `prices`, `prices.1`. */
export function overageFaults(
  { perUnits, prices }: OverageDraft,
  sold: readonly AmountDraft[],
): Record<string, string | null> {
  const found: Record<string, string | null> = {
    perUnits: wholeFault(perUnits, 1, 1_000_000),
    prices: soldFault(prices, sold),
  };
  for (const [index, fault] of amountFaults(prices).entries()) found[`prices.${index}`] = fault;
  return found;
}

function soldFault(prices: readonly AmountDraft[], sold: readonly AmountDraft[]): string | null {
  if (sold.length === 0)
    return 'Must be of a tier with prices: it is billed with the subscription.';
  if (prices.length === 0) return 'Must have a price.';
  if (prices.length > 20) return 'Must have at most 20 prices.';
  const priced = new Set(prices.map(({ currency }) => currency.toLowerCase()));
  const missing = sold.find(({ currency }) => !priced.has(currency.toLowerCase()));
  return missing
    ? `Must have a price in ${missing.currency.toUpperCase()}, as the tier has one.`
    : null;
}

/** What a change of overage does at Stripe, a sentence for each feature and currency. */
export function overageChanges(
  before: Pick<TierInput, 'features'> | null,
  after: Pick<TierInput, 'features'>,
): string[] {
  const was = ratesOf(before?.features ?? []);
  const now = ratesOf(after.features);
  const made = [...now].filter((rate) => !was.has(rate));
  const gone = [...was].filter((rate) => !now.has(rate));
  return [
    ...made.map((rate) => `A metered price of ${rate} above the limit is made.`),
    ...gone.map((rate) => `That of ${rate} is archived: who has subscribed keeps it.`),
  ];
}

/** Every rate of overage in words, which are the same for the same rate. */
function ratesOf(features: readonly TierFeature[]): Set<string> {
  const words = features.flatMap((feature) => {
    if (feature.kind !== 'metered' || !feature.overage) return [];
    const { perUnits, prices } = feature.overage;
    const lot = perUnits === 1 ? 'a unit' : `for every ${count(perUnits)}`;
    return prices.map(
      ({ priceMinor, currency }) => `${money(priceMinor, currency)} ${lot} of ${feature.name}`,
    );
  });
  return new Set(words);
}
