import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
beforeEach(async () => {
  shop = await openShop(sandbox);
});
afterAll(() => sandbox.close());

const DAY = 86_400;
/** Long ago, so that no time of the sandbox's own is like it. */
const START = Date.parse('2020-01-31T10:00:00Z') / 1000;
const clocks = () => shop.stripe.testHelpers.testClocks;
const startClock = () => clocks().create({ frozen_time: START, name: 'a story' }, shop.on);

/** Moves a clock, and waits until it is there. */
async function advance(id: string, frozen_time: number): Promise<void> {
  const moving = await clocks().advance(id, { frozen_time }, shop.on);
  expect(moving).toMatchObject({
    status: 'advancing',
    frozen_time: expect.any(Number),
    status_details: { advancing: { target_frozen_time: frozen_time } },
  });
  await expect
    .poll(() => clocks().retrieve(id, {}, shop.on))
    .toMatchObject({ status: 'ready', frozen_time });
}

/** A customer in a clock's time, who bought the monthly price. */
async function subscriber(clock: string) {
  const customer = await shop.stripe.customers.create({ test_clock: clock }, shop.on);
  const session = await shop.startCheckout({ customer: customer.id });
  await shop.pay(session.id);
  const done = await shop.stripe.checkout.sessions.retrieve(session.id, {}, shop.on);
  return { customer, id: String(done.subscription) };
}

test('everything of a customer happens in the time of its test clock', async () => {
  const clock = await startClock();
  const { customer, id } = await subscriber(clock.id);
  expect(customer).toMatchObject({ test_clock: clock.id, created: START });
  const subscription = await shop.subscription(id);
  expect(subscription).toMatchObject({
    test_clock: clock.id,
    created: START,
    items: {
      data: [{ current_period_start: START, current_period_end: START + 29 * DAY }],
    },
  });
  expect((await shop.subscribe()).created).toBeGreaterThan(START + 365 * DAY);
});

test('an advanced clock renews at the instants of its own time, and tells when it is there', async () => {
  const clock = await startClock();
  const { id } = await subscriber(clock.id);
  const end = START + 29 * DAY;
  await advance(clock.id, end + 60);
  const drafted = await shop.subscription(id);
  const invoiceId = String(drafted.latest_invoice);
  expect(await shop.stripe.invoices.retrieve(invoiceId, {}, shop.on)).toMatchObject({
    status: 'draft',
    created: end,
    automatically_finalizes_at: end + 3_600,
    test_clock: clock.id,
  });
  await advance(clock.id, end + 3_600);
  expect(await shop.stripe.invoices.retrieve(invoiceId, {}, shop.on)).toMatchObject({
    status: 'paid',
    status_transitions: { finalized_at: end + 3_600, paid_at: end + 3_600 },
  });
  const { data } = await shop.stripe.events.list({ limit: 100 }, shop.on);
  const ready = data.filter(({ type }) => type === 'test_helpers.test_clock.ready');
  expect(ready).toHaveLength(2);
  const rolled = data.find(({ type }) => type === 'customer.subscription.updated');
  expect(rolled?.created).toBe(end);
});

test('the sandbox’s own time moves nothing that lives by a test clock', async () => {
  const clock = await startClock();
  const { id } = await subscriber(clock.id);
  const own = await shop.subscribe();
  await sandbox.control('POST', 'clock', { advanceMs: 40 * DAY * 1000 });
  expect((await shop.subscription(id)).items.data[0]?.current_period_start).toBe(START);
  await advance(clock.id, START + 40 * DAY);
  expect((await shop.subscription(own.id)).items.data[0]?.current_period_start).toBe(
    own.items.data[0]?.current_period_end,
  );
});

test('a clock never goes back, and at most two intervals of its subscriptions forward', async () => {
  const { id } = await startClock();
  const refused = { param: 'frozen_time', statusCode: 400 };
  const move = (frozen_time: number) => clocks().advance(id, { frozen_time }, shop.on);
  await expect(move(START)).rejects.toMatchObject(refused);
  await expect(move(START - 1)).rejects.toMatchObject(refused);
  await expect(move(START + 3 * 366 * DAY)).rejects.toMatchObject(refused);
  await subscriber(id);
  await expect(move(START + 70 * DAY)).rejects.toMatchObject(refused);
  await advance(id, START + 59 * DAY);
});

test('three customers live by a test clock, and only its list has them', async () => {
  const clock = await startClock();
  const create = () => shop.stripe.customers.create({ test_clock: clock.id }, shop.on);
  const made = [await create(), await create(), await create()];
  await expect(create()).rejects.toMatchObject({ param: 'test_clock' });
  const list = async (more: object) =>
    (await shop.stripe.customers.list({ limit: 100, ...more }, shop.on)).data.map(({ id }) => id);
  expect(await list({ test_clock: clock.id })).toEqual(made.map(({ id }) => id).toReversed());
  expect(await list({})).toEqual([shop.customer.id]);
});

test('a deleted clock takes its customers and subscriptions with it', async () => {
  const clock = await startClock();
  const { id, customer } = await subscriber(clock.id);
  expect(await clocks().del(clock.id, {}, shop.on)).toMatchObject({ deleted: true });
  expect((await shop.subscription(id)).status).toBe('canceled');
  expect(await shop.stripe.customers.retrieve(customer.id, {}, shop.on)).toMatchObject({
    deleted: true,
  });
  await expect(clocks().retrieve(clock.id, {}, shop.on)).rejects.toMatchObject({
    code: 'resource_missing',
  });
  expect((await clocks().list({}, shop.on)).data).toEqual([]);
});
