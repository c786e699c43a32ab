import { isMetered } from './billing/lines.ts';
import { isSameInterval, periodEnd, type Recurring } from './billing/period.ts';
import { faults } from './faults.ts';
import { group, integer, metadata, type Params, strings, text } from './form.ts';
import { planOf } from './plan.ts';
import { createPrice } from './routes/catalog.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { type Item, itemsOf } from './subscription-items.ts';

/** The parameters of an item, where they stand, and the subscription they are for. */
interface Given {
  params: Params;
  name: string;
}

/** An item as a call changes it. */
export function givenItem(
  scope: Scope,
  old: Item,
  { params, name, of }: Given & { of: Entity },
): Item {
  const price = givenPrice(scope, { params, name }, String(of.currency)) ?? old.price;
  const quantity = integer(params, 'quantity');
  const isOther = price.id !== old.price.id;
  const next: Item = {
    ...old,
    plan: planOf(price),
    price,
    ...('metadata' in params && { metadata: metadata(params, old.metadata) }),
    ...('tax_rates' in params && { tax_rates: givenTaxRates(scope, params, 'tax_rates') }),
    ...(isOther && isMetered(old) && { billed_until: scope.nowSeconds() }),
  };
  return withQuantity(next, quantity ?? old.quantity, { name, isGiven: quantity !== undefined });
}

/** An item that a call adds to a subscription: it shares the period of one as frequent as it. */
export function newItem(scope: Scope, subscription: Entity, { params, name }: Given): Item {
  const price = givenPrice(scope, { params, name }, String(subscription.currency));
  if (!price) throw faults.required(`${name}[price]`);
  const recurring = price.recurring as Recurring;
  const nowSeconds = scope.nowSeconds();
  const twin = itemsOf(subscription).find((item) =>
    isSameInterval(item.price.recurring as Recurring, recurring),
  );
  const quantity = integer(params, 'quantity');
  const item = openItem(scope, {
    subscription: subscription.id,
    price,
    metadata: metadata(params),
    taxRates: givenTaxRates(scope, params, 'tax_rates'),
    period: {
      start: twin?.current_period_start ?? nowSeconds,
      end: twin?.current_period_end ?? periodEnd(nowSeconds, nowSeconds, recurring),
    },
  });
  const billed = isMetered(item) ? { ...item, billed_until: nowSeconds } : item;
  return withQuantity(billed, quantity ?? 1, { name, isGiven: quantity !== undefined });
}

/** A new item, still without a quantity. */
export function openItem(
  scope: Scope,
  given: {
    subscription: string;
    price: Entity;
    metadata: Record<string, string>;
    taxRates: Entity[];
    period: { start: number; end: number };
  },
): Item {
  return {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: scope.nowSeconds(),
    current_period_end: given.period.end,
    current_period_start: given.period.start,
    current_trial: null,
    discounts: [],
    metadata: given.metadata,
    plan: planOf(given.price),
    price: given.price,
    subscription: given.subscription,
    tax_rates: given.taxRates,
  };
}

/** An item with a quantity. One that is paid by use has none, and must be given none. */
export function withQuantity(
  item: Item,
  quantity: number | undefined,
  { name, isGiven }: { name: string; isGiven: boolean },
): Item {
  const { quantity: _, ...bare } = item;
  if (!isMetered(item)) return { ...bare, quantity: quantity ?? 1 };
  if (isGiven)
    throw faults.invalidParam(
      `${name}[quantity]`,
      'You cannot set the quantity for metered plans.',
    );
  return bare;
}

/** The price that parameters name or describe. It must be active, recurring and in the currency. */
export function givenPrice(
  scope: Scope,
  { params, name }: Given,
  currency: string | null,
): Entity | undefined {
  const inline = group(params, 'price_data');
  const id = text(params, 'price') ?? text(params, 'plan');
  if (!inline && id === undefined) return undefined;
  const price = inline
    ? createPrice(scope, inline)
    : scope.must('price', id ?? '', `${name}[price]`);
  if (price.type !== 'recurring')
    throw faults.invalidParam(
      `${name}[price]`,
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
    );
  if (price.active !== true)
    throw faults.invalidParam(
      `${name}[price]`,
      'The price specified is inactive. This field only accepts active prices.',
    );
  if (currency !== null && price.currency !== currency)
    throw faults.invalidParam(
      `${name}[price]`,
      `The price specified only supports \`${String(price.currency)}\`. This doesn't match the expected currency: \`${currency}\`.`,
    );
  return price;
}

/** The tax rates that a parameter lists. */
export const givenTaxRates = (scope: Scope, params: Params, name: string): Entity[] =>
  strings(params, name).map((id) => scope.must('tax_rate', id, name));
