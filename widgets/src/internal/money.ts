/**
 * A price as people of a language write it, from minor units. Whole amounts lose their zeros.
 * How many digits a currency has comes from the browser, not from us: ¥ has none, KWD has three.
 */
export function money(priceMinor: number, currency: string, language: string): string {
  const options = { style: 'currency', currency: currency.toUpperCase() } as const;
  const format = new Intl.NumberFormat(language, options);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const amount = priceMinor / 10 ** digits;
  return Number.isInteger(amount)
    ? new Intl.NumberFormat(language, { ...options, minimumFractionDigits: 0 }).format(amount)
    : format.format(amount);
}
