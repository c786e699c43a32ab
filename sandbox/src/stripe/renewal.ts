import { automaticRates, countryOf } from './automatic-tax.ts';
import { shareMinor } from './billing/amount.ts';
import { reduced } from './billing/discount.ts';
import { type Facts, isMetered, type Line, periodLine } from './billing/lines.ts';
import { type Recurring, periodEnd } from './billing/period.ts';
import type { TaxRate } from './billing/tax.ts';
import { type Draft, linesOf, offMinor, offsOf, subscriptionOf } from './invoice-draft.ts';
import { lineOfItem, pendingItems } from './invoice-item.ts';
import { discountsAt, reductionsOf } from './discounts.ts';
import { usedUnits } from './meter-usage.ts';
import type { Entity, Scope } from './scope.ts';
import { type Item, itemsOf } from './subscription-items.ts';

/** What the lines of a subscription need to know besides its items. */
export const factsOf = (scope: Scope, subscription: Entity): Facts => ({
  nameOf: (price) => String(scope.get('product', String(price.product))?.name ?? price.id),
  ratesOf(price) {
    const usual = (subscription.default_tax_rates ?? []) as TaxRate[];
    const isAutomatic = (subscription.automatic_tax as { enabled: boolean }).enabled;
    if (usual.length > 0 || !isAutomatic) return usual;
    const customer = scope.get('customer', String(subscription.customer));
    return automaticRates(scope, {
      country: countryOf(customer),
      currency: String(price.currency),
      behavior: price.tax_behavior,
      code: scope.get('product', String(price.product))?.tax_code,
      exempt: customer?.tax_exempt,
    });
  },
  reducedMinor(item, minor) {
    const currency = String(item.price.currency);
    const discounts = discountsAt(scope, subscription, scope.nowSeconds());
    const offs = reduced(
      [{ minor, product: String(item.price.product) }],
      reductionsOf(scope, discounts, currency),
    );
    return offs.reduce((left, { offMinor: [off = 0] }) => left - off, minor);
  },
  billedMinor(item, minor) {
    const billed = billedLine(scope, subscription, item);
    if (!billed || Number(billed.amount) <= 0) return this.reducedMinor(item, minor);
    const share = { seconds: offMinor(offsOf(billed)), ofSeconds: Number(billed.amount) };
    return minor - shareMinor(minor, share, String(item.price.currency));
  },
});

/** The line that a running period of an item was billed by. */
function billedLine(scope: Scope, subscription: Entity, item: Item): Entity | undefined {
  return scope
    .list('invoice')
    .filter((invoice) => subscriptionOf(invoice) === subscription.id)
    .flatMap(linesOf)
    .findLast((line) => {
      const { subscription_item_details: of } = line.parent as {
        subscription_item_details: { subscription_item: string; proration: boolean } | null;
      };
      const { price_details: sold } = line.pricing as { price_details: { price: string } };
      const { start } = line.period as { start: number };
      return (
        of?.subscription_item === item.id &&
        !of.proration &&
        sold.price === item.price.id &&
        start === item.current_period_start
      );
    });
}

/** The items of a subscription with the periods after one end; others keep theirs. */
export function renewedItems(subscription: Entity, endSeconds: number): Item[] {
  const anchor = Number(subscription.billing_cycle_anchor);
  return itemsOf(subscription).map((item) =>
    item.current_period_end <= endSeconds
      ? {
          ...item,
          current_period_start: endSeconds,
          current_period_end: periodEnd(anchor, endSeconds, recurringOf(item)),
        }
      : item,
  );
}

/**
 * The invoice of a renewal: what waited for it, what was used in the periods that end, and a period
 * in advance of everything else. `before` and `after` are the subscription around that instant.
 */
export function renewalDraft(
  scope: Scope,
  { before, after, extra = [] }: { before: Entity; after: Entity; extra?: Line[] },
): Draft {
  const facts = factsOf(scope, after);
  const customer = scope.must('customer', String(after.customer));
  const endSeconds = nextEnd(before);
  const inAdvance = itemsOf(after)
    .filter((item) => !isMetered(item) && item.current_period_start === endSeconds)
    .map((item) =>
      periodLine(item, { period: periodOf(item), quantity: item.quantity ?? 1 }, facts),
    );
  return {
    customer,
    subscription: after,
    currency: String(after.currency),
    lines: [
      ...waitingLines(scope, after),
      ...extra,
      ...(before.status === 'trialing' ? [] : usageLines(scope, before, endSeconds)),
      ...inAdvance,
    ],
    discounts: discountsAt(scope, after, endSeconds),
    reason: 'subscription_cycle',
    period: { start: itemsOf(before)[0]?.current_period_start ?? endSeconds, end: endSeconds },
  };
}

/** The lines of the invoice items that wait for a subscription's next invoice. */
export const waitingLines = (scope: Scope, subscription: Entity): Line[] =>
  pendingItems(scope, String(subscription.customer), subscription.id).map((item) =>
    lineOfItem(scope, item),
  );

/** What was used of the items whose period ends at an instant, or is cut off by it. */
export function usageLines(scope: Scope, subscription: Entity, untilSeconds: number): Line[] {
  const facts = factsOf(scope, subscription);
  return itemsOf(subscription)
    .filter((item) => isMetered(item) && item.current_period_start < untilSeconds)
    .map((item) => usageLine(scope, { subscription, item, untilSeconds }, facts));
}

/** What was used of one item since it was last billed. */
export function usageLine(
  scope: Scope,
  given: { subscription: Entity; item: Item; untilSeconds: number },
  facts: Facts,
): Line {
  const { subscription, item, untilSeconds } = given;
  const start = Math.max(item.current_period_start, Number(item.billed_until ?? 0));
  const quantity = usedUnits(scope, {
    meter: String((item.price.recurring as { meter: unknown }).meter),
    customer: String(subscription.customer),
    fromSeconds: start,
    untilSeconds,
  });
  return periodLine(item, { period: { start, end: untilSeconds }, quantity }, facts);
}

/** When the next period of a subscription ends. */
export const nextEnd = (subscription: Entity): number =>
  Math.min(...itemsOf(subscription).map((item) => item.current_period_end));

/** How often an item asks for money. */
export const recurringOf = (item: Item): Recurring => item.price.recurring as Recurring;

/** The period of an item, as lines have it. */
export const periodOf = (item: Item) => ({
  start: item.current_period_start,
  end: item.current_period_end,
});
