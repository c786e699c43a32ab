import { day, formatMoney } from '../pages/format.ts';
import type { Entity } from '../scope.ts';
import type { Item } from '../subscription-items.ts';
import { amountMinor, type Rate, shareMinor } from './amount.ts';
import type { TaxRate } from './tax.ts';

/** One line of an invoice before it has ids. */
export interface Line {
  amountMinor: number;
  currency: string;
  description: string;
  price: Entity | null;
  quantity: number;
  period: { start: number; end: number };
  subscriptionItem: string | null;
  isProration: boolean;
  taxRates: TaxRate[];
  metadata: Record<string, string>;
  /** The invoice item it was before, if any. */
  invoiceItem: string | null;
}

/** What a line needs to know besides the item. */
export interface Facts {
  /** The name of what a price sells. */
  nameOf(price: Entity): string;
  /** The rates of an item that has none of its own. */
  ratesOf(price: Entity): TaxRate[];
  /** An amount of an item with the discounts that are on. */
  reducedMinor(item: Item, minor: number): number;
  /** An amount of an item with the discounts its running period was billed with. */
  billedMinor(item: Item, minor: number): number;
}

const recurringOf = ({ price }: Item) =>
  price.recurring as { interval: string; interval_count: number; usage_type: string };

/** Whether an item is paid by what was used. */
export const isMetered = (item: Item): boolean => recurringOf(item).usage_type === 'metered';

/** What an item costs for a whole period. Metered ones cost what was used. */
export const itemMinor = (item: Item, quantity = item.quantity ?? 0): number =>
  amountMinor(item.price as unknown as Rate, quantity);

/** The line for a whole period of an item, or for what was used in one. */
export function periodLine(
  item: Item,
  given: { period: Line['period']; quantity: number },
  facts: Facts,
): Line {
  const { quantity, period } = given;
  return {
    ...lineOf(item, facts),
    amountMinor: itemMinor(item, quantity),
    description: `${quantity} × ${facts.nameOf(item.price)}${rateText(item)}`,
    quantity,
    period,
  };
}

/** The line of a trial, which costs nothing. */
export const trialLine = (item: Item, facts: Facts): Line => ({
  ...lineOf(item, facts),
  amountMinor: 0,
  description: `Trial period for ${facts.nameOf(item.price)}`,
  quantity: item.quantity ?? 1,
  period: periodOf(item),
});

/**
 * What a change of items is worth at an instant, by the second: a credit for the unused time of what
 * goes, and, where the period goes on, a debit for the time left of what comes. Items paid by use
 * are worth nothing in advance.
 */
export function prorationLines(
  change: { before: Item[]; after: Item[]; atSeconds: number },
  facts: Facts,
): Line[] {
  const { before, after, atSeconds } = change;
  const lines: Line[] = [];
  for (const item of before) {
    const kept = after.find(({ id }) => id === item.id);
    if (isMetered(item) || (kept && isSame(item, kept))) continue;
    lines.push(restLine(item, atSeconds, { facts, isCredit: true }));
    if (kept && hasSamePeriod(item, kept) && !isMetered(kept))
      lines.push(restLine(kept, atSeconds, { facts, isCredit: false }));
  }
  for (const item of after) {
    const isNew = !before.some(({ id }) => id === item.id);
    if (isNew && !isMetered(item) && item.current_period_start <= atSeconds)
      lines.push(restLine(item, atSeconds, { facts, isCredit: false }));
  }
  return lines.filter((line) => line.period.start < line.period.end);
}

/** A credit for the time left of every item, as when a subscription is cancelled at once. */
export const creditLines = (items: Item[], atSeconds: number, facts: Facts): Line[] =>
  prorationLines({ before: items, after: [], atSeconds }, facts);

function restLine(
  item: Item,
  atSeconds: number,
  { facts, isCredit }: { facts: Facts; isCredit: boolean },
): Line {
  const { start, end } = periodOf(item);
  const from = Math.min(Math.max(atSeconds, start), end);
  const line = lineOf(item, facts);
  const part = { seconds: end - from, ofSeconds: end - start };
  const whole = itemMinor(item);
  const net = isCredit ? facts.billedMinor(item, whole) : facts.reducedMinor(item, whole);
  const minor = shareMinor(net, part, line.currency);
  const quantity = item.quantity ?? 1;
  const what = `${quantity === 1 ? '' : `${quantity} × `}${facts.nameOf(item.price)}`;
  return {
    ...line,
    amountMinor: isCredit ? 0 - minor : minor,
    description: `${isCredit ? 'Unused' : 'Remaining'} time on ${what} after ${day(from)}`,
    quantity,
    period: { start: from, end },
    isProration: true,
  };
}

const lineOf = (item: Item, facts: Facts) => ({
  currency: String(item.price.currency),
  price: item.price,
  subscriptionItem: item.id,
  isProration: false,
  taxRates: taxRatesOf(item, facts),
  metadata: (item.metadata ?? {}) as Record<string, string>,
  invoiceItem: null,
});

const taxRatesOf = (item: Item, facts: Facts): TaxRate[] => {
  const own = (item.tax_rates ?? []) as TaxRate[];
  return own.length > 0 ? own : facts.ratesOf(item.price);
};

const periodOf = (item: Item) => ({
  start: item.current_period_start,
  end: item.current_period_end,
});

const isSame = (one: Item, other: Item): boolean =>
  one.price.id === other.price.id && one.quantity === other.quantity && hasSamePeriod(one, other);

const hasSamePeriod = (one: Item, other: Item): boolean =>
  one.current_period_start === other.current_period_start &&
  one.current_period_end === other.current_period_end;

function rateText(item: Item): string {
  const { interval, interval_count: count } = recurringOf(item);
  if (typeof item.price.unit_amount !== 'number') return '';
  const each = formatMoney(item.price.unit_amount, String(item.price.currency));
  return ` (at ${each} / ${count === 1 ? interval : `every ${count} ${interval}s`})`;
}
