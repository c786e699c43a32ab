const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** An instant as people read it, in their own time zone. */
export const instant = (atMs: number): string => dateTime.format(atMs);

/** The day of an instant. */
export const day = (atMs: number): string => dateOnly.format(atMs);

/** Decimals a currency has: none for yen, three for dinars. */
export function decimalsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
        .maximumFractionDigits ?? 2
    );
  } catch {
    return 2;
  }
}

/** An amount of minor units as people read it. */
export function money(priceMinor: number, currency: string): string {
  const value = priceMinor / 10 ** decimalsOf(currency);
  try {
    return new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      trailingZeroDisplay: 'stripIfInteger',
    }).format(value);
  } catch {
    return `${value} ${currency.toUpperCase()}`;
  }
}

const whole = new Intl.NumberFormat(undefined);
const compact = new Intl.NumberFormat(undefined, { notation: 'compact' });

/** A number of things as people read it: 12,345. */
export const count = (value: number): string => whole.format(value);

/** The same where there is little room: 12K. */
export const shortCount = (value: number): string => compact.format(value);
