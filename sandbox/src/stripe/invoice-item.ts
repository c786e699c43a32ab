import type { Line } from './billing/lines.ts';
import type { TaxRate } from './billing/tax.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** Something to be invoiced, as the wire has it. `invoice` is null while it waits for one. */
export function invoiceItem(
  scope: Scope,
  {
    line,
    customer,
    subscription,
    invoice,
  }: { line: Line; customer: Entity; subscription: Entity | null; invoice: string | null },
): Entity {
  const { price, amountMinor, isProration } = line;
  return {
    id: newId('ii'),
    object: 'invoiceitem',
    amount: amountMinor,
    currency: line.currency,
    customer: customer.id,
    customer_account: null,
    date: scope.nowSeconds(),
    description: line.description,
    discountable: !isProration,
    discounts: [],
    invoice,
    livemode: scope.livemode,
    metadata: line.metadata,
    net_amount: amountMinor,
    parent: subscription && {
      type: 'subscription_details',
      subscription_details: {
        subscription: subscription.id,
        ...(line.subscriptionItem !== null && { subscription_item: line.subscriptionItem }),
      },
    },
    period: line.period,
    pricing: price && {
      type: 'price_details',
      price_details: { price: price.id, product: price.product },
      unit_amount_decimal: isProration ? String(amountMinor) : price.unit_amount_decimal,
    },
    proration: isProration,
    ...(isProration && { proration_details: { credited_items: null, discount_amounts: [] } }),
    quantity: line.quantity,
    quantity_decimal: String(line.quantity),
    tax_rates: line.taxRates,
    test_clock: customer.test_clock ?? null,
  };
}

/** The items of a customer that wait for an invoice of that subscription, or of none. */
export const pendingItems = (scope: Scope, customer: string, subscription: string | null) =>
  scope
    .list('invoiceitem')
    .filter(
      (item) =>
        item.deleted !== true &&
        item.customer === customer &&
        item.invoice === null &&
        subscriptionOfItem(item) === subscription,
    );

/** The line of an invoice that an item becomes. */
export function lineOfItem(scope: Scope, item: Entity): Line {
  const pricing = item.pricing as { price_details: { price: string } } | null;
  const details = detailsOf(item);
  return {
    amountMinor: Number(item.amount),
    currency: String(item.currency),
    description: item.description === null ? '' : String(item.description),
    price: pricing && scope.must('price', pricing.price_details.price),
    quantity: Number(item.quantity),
    period: item.period as Line['period'],
    subscriptionItem: details?.subscription_item ?? null,
    isProration: item.proration === true,
    taxRates: item.tax_rates as TaxRate[],
    metadata: item.metadata as Record<string, string>,
    invoiceItem: item.id,
  };
}

const detailsOf = (item: Entity) =>
  (
    item.parent as {
      subscription_details: { subscription: string; subscription_item?: string };
    } | null
  )?.subscription_details;

const subscriptionOfItem = (item: Entity): string | null => detailsOf(item)?.subscription ?? null;
