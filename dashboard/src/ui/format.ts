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
