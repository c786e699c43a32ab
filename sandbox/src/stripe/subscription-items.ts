import { isMetered, itemMinor } from './billing/lines.ts';
import type { Entity } from './scope.ts';

/** An item of a subscription, as the wire has it. One that is paid by use has no quantity. */
export type Item = {
  id: string;
  price: Entity;
  quantity?: number;
  current_period_start: number;
  current_period_end: number;
  [field: string]: unknown;
};

/** The items of a subscription. */
export const itemsOf = (subscription: Entity): Item[] =>
  (subscription.items as { data: Item[] }).data;

/** The list of a subscription's items, with other items in it. */
export const withItems = (subscription: Entity, data: Item[]): Record<string, unknown> => ({
  ...(subscription.items as object),
  data,
});

/** What a subscription costs for a period, without what is paid by use. */
export const totalMinor = (subscription: Entity): number =>
  itemsOf(subscription).reduce((sum, item) => sum + (isMetered(item) ? 0 : itemMinor(item)), 0);
