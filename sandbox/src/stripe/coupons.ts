import { faults } from './faults.ts';
import { group, integer, metadata, type Params, strings, text } from './form.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** What a coupon is worth in one currency. */
type CurrencyOptions = Record<string, { amount_off: number }>;

/** Makes a coupon: a percentage or an amount off. */
export function createCoupon(scope: Scope, params: Params): Entity {
  const percent = text(params, 'percent_off');
  const amount = integer(params, 'amount_off');
  if (percent === undefined && amount === undefined) throw faults.required('percent_off');
  if (percent !== undefined && amount !== undefined)
    throw faults.exclusive('percent_off', 'amount_off');
  if (percent !== undefined && !(Number(percent) > 0 && Number(percent) <= 100))
    throw faults.invalidParam('percent_off', 'Invalid decimal: must be above 0 and at most 100.');
  if (amount !== undefined && amount < 1) throw faults.invalidInteger('amount_off', `${amount}`);
  const currency = text(params, 'currency')?.toLowerCase();
  if (amount !== undefined && currency === undefined) throw faults.required('currency');
  const duration = text(params, 'duration') ?? 'once';
  const months = integer(params, 'duration_in_months');
  if (duration === 'repeating' && months === undefined) throw faults.required('duration_in_months');
  const id = text(params, 'id') ?? newId('c').slice(2, 10);
  if (scope.get('coupon', id)) throw faults.exists('Coupon');
  const products = strings(group(params, 'applies_to') ?? {}, 'products');
  for (const product of products) scope.must('product', product, 'applies_to[products]');
  const coupon = scope.put('coupon', {
    id,
    object: 'coupon',
    amount_off: amount ?? null,
    ...(products.length > 0 && { applies_to: { products } }),
    created: scope.nowSeconds(),
    currency: amount === undefined ? null : currency,
    ...('currency_options' in params && { currency_options: currencyOptions(params) }),
    duration,
    duration_in_months: duration === 'repeating' ? months : null,
    livemode: scope.livemode,
    max_redemptions: integer(params, 'max_redemptions') ?? null,
    metadata: metadata(params),
    name: text(params, 'name') ?? null,
    percent_off: percent === undefined ? null : Number(percent),
    redeem_by: integer(params, 'redeem_by') ?? null,
    times_redeemed: 0,
    valid: true,
  });
  scope.emit('coupon.created', coupon);
  return coupon;
}

/** What a coupon takes off in other currencies, after a call. */
export function currencyOptions(params: Params, old: unknown = {}): CurrencyOptions {
  const given = Object.entries(group(params, 'currency_options') ?? {}).map(
    ([currency, option]) => [
      currency.toLowerCase(),
      { amount_off: integer(option as Params, 'amount_off') ?? 0 },
    ],
  );
  return { ...(old as CurrencyOptions), ...(Object.fromEntries(given) as CurrencyOptions) };
}

/** The amount a coupon takes off in a currency; undefined where it takes none off there. */
export function amountOffMinor(coupon: Entity, currency: string): number | undefined {
  if (coupon.currency === currency) return Number(coupon.amount_off);
  return (coupon.currency_options as CurrencyOptions | undefined)?.[currency]?.amount_off;
}

/** Makes a code that gives a coupon to those who type it. */
export function createPromotionCode(scope: Scope, params: Params): Entity {
  const promotion = group(params, 'promotion');
  // Versions before this one named the coupon beside the code.
  const given = text(promotion ?? {}, 'coupon') ?? text(params, 'coupon');
  if (given === undefined) throw faults.required('promotion');
  const coupon = scope.must('coupon', given, 'promotion[coupon]');
  const code = text(params, 'code') ?? newId('p').slice(2, 10).toUpperCase();
  if (!/^[a-zA-Z0-9-]{1,500}$/.test(code))
    throw faults.invalidParam('code', 'Promotion codes contain only letters, digits and dashes.');
  if (findCode(scope, code))
    throw faults.invalidParam('code', 'An active promotion code with this code exists already.');
  const customer = text(params, 'customer') ?? null;
  if (customer !== null) scope.must('customer', customer, 'customer');
  const made = scope.put('promotion_code', {
    id: newId('promo'),
    object: 'promotion_code',
    active: text(params, 'active') !== 'false',
    code,
    created: scope.nowSeconds(),
    customer,
    customer_account: null,
    expires_at: integer(params, 'expires_at') ?? null,
    livemode: scope.livemode,
    max_redemptions: integer(params, 'max_redemptions') ?? null,
    metadata: metadata(params),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: restrictions(group(params, 'restrictions') ?? {}),
    times_redeemed: 0,
  });
  scope.emit('promotion_code.created', made);
  return made;
}

/** The active promotion code that somebody typed, in whatever case. */
export const findCode = (scope: Scope, code: string): Entity | undefined =>
  scope
    .list('promotion_code')
    .find((one) => one.active === true && String(one.code).toLowerCase() === code.toLowerCase());

/** What a purchase has to be for a code. */
export interface Restrictions {
  first_time_transaction: boolean;
  minimum_amount: number | null;
  minimum_amount_currency: string | null;
  currency_options?: Record<string, { minimum_amount: number }>;
}

function restrictions(given: Params): Restrictions {
  const options = Object.entries(group(given, 'currency_options') ?? {}).map(
    ([currency, option]) =>
      [
        currency.toLowerCase(),
        { minimum_amount: integer(option as Params, 'minimum_amount') ?? 0 },
      ] as const,
  );
  return {
    ...(options.length > 0 && { currency_options: Object.fromEntries(options) }),
    first_time_transaction: text(given, 'first_time_transaction') === 'true',
    minimum_amount: integer(given, 'minimum_amount') ?? null,
    minimum_amount_currency: text(given, 'minimum_amount_currency')?.toLowerCase() ?? null,
  };
}

/** A coupon or a code that was used once more; it may be the last time. */
export function countRedemption(scope: Scope, kind: 'coupon' | 'promotion_code', id: string): void {
  const old = scope.get(kind, id);
  if (!old || old.deleted === true) return;
  const times = Number(old.times_redeemed) + 1;
  const isLast = old.max_redemptions !== null && times >= Number(old.max_redemptions);
  const over = kind === 'coupon' ? { valid: false } : { active: false };
  scope.put(kind, { ...old, times_redeemed: times, ...(isLast && over) });
}
