import { expect, test } from 'vitest';
import { createClock } from '../core/clock.ts';
import { createStore } from '../core/store.ts';
import { runUntil } from './catch-up.ts';
import { linesOf } from './invoice-draft.ts';
import { usedUnits } from './meter-usage.ts';
import { createCustomer } from './routes/customers.ts';
import { createPrice } from './routes/catalog.ts';
import { type Entity, openScope, PLATFORM, type Scope } from './scope.ts';
import { createSubscription } from './subscription-create.ts';
import { updateSubscription } from './subscription-update.ts';

const START = Date.parse('2026-03-01T00:00:00Z') / 1000;
const DAY = 86_400;

/** A scope with a meter, whose time stands still. */
function metered() {
  const store = createStore();
  const scope = openScope(
    { store, clock: createClock(store), baseUrl: () => '', emit: () => {} },
    PLATFORM,
    false,
  ).at(START);
  scope.put('billing.meter', {
    id: 'mtr_1',
    object: 'billing.meter',
    event_name: 'requests',
    default_aggregation: { formula: 'sum' },
  });
  const customer = createCustomer(scope, {});
  const use = (value: number, timestamp: number) =>
    scope.put('billing.meter_event', {
      id: `mev_${timestamp}_${value}`,
      object: 'billing.meter_event',
      event_name: 'requests',
      customer: customer.id,
      value,
      timestamp,
    });
  return { scope, customer, use };
}

/** A subscription of 10.00 a month, and 5.00 for each begun 1000 requests. */
function overage(scope: Scope, customer: Entity) {
  const common = { currency: 'usd', product_data: { name: 'Pro' } };
  const base = createPrice(scope, {
    ...common,
    unit_amount: '1000',
    recurring: { interval: 'month' },
  });
  const packs = (unit_amount: string) =>
    createPrice(scope, {
      ...common,
      unit_amount,
      recurring: { interval: 'month', usage_type: 'metered', meter: 'mtr_1' },
      transform_quantity: { divide_by: '1000', round: 'up' },
    });
  const subscription = createSubscription(scope, {
    customer: customer.id,
    items: [{ price: base.id }, { price: packs('500').id }],
    collection_method: 'send_invoice',
    days_until_due: '90',
  });
  return { subscription, packs };
}

const latest = (scope: Scope, { id }: Entity): Entity =>
  scope.must('invoice', String(scope.must('subscription', id).latest_invoice));
const amounts = (invoice: Entity) =>
  linesOf(invoice).map(({ amount, quantity }) => [amount, quantity]);

test('counts the values of a customer from an instant to before another', () => {
  const { scope, customer, use } = metered();
  use(5, START);
  use(7, START + 10);
  use(11, START + 20);
  const query = { meter: 'mtr_1', fromSeconds: START, untilSeconds: START + 20 };
  expect(usedUnits(scope, { ...query, customer: customer.id })).toBe(12);
  expect(usedUnits(scope, { ...query, customer: 'cus_other' })).toBe(0);
  expect(usedUnits(scope, { ...query, meter: 'mtr_no', customer: customer.id })).toBe(0);
});

test('what was used in a period is on the invoice of its end, the next period in advance', () => {
  const { scope, customer, use } = metered();
  const { subscription } = overage(scope, customer);
  expect(amounts(latest(scope, subscription))).toEqual([[1000, 1]]);
  use(1500, START + DAY);
  use(400, START + 31 * DAY);
  runUntil(scope, { clock: null, untilSeconds: START + 31 * DAY });
  expect(amounts(latest(scope, subscription))).toEqual([
    [1000, 1500],
    [1000, 1],
  ]);
  runUntil(scope, { clock: null, untilSeconds: START + 61 * DAY });
  expect(amounts(latest(scope, subscription))).toEqual([
    [500, 400],
    [1000, 1],
  ]);
});

test('a metered price that is replaced is billed to that instant, and the new one from it', () => {
  const { scope, customer, use } = metered();
  const { subscription, packs } = overage(scope, customer);
  const item = (subscription.items as { data: Entity[] }).data[1];
  use(1500, START + DAY);
  updateSubscription(scope.at(START + 10 * DAY), subscription, {
    items: [{ id: String(item?.id), price: packs('900').id }],
    proration_behavior: 'always_invoice',
  });
  expect(amounts(latest(scope, subscription))).toEqual([[1000, 1500]]);
  use(10, START + 20 * DAY);
  runUntil(scope, { clock: null, untilSeconds: START + 31 * DAY });
  expect(amounts(latest(scope, subscription))).toEqual([
    [900, 10],
    [1000, 1],
  ]);
});

test('a subscription that ends asks for what was used', () => {
  const { scope, customer, use } = metered();
  const { subscription } = overage(scope, customer);
  updateSubscription(scope, subscription, { cancel_at_period_end: 'true' });
  use(1, START + DAY);
  runUntil(scope, { clock: null, untilSeconds: START + 31 * DAY });
  expect(scope.must('subscription', subscription.id).status).toBe('canceled');
  expect(amounts(latest(scope, subscription))).toEqual([[500, 1]]);
});
