import { group, type Params, text } from './form.ts';

/** An address as the wire has it. */
export interface Address {
  city: string | null;
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

/** Where something is sent, and to whom. */
export interface Shipping {
  address: Address;
  carrier: string | null;
  name: string | null;
  phone: string | null;
  tracking_number: string | null;
}

/** The address in a parameter; null when it is not given. */
export function givenAddress(params: Params, name = 'address'): Address | null {
  const given = group(params, name);
  if (!given) return null;
  const part = (field: string) => text(given, field) ?? null;
  return {
    city: part('city'),
    country: part('country')?.toUpperCase() ?? null,
    line1: part('line1'),
    line2: part('line2'),
    postal_code: part('postal_code'),
    state: part('state'),
  };
}

/** Where to send something by a parameter `shipping`; null when it is not given. */
export function givenShipping(params: Params): Shipping | null {
  const given = group(params, 'shipping');
  if (!given) return null;
  return {
    address: givenAddress(given) ?? NOWHERE,
    carrier: text(given, 'carrier') ?? null,
    name: text(given, 'name') ?? null,
    phone: text(given, 'phone') ?? null,
    tracking_number: text(given, 'tracking_number') ?? null,
  };
}

/** An address of which nothing is known. */
export const NOWHERE: Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
};

/** An address in a country, where nothing else of it matters. */
export const someAddress = (country: string): Address => ({
  ...NOWHERE,
  line1: '1 Sandbox Street',
  city: 'Sandbox',
  postal_code: '10115',
  country,
});
