import type { Entity } from './scope.ts';

/** A subscription's one item, as the wire has it. */
export type Item = {
  id: string;
  price: Entity;
  quantity: number;
  current_period_start: number;
  current_period_end: number;
  [field: string]: unknown;
};

/** The items of a subscription. */
export const itemsOf = (subscription: Entity): Item[] =>
  (subscription.items as { data: Item[] }).data;

/** What a subscription costs for a period. */
export const totalMinor = (subscription: Entity): number =>
  itemsOf(subscription).reduce(
    (sum, { price, quantity }) => sum + Number(price.unit_amount) * quantity,
    0,
  );
