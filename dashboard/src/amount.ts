import { decimalsOf } from './ui/format.ts';

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
