import { faults } from './faults.ts';
import { flag, group, integer, list, metadata, type Params, strings, text } from './form.ts';
import { type Entity, newId, type Scope } from './scope.ts';

const MOST_OPTIONS = 5;

/** A way to send things for a fixed amount, as made by the API or in place by a checkout. */
export function createShippingRate(scope: Scope, params: Params): Entity {
  const name = text(params, 'display_name');
  if (name === undefined) throw faults.required('display_name');
  const fixed = group(params, 'fixed_amount');
  if (!fixed) throw faults.required('fixed_amount');
  const amount = integer(fixed, 'amount');
  if (amount === undefined || amount < 0) throw faults.required('fixed_amount[amount]');
  const currency = text(fixed, 'currency')?.toLowerCase();
  if (currency === undefined) throw faults.required('fixed_amount[currency]');
  return scope.put('shipping_rate', {
    id: newId('shr'),
    object: 'shipping_rate',
    active: true,
    created: scope.nowSeconds(),
    delivery_estimate: estimateIn(params),
    display_name: name,
    fixed_amount: { amount, currency, currency_options: currencyOptions(fixed) },
    livemode: scope.livemode,
    metadata: metadata(params),
    tax_behavior: text(params, 'tax_behavior') ?? 'unspecified',
    tax_code: text(params, 'tax_code') ?? null,
    type: 'fixed_amount',
  });
}

function currencyOptions(fixed: Params) {
  const entries = Object.entries(group(fixed, 'currency_options') ?? {}).map(
    ([currency, option]) => {
      const given = option as Params;
      return [
        currency.toLowerCase(),
        {
          amount: integer(given, 'amount') ?? 0,
          tax_behavior: text(given, 'tax_behavior') ?? 'unspecified',
        },
      ];
    },
  );
  return Object.fromEntries(entries) as Record<string, { amount: number }>;
}

function estimateIn(params: Params) {
  const given = group(params, 'delivery_estimate');
  if (!given) return null;
  const bound = (name: string) => {
    const one = group(given, name);
    return one ? { unit: text(one, 'unit') ?? 'day', value: integer(one, 'value') ?? 1 } : null;
  };
  return { maximum: bound('maximum'), minimum: bound('minimum') };
}

/** What a rate costs in a currency; undefined where it has none. */
export function shippingMinor(rate: Entity, currency: string): number | undefined {
  const fixed = rate.fixed_amount as {
    amount: number;
    currency: string;
    currency_options: Record<string, { amount: number }>;
  };
  return fixed.currency === currency ? fixed.amount : fixed.currency_options[currency]?.amount;
}

/** The ways of sending that a session offers, as its field `shipping_options` has them. */
export function givenShippingOptions(scope: Scope, params: Params, currency: string) {
  const given = list(params, 'shipping_options');
  if (given.length > MOST_OPTIONS)
    throw faults.invalidParam(
      'shipping_options',
      `You can specify up to ${MOST_OPTIONS} shipping options.`,
    );
  return given.map((option, index) => {
    const name = `shipping_options[${index}]`;
    const inline = group(option, 'shipping_rate_data');
    const id = text(option, 'shipping_rate');
    if (!inline && id === undefined) throw faults.required(`${name}[shipping_rate]`);
    const rate = inline
      ? createShippingRate(scope, inline)
      : scope.must('shipping_rate', id ?? '', `${name}[shipping_rate]`);
    if (rate.active !== true)
      throw faults.invalidParam(`${name}[shipping_rate]`, 'This shipping rate is not active.');
    const minor = shippingMinor(rate, currency);
    if (minor === undefined)
      throw faults.invalidParam(
        `${name}[shipping_rate]`,
        `This shipping rate has no amount in \`${currency}\`.`,
      );
    return { shipping_amount: minor, shipping_rate: rate.id };
  });
}

/** The countries a session sends to; null when it asks for no address. */
export function givenCountries(params: Params): { allowed_countries: string[] } | null {
  const given = group(params, 'shipping_address_collection');
  if (!given) return null;
  const countries = strings(given, 'allowed_countries');
  if (countries.length === 0)
    throw faults.required('shipping_address_collection[allowed_countries]');
  const wrong = countries.find((code) => !/^[A-Z]{2}$/.test(code));
  if (wrong !== undefined)
    throw faults.invalidParam(
      'shipping_address_collection[allowed_countries]',
      `Invalid country: ${wrong}`,
    );
  return { allowed_countries: countries };
}

/** The fields of a rate that a call replaces. */
export const changedRate = (old: Entity, params: Params): Entity => ({
  ...old,
  active: flag(params, 'active') ?? old.active,
  metadata: metadata(params, old.metadata),
  tax_behavior: text(params, 'tax_behavior') ?? old.tax_behavior,
});
