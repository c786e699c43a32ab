import type { Reduction } from './billing/discount.ts';
import { periodEnd } from './billing/period.ts';
import { amountOffMinor, countRedemption, type Restrictions } from './coupons.ts';
import { faults } from './faults.ts';
import { list, type Params, text } from './form.ts';
import { formatMoney } from './pages/format.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** What a discount is to be taken off. */
export interface Purchase {
  customer: Entity | undefined;
  currency: string;
  /** Undefined where it is not known yet. */
  subtotalMinor?: number;
}

/** The coupon that gives a discount. */
export const couponOf = (scope: Scope, discount: Entity): Entity | undefined =>
  scope.get('coupon', (discount.source as { coupon: string }).coupon);

/** The discounts that a parameter `discounts` asks for, kept but not yet redeemed. */
export function givenDiscounts(scope: Scope, params: Params, purchase: Purchase): Entity[] {
  return list(params, 'discounts').map((given, index) => {
    const name = `discounts[${index}]`;
    const [coupon, code, old] = ['coupon', 'promotion_code', 'discount'].map((one) =>
      text(given, one),
    );
    if (old !== undefined) return scope.must('discount', old, `${name}[discount]`);
    if (code !== undefined)
      return codeDiscount(scope, scope.must('promotion_code', code, `${name}[promotion_code]`), {
        ...purchase,
        param: `${name}[promotion_code]`,
      });
    if (coupon === undefined) throw faults.required(`${name}[coupon]`);
    const param = `${name}[coupon]`;
    return couponDiscount(scope, scope.must('coupon', coupon, param), { ...purchase, param });
  });
}

/** The discount of a promotion code. Throws when the purchase is not one it is for. */
export function codeDiscount(
  scope: Scope,
  code: Entity,
  purchase: Purchase & { param: string },
): Entity {
  const refuse = (message: string) => faults.wrongState(message, { param: purchase.param });
  const { customer, currency, subtotalMinor } = purchase;
  const rules = code.restrictions as Restrictions;
  if (code.active !== true) throw refuse('This promotion code is not active.');
  if (code.customer !== null && code.customer !== customer?.id)
    throw refuse('This promotion code belongs to another customer.');
  if (rules.first_time_transaction && customer && hasBought(scope, customer))
    throw refuse('This promotion code cannot be redeemed because it is for first orders only.');
  const least =
    rules.minimum_amount_currency === currency
      ? rules.minimum_amount
      : (rules.currency_options?.[currency]?.minimum_amount ?? null);
  if (least === null && rules.minimum_amount !== null)
    throw refuse(`This promotion code cannot be redeemed in ${currency.toUpperCase()}.`);
  if (least !== null && subtotalMinor !== undefined && subtotalMinor < least)
    throw refuse(`This promotion code needs an order of at least ${formatMoney(least, currency)}.`);
  const { coupon } = code.promotion as { coupon: string };
  const discount = couponDiscount(scope, scope.must('coupon', coupon, purchase.param), purchase);
  return scope.put('discount', { ...discount, promotion_code: code.id });
}

const hasBought = (scope: Scope, customer: Entity): boolean =>
  scope.list('charge').some((one) => one.customer === customer.id && one.status === 'succeeded');

function couponDiscount(
  scope: Scope,
  coupon: Entity,
  { customer, currency, param }: Purchase & { param: string },
): Entity {
  if (coupon.valid !== true)
    throw faults.wrongState(`Coupon expired: ${coupon.id}`, { code: 'coupon_expired', param });
  if (coupon.percent_off === null && amountOffMinor(coupon, currency) === undefined)
    throw faults.invalidParam(
      param,
      `The coupon cannot be redeemed in \`${currency}\`: it takes an amount off in another currency.`,
    );
  const start = scope.nowSeconds();
  return scope.put('discount', {
    id: newId('di'),
    object: 'discount',
    checkout_session: null,
    customer: customer?.id ?? null,
    customer_account: null,
    end:
      coupon.duration === 'repeating'
        ? periodEnd(start, start, {
            interval: 'month',
            interval_count: Number(coupon.duration_in_months),
          })
        : null,
    invoice: null,
    invoice_item: null,
    promotion_code: null,
    source: { coupon: coupon.id, type: 'coupon' },
    start,
    subscription: null,
    subscription_item: null,
  });
}

/** What discounts take off an amount in a currency. */
export const reductionsOf = (scope: Scope, discounts: Entity[], currency: string): Reduction[] =>
  discounts.flatMap((discount) => {
    const coupon = couponOf(scope, discount);
    if (!coupon) return [];
    const { products } = (coupon.applies_to ?? { products: null }) as { products: string[] | null };
    return [
      {
        id: discount.id,
        percentOff: coupon.percent_off as number | null,
        amountOffMinor: amountOffMinor(coupon, currency) ?? null,
        products,
      },
    ];
  });

/** The discounts of a subscription that are not over at an instant. */
export const discountsAt = (scope: Scope, subscription: Entity, atSeconds: number): Entity[] =>
  (subscription.discounts as string[])
    .map((id) => scope.get('discount', id))
    .filter((discount) => discount !== undefined)
    .filter(({ end }) => end === null || Number(end) > atSeconds);

/** Counts a discount that a purchase has, and notes whose it is. Safe to repeat. */
export function redeem(scope: Scope, discount: Entity, owner: Partial<Entity>): void {
  if (scope.get('discount_use', discount.id)) return;
  scope.put('discount_use', { id: discount.id, object: 'discount_use' });
  const redeemed = scope.put('discount', { ...discount, ...owner });
  countRedemption(scope, 'coupon', (discount.source as { coupon: string }).coupon);
  if (typeof discount.promotion_code === 'string')
    countRedemption(scope, 'promotion_code', discount.promotion_code);
  if (redeemed.customer !== null) scope.emit('customer.discount.created', redeemed);
}

/** Counts the discounts of a subscription that are new to it, and tells of those it lost. */
export function settleDiscounts(scope: Scope, before: unknown, subscription: Entity): void {
  const ids = subscription.discounts as string[];
  for (const id of ids)
    redeem(scope, scope.must('discount', id), {
      customer: subscription.customer,
      subscription: subscription.id,
    });
  for (const id of before as string[])
    if (!ids.includes(id)) scope.emit('customer.discount.deleted', scope.must('discount', id));
}

/** Takes the discounts off a subscription that an invoice used for the last time, or that are over. */
export function useUp(scope: Scope, subscription: Entity, invoice: Entity): void {
  const used = new Set(
    (invoice.total_discount_amounts as { amount: number; discount: string }[])
      .filter(({ amount }) => amount > 0)
      .map(({ discount }) => discount),
  );
  const left = discountsAt(scope, subscription, scope.nowSeconds()).filter(
    (discount) => couponOf(scope, discount)?.duration !== 'once' || !used.has(discount.id),
  );
  const ids = left.map(({ id }) => id);
  const gone = (subscription.discounts as string[]).filter((id) => !ids.includes(id));
  if (gone.length === 0) return;
  scope.put('subscription', { ...subscription, discounts: ids });
  for (const id of gone) scope.emit('customer.discount.deleted', scope.must('discount', id));
}
