/** Currencies whose minor unit at Stripe has other than two decimal digits. */
const DIGITS: readonly [number, string][] = [
  [0, 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'],
  [3, 'bhd jod kwd omr tnd'],
];

/**
 * Decimal digits of a currency's minor unit, as Stripe counts it. Browsers go by how people pay in
 * cash, and differ among each other: by them a price in forint would be a hundred times too high.
 * Source: Stripe, "Supported currencies"; ISK and UGX have two digits there, always 00.
 */
export function digitsOf(currency: string): number {
  return DIGITS.find(([, all]) => all.includes(currency.toLowerCase()))?.[0] ?? 2;
}

/**
 * A price as people of a language write it, from minor units. Whole amounts lose their zeros. Where it
 * is written from right to left, it is kept in one piece: else `US$` would come out as `$US`.
 */
export function money(priceMinor: number, currency: string, language: string): string {
  const digits = digitsOf(currency);
  const amount = priceMinor / 10 ** digits;
  const shown = Number.isInteger(amount) ? 0 : digits;
  const written = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(amount);
  return written.replace(/^\u200f(.*)/, '\u2066$1\u2069');
}
