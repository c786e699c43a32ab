/** Made when it is first asked for: a browser takes milliseconds for each, before anything is painted. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const dateTime = lazily(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
);
const dateOnly = lazily(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }));

/** An instant as people read it, in their own time zone. */
export const instant = (atMs: number): string => dateTime().format(atMs);

/** The day of an instant. */
export const day = (atMs: number): string => dateOnly().format(atMs);

/** Currencies whose minor unit at Stripe has other than two decimals. */
const DECIMALS: readonly (readonly [number, string])[] = [
  [0, 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'],
  [3, 'bhd jod kwd omr tnd'],
];

/**
 * Decimals of a currency's minor unit as Stripe counts it: by the browser's table, an amount in
 * krónur would come out a hundred times too low. Source: Stripe, "Supported currencies".
 */
export const decimalsOf = (currency: string): number =>
  DECIMALS.find(([, all]) => all.split(' ').includes(currency.toLowerCase()))?.[0] ?? 2;

/** An amount of minor units as people read it. */
export function money(priceMinor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const value = priceMinor / 10 ** decimals;
  try {
    return new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      trailingZeroDisplay: 'stripIfInteger',
    }).format(value);
  } catch {
    return `${value} ${currency.toUpperCase()}`;
  }
}

const whole = lazily(() => new Intl.NumberFormat(undefined));
const compact = lazily(() => new Intl.NumberFormat(undefined, { notation: 'compact' }));

/** A number of things as people read it: 12,345. */
export const count = (value: number): string => whole().format(value);

/** The same where there is little room: 12K. */
export const shortCount = (value: number): string => compact().format(value);

const percent = lazily(
  () => new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }),
);

/** A part of one as people read it: 12.5%. */
export const share = (part: number): string => percent().format(part);

/** An amount of minor units where there is little room: $1.2K. */
export function shortMoney(priceMinor: number, currency: string): string {
  const value = priceMinor / 10 ** decimalsOf(currency);
  try {
    return new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      notation: 'compact',
      maximumFractionDigits: Math.abs(value) < 10 && value % 1 !== 0 ? 2 : 1,
    }).format(value);
  } catch {
    return compact().format(value);
  }
}

/** An amount as a headline has it: whole units from a thousand on, where cents only distract. */
export function roundMoney(priceMinor: number, currency: string): string {
  const unit = 10 ** decimalsOf(currency);
  const isLarge = Math.abs(priceMinor) >= 1000 * unit;
  return money(isLarge ? Math.round(priceMinor / unit) * unit : priceMinor, currency);
}
