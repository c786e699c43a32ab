import { decimalsOf, lazily, money } from './ui/format.ts';

/** An amount in a currency, as it is typed. */
export interface AmountDraft {
  amount: string;
  currency: string;
}

/** The most Stripe takes at once, and the edge, in minor units. */
const MOST_MINOR = 99_999_999;

/** What Stripe charges no finer than, where that is more than one minor unit. */
const STEPS: Readonly<Record<string, number>> = {
  bhd: 10,
  jod: 10,
  kwd: 10,
  omr: 10,
  tnd: 10,
  isk: 100,
  ugx: 100,
};

/** Minor units as they are typed: 1900 dollars' cents are "19", 1950 are "19.50". */
export function amountText(priceMinor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const text = (priceMinor / 10 ** decimals).toFixed(decimals);
  return text.replace(/\.0+$/, '');
}

/** What was typed, in minor units; null when it is no amount of that currency. */
export function minorUnits(amount: string, currency: string): number | null {
  const [, whole = '', part = ''] = /^(\d{1,10})(?:[.,](\d{1,3}))?$/.exec(amount.trim()) ?? [];
  const decimals = decimalsOf(currency);
  if (whole === '' || part.length > decimals) return null;
  // By digits: 19.99 * 100 is not 1999.
  return Number(whole + part.padEnd(decimals, '0'));
}

const known = lazily(() => new Set(Intl.supportedValuesOf('currency')));

/** What is wrong with an amount and its currency, or null. `leastMinor` 0 lets it be free. */
export function amountFault(
  { amount, currency }: AmountDraft,
  leastMinor: 0 | 1 = 1,
): string | null {
  if (!/^[a-z]{3}$/i.test(currency)) return 'Must be a three-letter currency code, like "usd".';
  // Stripe would refuse it, too, but only when everything else is typed.
  if (!known().has(currency.toUpperCase())) return `There is no currency “${currency}”.`;
  const minor = minorUnits(amount, currency);
  if (minor === null || minor < leastMinor)
    return leastMinor === 0
      ? 'Must be an amount, like 5 or 4.90; 0 is free.'
      : 'Must be an amount above nothing, like 19 or 19.50.';
  if (minor > MOST_MINOR) return `Must be ${money(MOST_MINOR, currency)} at most.`;
  const step = STEPS[currency.toLowerCase()] ?? 1;
  return minor % step === 0
    ? null
    : `Must be in steps of ${amountText(step, currency)}: Stripe charges no finer in this currency.`;
}

/** What is wrong with amounts of which each has a currency of its own, by their place. */
export function amountFaults(
  amounts: readonly AmountDraft[],
  leastMinor: 0 | 1 = 1,
): (string | null)[] {
  return amounts.map((each, index) => {
    const code = each.currency.toLowerCase();
    const isTwice = amounts.slice(0, index).some((one) => one.currency.toLowerCase() === code);
    const fault = amountFault(each, leastMinor);
    return fault ?? (isTwice ? 'There is one in this currency already.' : null);
  });
}
