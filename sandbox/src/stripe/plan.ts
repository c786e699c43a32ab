import type { Entity } from './scope.ts';

/** A recurring price in the older words that items still carry. */
export function planOf(price: Entity): Entity {
  const recurring = price.recurring as Record<string, unknown>;
  const transform = price.transform_quantity as Record<string, unknown> | null;
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring.interval,
    interval_count: recurring.interval_count,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: recurring.meter,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: transform,
    trial_period_days: null,
    usage_type: recurring.usage_type,
  };
}
