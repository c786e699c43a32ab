/** An amount in minor units as people write it, with the decimals its currency has. */
export function formatMoney(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** decimals);
}

/** A day as people write it, of an instant in seconds. */
export const day = (seconds: unknown): string =>
  new Date(Number(seconds) * 1000).toLocaleDateString('en', {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
