import { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
let method: string;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
beforeEach(async () => {
  shop = await openShop(sandbox);
  method = String((await shop.subscribe()).default_payment_method);
});
afterAll(() => sandbox.close());

const subscriptions = () => shop.stripe.subscriptions;
const create = (more: Stripe.SubscriptionCreateParams = {}) =>
  subscriptions().create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      default_payment_method: method,
      ...more,
    },
    shop.on,
  );
/** A card that attaches and then fails. */
const badMethod = async () =>
  String((await shop.subscribe('4000000000000341')).default_payment_method);

test('a subscription made by the API is paid for at once', async () => {
  const made = await create({
    items: [{ price: shop.price.id, quantity: 3 }],
    metadata: { plan: 'pro' },
    description: 'Pro for three',
    expand: ['latest_invoice'],
  });
  expect(made).toMatchObject({
    status: 'active',
    metadata: { plan: 'pro' },
    description: 'Pro for three',
    default_payment_method: method,
    latest_invoice: { status: 'paid', total: 5700, billing_reason: 'subscription_create' },
    items: { data: [{ quantity: 3, plan: { id: shop.price.id, amount: 1900 } }] },
  });
});

test('without a card it is refused, unless it waits for one or is free at first', async () => {
  const other = await shop.stripe.customers.create({}, shop.on);
  const given = { customer: other.id, items: [{ price: shop.price.id }] };
  await expect(subscriptions().create(given, shop.on)).rejects.toThrow(
    'no attached payment source',
  );
  const waiting = { ...given, payment_behavior: 'default_incomplete' as const };
  expect((await subscriptions().create(waiting, shop.on)).status).toBe('incomplete');
  const trying = { ...given, trial_period_days: 7 };
  expect((await subscriptions().create(trying, shop.on)).status).toBe('trialing');
});

test('a card that declines leaves it incomplete, or makes none', async () => {
  const default_payment_method = await badMethod();
  const made = await create({ default_payment_method, expand: ['latest_invoice'] });
  expect(made).toMatchObject({ status: 'incomplete', latest_invoice: { status: 'open' } });
  const count = async () => (await subscriptions().list({ status: 'all' }, shop.on)).data.length;
  const before = await count();
  await expect(
    create({ default_payment_method, payment_behavior: 'error_if_incomplete' }),
  ).rejects.toMatchObject({ type: 'StripeCardError', statusCode: 402 });
  expect(await count()).toBe(before);
});

test('an invoice that is sent is not charged, and its subscription owes after the date', async () => {
  const made = await create({ collection_method: 'send_invoice', days_until_due: 7 });
  const invoice = () => shop.stripe.invoices.retrieve(String(made.latest_invoice), {}, shop.on);
  expect(made.status).toBe('active');
  expect(await invoice()).toMatchObject({
    status: 'open',
    collection_method: 'send_invoice',
    attempted: false,
    due_date: made.created + 7 * 86_400,
  });
  await sandbox.control('POST', 'clock', { advanceMs: 8 * 86_400_000 });
  expect((await subscriptions().retrieve(made.id, {}, shop.on)).status).toBe('past_due');
});

test('items come, change and go, each with its proration', async () => {
  const { id } = await create();
  const seat = await shop.monthly(500);
  const { subscriptionItems } = shop.stripe;
  const added = await subscriptionItems.create(
    { subscription: id, price: seat.id, quantity: 2 },
    shop.on,
  );
  expect(added).toMatchObject({ price: { id: seat.id }, quantity: 2, subscription: id });
  const both = (await subscriptions().retrieve(id, {}, shop.on)).items.data;
  expect(both).toHaveLength(2);
  expect(both[1]?.current_period_end).toBe(both[0]?.current_period_end);
  const pending = async () =>
    (await shop.stripe.invoiceItems.list({ pending: true }, shop.on)).data.map((one) => one.amount);
  expect(await pending()).toHaveLength(1);
  await subscriptionItems.update(added.id, { quantity: 3 }, shop.on);
  expect(await pending()).toHaveLength(3);
  await subscriptionItems.del(added.id, { proration_behavior: 'none' }, shop.on);
  expect(await pending()).toHaveLength(3);
  const left = await subscriptionItems.list({ subscription: id }, shop.on);
  expect(left.data.map(({ price }) => price.id)).toEqual([shop.price.id]);
  await expect(subscriptionItems.del(left.data[0]?.id ?? '', {}, shop.on)).rejects.toMatchObject({
    statusCode: 400,
  });
});

test('a trial can be longer, or over at once', async () => {
  const { id, created } = await create({ trial_period_days: 3 });
  const trial_end = created + 10 * 86_400;
  const longer = await subscriptions().update(id, { trial_end }, shop.on);
  expect(longer).toMatchObject({
    status: 'trialing',
    trial_end,
    items: { data: [{ current_period_end: trial_end }] },
  });
  const over = await subscriptions().update(
    id,
    { trial_end: 'now', expand: ['latest_invoice'] },
    shop.on,
  );
  expect(over).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', total: 1900 } });
});

test('a price in another currency cannot be mixed in', async () => {
  const euros = await shop.stripe.prices.create(
    {
      product: shop.product.id,
      unit_amount: 500,
      currency: 'eur',
      recurring: { interval: 'month' },
    },
    shop.on,
  );
  await expect(
    create({ items: [{ price: shop.price.id }, { price: euros.id }] }),
  ).rejects.toMatchObject({ param: 'items[1][price]' });
});

test('a metered price needs its meter', async () => {
  const metered = (meter?: string) =>
    shop.stripe.prices.create(
      {
        product: shop.product.id,
        unit_amount: 100,
        currency: 'usd',
        recurring: { interval: 'month', usage_type: 'metered', ...(meter && { meter }) },
      },
      shop.on,
    );
  await expect(metered()).rejects.toMatchObject({ param: 'recurring[meter]' });
  await expect(metered('mtr_no')).rejects.toMatchObject({ code: 'resource_missing' });
});

test('a price is in parts of a cent, in packs or in tiers, and is billed so', async () => {
  const price = async (more: Partial<Stripe.PriceCreateParams>) =>
    shop.stripe.prices.create(
      { product: shop.product.id, currency: 'usd', recurring: { interval: 'month' }, ...more },
      shop.on,
    );
  const parts = await price({ unit_amount_decimal: Stripe.Decimal.from('0.5') });
  const packs = await price({
    unit_amount: 500,
    transform_quantity: { divide_by: 10, round: 'up' },
  });
  const tiers = await price({
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 10, unit_amount: 100 },
      { up_to: 'inf', unit_amount: 50 },
    ],
  });
  expect(parts).toMatchObject({ unit_amount: null, billing_scheme: 'per_unit' });
  expect(tiers).toMatchObject({ unit_amount: null, billing_scheme: 'tiered' });
  const items = [parts, packs, tiers].map(({ id }) => ({ price: id, quantity: 11 }));
  const made = await create({ items, expand: ['latest_invoice'] });
  const { lines } = made.latest_invoice as Stripe.Invoice;
  expect(lines.data.map(({ amount }) => amount)).toEqual([6, 1000, 1050]);
});
