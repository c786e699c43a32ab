import type { Stripe } from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestStripe, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let stripe: Stripe;
beforeEach(async () => {
  sandbox = await startTestStripe();
  stripe = sandbox.as('test');
});
afterEach(() => sandbox.close());

const DAY = 86_400;
const nowSeconds = () => Math.floor(Date.now() / 1000);

const createMeter = (
  formula: 'sum' | 'count' | 'last' = 'sum',
  more: Partial<Stripe.Billing.MeterCreateParams> = {},
) =>
  stripe.billing.meters.create({
    display_name: 'Poems',
    event_name: 'poems',
    default_aggregation: { formula },
    ...more,
  });

const use = (value: string, more: Partial<Stripe.Billing.MeterEventCreateParams> = {}) =>
  stripe.billing.meterEvents.create({
    event_name: 'poems',
    payload: { stripe_customer_id: 'cus_ada', value },
    ...more,
  });

/** What is counted of a customer, from two days ago to tomorrow. */
async function counted(meter: string, customer = 'cus_ada') {
  const today = nowSeconds() - (nowSeconds() % DAY);
  const times = { start_time: today - 2 * DAY, end_time: today + DAY };
  const { data } = await stripe.billing.meters.listEventSummaries(meter, { customer, ...times });
  return data.map(({ aggregated_value }) => aggregated_value);
}

test.each([
  ['sum', [12]],
  ['count', [3]],
  ['last', [4]],
] as const)('a meter that takes the %s of 3, 5 and 4 reads %j', async (formula, expected) => {
  const meter = await createMeter(formula);
  for (const value of ['3', '5', '4']) await use(value);
  expect(await counted(meter.id)).toEqual(expected);
  expect(await counted(meter.id, 'cus_other')).toEqual([]);
});

test('a use counts once for its identifier, and only in its account', async () => {
  const meter = await createMeter();
  const first = await use('3', { identifier: 'write-1' });
  expect({ ...first }).toEqual({
    object: 'billing.meter_event',
    created: expect.any(Number),
    event_name: 'poems',
    identifier: 'write-1',
    livemode: false,
    payload: { stripe_customer_id: 'cus_ada', value: '3' },
    timestamp: first.created,
  });
  await expect(use('3', { identifier: 'write-1' })).rejects.toMatchObject({
    param: 'identifier',
    statusCode: 400,
  });
  expect(await counted(meter.id)).toEqual([3]);
  const on = { stripeAccount: await sandbox.connect() };
  await expect(
    stripe.billing.meterEvents.create({ event_name: 'poems', payload: {} }, on),
  ).rejects.toMatchObject({ param: 'event_name' });
});

test('an identifier is remembered for a day', async () => {
  await createMeter();
  await use('3', { identifier: 'write-1' });
  await sandbox.control('POST', 'clock', { advanceMs: DAY * 1000 });
  expect((await use('3', { identifier: 'write-1' })).identifier).toBe('write-1');
});

test.each([
  ['35 days back', -35 * DAY + 60],
  ['5 minutes ahead', 290],
])('a use %s is taken', async (_name, offset) => {
  await createMeter();
  const timestamp = nowSeconds() + offset;
  expect((await use('1', { timestamp })).timestamp).toBe(timestamp);
});

test.each([
  ['more than 35 days back', -35 * DAY - 60],
  ['more than 5 minutes ahead', 360],
])('a use %s is refused', async (_name, offset) => {
  await createMeter();
  await expect(use('1', { timestamp: nowSeconds() + offset })).rejects.toMatchObject({
    param: 'timestamp',
  });
});

test('a payload the meter cannot read is refused', async () => {
  await createMeter();
  await expect(use('many')).rejects.toMatchObject({ param: 'payload[value]' });
  await expect(use('1', { payload: { value: '1' } })).rejects.toMatchObject({
    param: 'payload[stripe_customer_id]',
  });
  await expect(use('1', { event_name: 'songs' })).rejects.toMatchObject({ param: 'event_name' });
});

test('a use can be taken back for a day', async () => {
  const meter = await createMeter();
  await use('3', { identifier: 'wrong' });
  await use('5', { identifier: 'late' });
  const cancel = (identifier: string) =>
    stripe.billing.meterEventAdjustments.create({
      event_name: 'poems',
      type: 'cancel',
      cancel: { identifier },
    });
  expect(await cancel('wrong')).toMatchObject({ status: 'complete' });
  expect(await counted(meter.id)).toEqual([5]);
  await sandbox.control('POST', 'clock', { advanceMs: (DAY + 60) * 1000 });
  for (const identifier of ['late', 'unknown'])
    await expect(cancel(identifier)).rejects.toMatchObject({ param: 'cancel[identifier]' });
});

test('a meter can be renamed, put away and brought back, one per event name', async () => {
  const meter = await createMeter();
  await expect(createMeter()).rejects.toMatchObject({ param: 'event_name' });
  const renamed = await stripe.billing.meters.update(meter.id, { display_name: 'Verses' });
  expect(renamed.display_name).toBe('Verses');
  const away = await stripe.billing.meters.deactivate(meter.id);
  expect(away).toMatchObject({
    status: 'inactive',
    status_transitions: { deactivated_at: expect.any(Number) },
  });
  await expect(use('1')).rejects.toMatchObject({ param: 'event_name' });
  expect((await stripe.billing.meters.list({ status: 'active' })).data).toEqual([]);
  await stripe.billing.meters.reactivate(meter.id);
  await expect(use('1')).resolves.toMatchObject({ event_name: 'poems' });
  const types = (await stripe.events.list()).data.map(({ type }) => type).toReversed();
  expect(types).toEqual([
    'billing.meter.created',
    'billing.meter.updated',
    'billing.meter.deactivated',
    'billing.meter.reactivated',
  ]);
});

test('summaries are grouped by the day, newest first, and want whole minutes', async () => {
  const meter = await createMeter();
  const today = nowSeconds() - (nowSeconds() % DAY);
  await use('2', { timestamp: today - DAY + 60 });
  await use('3', { timestamp: today - 2 * DAY });
  const list = (start_time: number) =>
    stripe.billing.meters.listEventSummaries(meter.id, {
      customer: 'cus_ada',
      start_time,
      end_time: today + DAY,
      value_grouping_window: 'day',
    });
  expect((await list(today - 2 * DAY)).data).toMatchObject([
    { aggregated_value: 2, start_time: today - DAY, end_time: today, meter: meter.id },
    { aggregated_value: 3, start_time: today - 2 * DAY },
  ]);
  await expect(list(today + 1)).rejects.toMatchObject({ param: 'start_time' });
});
