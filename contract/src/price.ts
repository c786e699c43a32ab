import * as v from 'valibot';
import { Currency, whole } from './primitives.ts';

/**
 * The steps in which Stripe takes amounts of some currencies: of three decimals it charges two, and
 * of these two currencies none, though it counts them in hundredths.
 * Source: Stripe, "Supported currencies", on three-decimal currencies and special cases.
 */
const STEPS: Readonly<Record<string, number>> = {
  bhd: 10,
  jod: 10,
  kwd: 10,
  omr: 10,
  tnd: 10,
  isk: 100,
  ugx: 100,
};

/** An amount above zero and its currency, as Stripe charges it; check it with `inSteps`. */
export const amountEntries = { priceMinor: whole(1, 99_999_999), currency: Currency };

/** Refuses an amount that is finer than what Stripe charges in its currency. */
export const inSteps = <T extends { priceMinor: number; currency: string }>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues) return;
    const { value } = dataset;
    const step = STEPS[value.currency] ?? 1;
    if (value.priceMinor % step === 0) return;
    const message = `Must be a multiple of ${step} in this currency: Stripe charges no finer steps.`;
    addIssue({ message, path: [at(value, 'priceMinor')] });
  });

/** Where in an object an issue is. */
export const at = (input: object, key: string) => ({
  type: 'object' as const,
  origin: 'value' as const,
  input: input as Record<string, unknown>,
  key,
  value: (input as Record<string, unknown>)[key],
});

/** One to 20 prices of one thing, each in a currency of its own. */
export const PriceOfEachCurrency = v.pipe(
  v.array(v.pipe(v.strictObject(amountEntries), inSteps())),
  v.minLength(1, 'Must have a price.'),
  v.maxLength(20, 'Must have at most 20 prices.'),
  v.check(
    (list) => new Set(list.map((p) => p.currency)).size === list.length,
    'Must have one price for each currency.',
  ),
);

/** Whether tax is inside a price or comes on top. `unspecified`: as the Stripe account has it set. */
export const TaxBehavior = v.picklist(
  ['inclusive', 'exclusive', 'unspecified'],
  'Must be "inclusive", "exclusive" or "unspecified".',
);
export type TaxBehavior = v.InferOutput<typeof TaxBehavior>;
