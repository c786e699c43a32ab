import type { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
let team: Stripe.Price;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
beforeEach(async () => {
  shop = await openShop(sandbox);
  team = await shop.monthly(4900);
});
afterAll(() => sandbox.close());

const DAY_MS = 86_400_000;
const advanceDays = (days: number) =>
  sandbox.control('POST', 'clock', { advanceMs: days * DAY_MS });
const itemOf = (subscription: Stripe.Subscription) =>
  subscription.items.data[0] as Stripe.SubscriptionItem;
const schedules = () => shop.stripe.subscriptionSchedules;
const schedule = (id: string) => schedules().retrieve(id, {}, shop.on);
const scheduleFor = (subscription: string) =>
  schedules().create({ from_subscription: subscription }, shop.on);

/** Team now, and Pro from the end of the period on. */
async function downgrading() {
  const line_items = [{ price: team.id, quantity: 1 }];
  const subscription = await shop.subscribe(undefined, { line_items });
  const { id, phases } = await scheduleFor(subscription.id);
  const [now] = phases as [Stripe.SubscriptionSchedule.Phase];
  const changed = await schedules().update(
    id,
    {
      end_behavior: 'release',
      proration_behavior: 'none',
      phases: [
        {
          items: [{ price: team.id, quantity: 1 }],
          start_date: now.start_date,
          end_date: now.end_date,
        },
        {
          items: [{ price: shop.price.id, quantity: 1 }],
          duration: { interval: 'month', interval_count: 1 },
          proration_behavior: 'none',
        },
      ],
    },
    shop.on,
  );
  return { subscription, schedule: changed };
}

test('a schedule takes over a subscription as it is, and the subscription names it', async () => {
  const subscription = await shop.subscribe();
  const { current_period_start: start_date, current_period_end: end_date } = itemOf(subscription);
  const made = await scheduleFor(subscription.id);
  expect(made).toMatchObject({
    object: 'subscription_schedule',
    status: 'active',
    end_behavior: 'release',
    subscription: subscription.id,
    current_phase: { start_date, end_date },
    phases: [{ start_date, end_date, items: [{ price: shop.price.id, quantity: 1 }] }],
  });
  expect((await shop.subscription(subscription.id)).schedule).toBe(made.id);
  const expand = ['schedule'];
  expect(
    await shop.stripe.subscriptions.retrieve(subscription.id, { expand }, shop.on),
  ).toMatchObject({ schedule: { id: made.id, status: 'active' } });
  await expect(scheduleFor(subscription.id)).rejects.toMatchObject({ param: 'from_subscription' });
});

test('a downgrade by schedule happens with the renewal, and then the schedule lets go', async () => {
  const { subscription, schedule: made } = await downgrading();
  expect(itemOf(await shop.subscription(subscription.id)).price.id).toBe(team.id);
  const preview = await shop.stripe.invoices.createPreview(
    { subscription: subscription.id },
    shop.on,
  );
  expect(preview.total).toBe(1900);
  await advanceDays(32);
  const renewed = await shop.subscription(subscription.id);
  expect(itemOf(renewed)).toMatchObject({
    id: itemOf(subscription).id,
    price: { id: shop.price.id },
    current_period_start: itemOf(subscription).current_period_end,
  });
  const invoice = await shop.stripe.invoices.retrieve(String(renewed.latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({ status: 'paid', total: 1900 });
  expect(await schedule(made.id)).toMatchObject({ status: 'active' });
  await advanceDays(31);
  expect(await schedule(made.id)).toMatchObject({
    status: 'released',
    subscription: null,
    released_subscription: subscription.id,
  });
  expect(await shop.subscription(subscription.id)).toMatchObject({
    status: 'active',
    schedule: null,
    items: { data: [{ price: { id: shop.price.id } }] },
  });
});

test('a renewal into another phase is one update with the price and the period', async () => {
  const { subscription } = await downgrading();
  await sandbox.control('POST', `subscriptions/${subscription.id}/period-end`);
  const { data } = await shop.stripe.events.list({ limit: 20 }, shop.on);
  const updated = data.find(({ type }) => type === 'customer.subscription.updated');
  expect(updated?.data).toMatchObject({
    object: { items: { data: [{ price: { id: shop.price.id } }] } },
    previous_attributes: { items: { data: [{ price: { id: team.id } }] } },
  });
});

test('a released schedule changes nothing any more', async () => {
  const { subscription, schedule: made } = await downgrading();
  const released = await schedules().release(made.id, {}, shop.on);
  expect(released).toMatchObject({ status: 'released', subscription: null });
  expect((await shop.subscription(subscription.id)).schedule).toBeNull();
  await advanceDays(32);
  expect(itemOf(await shop.subscription(subscription.id)).price.id).toBe(team.id);
  await expect(schedules().release(made.id, {}, shop.on)).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
  });
});

test('a cancelled schedule ends its subscription, and the other way round', async () => {
  const one = await downgrading();
  expect(await schedules().cancel(one.schedule.id, {}, shop.on)).toMatchObject({
    status: 'canceled',
  });
  expect((await shop.subscription(one.subscription.id)).status).toBe('canceled');
  const other = await downgrading();
  await shop.stripe.subscriptions.cancel(other.subscription.id, {}, shop.on);
  expect(await schedule(other.schedule.id)).toMatchObject({ status: 'canceled' });
});

test('the end of what a schedule manages is not to be changed past it, its price is', async () => {
  const { subscription, schedule: made } = await downgrading();
  const { subscriptions } = shop.stripe;
  await expect(
    subscriptions.update(subscription.id, { cancel_at_period_end: true }, shop.on),
  ).rejects.toThrow(made.id);
  const items = [{ id: itemOf(subscription).id, quantity: 2 }];
  await subscriptions.update(subscription.id, { items, proration_behavior: 'none' }, shop.on);
  expect((await schedule(made.id)).phases[0]?.items).toMatchObject([
    { price: team.id, quantity: 2 },
  ]);
});

test('a phase that begins within a period is prorated, when it says so', async () => {
  const subscription = await shop.subscribe();
  const { id, phases } = await scheduleFor(subscription.id);
  const start = phases[0]?.start_date ?? 0;
  const middle = start + 10 * 86_400;
  await schedules().update(
    id,
    {
      phases: [
        { items: [{ price: shop.price.id }], start_date: start, end_date: middle },
        {
          items: [{ price: team.id }],
          end_date: middle + 90 * 86_400,
          proration_behavior: 'always_invoice',
        },
      ],
    },
    shop.on,
  );
  await advanceDays(11);
  const after = await shop.subscription(subscription.id);
  expect(itemOf(after)).toMatchObject({
    price: { id: team.id },
    current_period_end: itemOf(subscription).current_period_end,
  });
  const invoice = await shop.stripe.invoices.retrieve(String(after.latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({ billing_reason: 'subscription_update', created: middle });
  expect(invoice.lines.data).toHaveLength(2);
});

test('phases follow each other without a gap, and end after they start', async () => {
  const subscription = await shop.subscribe();
  const { id, phases } = await scheduleFor(subscription.id);
  const [now] = phases as [Stripe.SubscriptionSchedule.Phase];
  const items = [{ price: shop.price.id }];
  const first = { items, start_date: now.start_date, end_date: now.end_date };
  await expect(
    schedules().update(id, { phases: [first, { items, start_date: now.end_date + 1 }] }, shop.on),
  ).rejects.toMatchObject({ param: 'phases[1][start_date]' });
  await expect(
    schedules().update(id, { phases: [{ ...first, end_date: now.start_date }] }, shop.on),
  ).rejects.toMatchObject({ param: 'phases[0][end_date]' });
});

test('a schedule of its own begins its subscription at its time, and can be cancelled before', async () => {
  const { id: customer } = await shop.stripe.customers.create(
    { payment_method: 'pm_card_visa' },
    shop.on,
  );
  const price = shop.price.id;
  const nowSeconds = (await scheduleOfOwn('now')).created;
  function scheduleOfOwn(start_date: number | 'now') {
    const phases = [{ items: [{ price }], duration: { interval: 'month' as const } }];
    return schedules().create({ customer, start_date, phases }, shop.on);
  }
  const later = nowSeconds + 3 * 86_400;
  const [waiting, dropped] = [await scheduleOfOwn(later), await scheduleOfOwn(later)];
  expect(waiting).toMatchObject({ status: 'not_started', subscription: null });
  expect((await schedules().cancel(dropped.id, {}, shop.on)).status).toBe('canceled');
  await advanceDays(4);
  const begun = await schedule(waiting.id);
  expect(begun).toMatchObject({ status: 'active', current_phase: { start_date: later } });
  const subscription = await shop.subscription(String(begun.subscription));
  expect(subscription).toMatchObject({ status: 'active', start_date: later });
  expect((await schedule(dropped.id)).subscription).toBeNull();
});
