import type { Address } from '../address.ts';
import { isFree, type Payer, type Tender } from '../checkout-pay.ts';
import { type Params, text } from '../form.ts';
import type { Entity } from '../scope.ts';

/** The countries a session sends to; undefined when it asks for no address. */
export const countriesOf = (session: Entity): string[] | undefined =>
  (session.shipping_address_collection as { allowed_countries: string[] } | null)
    ?.allowed_countries;

/** Whether the page asks where the owner of the card is: taxes need it when nothing is sent. */
export const asksCountry = (session: Entity): boolean =>
  session.billing_address_collection === 'required' ||
  ((session.automatic_tax as { enabled: boolean }).enabled && countriesOf(session) === undefined);

/** Whether the page asks for a phone number. */
export const asksPhone = (session: Entity): boolean =>
  (session.phone_number_collection as { enabled: boolean }).enabled;

/** What the buyer pays with. */
function tenderOf(form: Params): Tender {
  const method = text(form, 'method');
  if (method === 'bank_succeeds') return { bank: 'succeeds' };
  if (method === 'bank_fails') return { bank: 'fails' };
  return { cardNumber: text(form, 'cardNumber') ?? '' };
}

/** Who pays, where it is sent, and with what, as far as the buyer typed it. */
export function payerOf(session: Entity, form: Params): Payer {
  const own = (name: string, field: string) => {
    const value = text(form, field);
    return value === undefined ? {} : { [name]: value };
  };
  const sent = addressIn(form, 'shipping');
  const billing = addressIn(form, 'billing');
  return {
    with: tenderOf(form),
    isAuthenticated: text(form, 'authentication') === 'complete',
    ...own('email', 'email'),
    ...own('name', 'billingName'),
    ...own('phone', 'phone'),
    ...(asksCountry(session) && billing.country !== null && { address: billing }),
    ...(countriesOf(session) &&
      sent.country !== null && {
        shipping: { name: text(form, 'shippingName') ?? '', address: sent },
      }),
  };
}

function addressIn(form: Params, of: 'shipping' | 'billing'): Address {
  const part = (name: string) => text(form, `${of}${name}`) ?? null;
  return {
    city: part('City'),
    country: part('Country'),
    line1: part('Line1'),
    line2: part('Line2'),
    postal_code: part('Postal'),
    state: part('State'),
  };
}

/** What the session asks for and the buyer did not type; null when all is there. */
export function missing(session: Entity, form: Params): string | null {
  const isEmpty = (...names: string[]) => names.some((name) => text(form, name) === undefined);
  if (
    countriesOf(session) &&
    isEmpty('shippingName', 'shippingCountry', 'shippingLine1', 'shippingCity', 'shippingPostal')
  )
    return 'Your shipping address is incomplete.';
  if (asksPhone(session) && isEmpty('phone')) return 'Your phone number is incomplete.';
  if (asksCountry(session) && isEmpty('billingCountry')) return 'Your country is missing.';
  return isFree(session) ? null : incomplete(form);
}

/** What is missing of a card; null when it is whole, or no card pays. */
export function incomplete(form: Params): string | null {
  if ('bank' in tenderOf(form)) return null;
  if (!/^\d{12,19}$/.test((text(form, 'cardNumber') ?? '').replace(/\s/g, '')))
    return 'Your card number is incomplete.';
  if (!/^(0[1-9]|1[0-2])\s*\/\s*\d{2}$/.test(text(form, 'cardExpiry') ?? ''))
    return 'Your card’s expiration date is incomplete.';
  return /^\d{3,4}$/.test(text(form, 'cardCvc') ?? '')
    ? null
    : 'Your card’s security code is incomplete.';
}
