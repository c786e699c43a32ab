import type { StoreSettings } from '@dream/contract/store';
import type { CartLine } from './cart.ts';

/** Where it may be sent and how: Stripe is asked for an address, and shows these ways of sending. */
export interface Shipping {
  countries: string[];
  options: { name: string; minDays: number | null; maxDays: number | null; priceMinor: number }[];
}

/**
 * How an order is sent: null when nothing of it is. Where the store has shipping options, but none is
 * priced in the currency of the order, it is refused: it would go out for nothing.
 */
export function decideShipping(
  { shippingCountries, shippingOptions }: StoreSettings,
  lines: readonly CartLine[],
  currency: string,
): { shipping: Shipping | null } | { refused: 'shipping_not_priced' } {
  if (shippingCountries.length === 0 || !lines.some(({ isShippable }) => isShippable))
    return { shipping: null };
  const options = shippingOptions.flatMap(({ name, minDays, maxDays, prices }) => {
    const price = prices.find((one) => one.currency === currency);
    return price ? [{ name, minDays, maxDays, priceMinor: price.priceMinor }] : [];
  });
  if (shippingOptions.length > 0 && options.length === 0) return { refused: 'shipping_not_priced' };
  return { shipping: { countries: shippingCountries, options } };
}
