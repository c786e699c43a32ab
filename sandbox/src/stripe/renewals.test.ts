import type { Stripe } from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  openShop,
  startTestStripe,
  submit,
  type TestShop,
  type TestStripe,
} from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
beforeEach(async () => {
  shop = await openShop(sandbox);
});
afterEach(() => sandbox.control('POST', 'retries'));
afterAll(() => sandbox.close());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FAILS_LATER = '4000000000000341';
const advance = (ms: number) => sandbox.control('POST', 'clock', { advanceMs: ms });
const toPeriodEnd = (id: string) => sandbox.control('POST', `subscriptions/${id}/period-end`);
const newestFirst = async () => (await shop.stripe.events.list({ limit: 100 }, shop.on)).data;
const customer = () => shop.stripe.customers.retrieve(shop.customer.id, {}, shop.on);
const latest = async (id: string) =>
  shop.stripe.invoices.retrieve(String((await shop.subscription(id)).latest_invoice), {}, shop.on);

/** The types of what happens meanwhile, in order. */
async function telling(act: () => Promise<unknown>): Promise<string[]> {
  const [before] = await newestFirst();
  await act();
  const now = await newestFirst();
  const count = now.findIndex(({ id }) => id === before?.id);
  return now
    .slice(0, count)
    .map(({ type }) => type)
    .toReversed();
}

/** A card that pays, attached to the customer by a purchase. */
async function goodCard(): Promise<string> {
  const { id: customer } = shop.customer;
  return (await shop.stripe.paymentMethods.attach('pm_card_visa', { customer }, shop.on)).id;
}

/** A subscription whose renewal just failed. */
async function pastDue(): Promise<Stripe.Subscription> {
  const { id } = await shop.subscribe(FAILS_LATER);
  await toPeriodEnd(id);
  const subscription = await shop.subscription(id);
  expect(subscription.status).toBe('past_due');
  return subscription;
}

test('a renewal rolls the period with a draft, and asks for the money an hour later', async () => {
  const { id, items, created } = await shop.subscribe();
  const length = ((items.data[0]?.current_period_end ?? 0) - created) * 1000;
  const before = (await customer()) as Stripe.Customer;
  expect(await telling(() => advance(length + HOUR_MS / 2))).toEqual([
    'invoice.created',
    'customer.subscription.updated',
  ]);
  expect(await latest(id)).toMatchObject({ status: 'draft', attempted: false, number: null });
  expect(await telling(() => advance(HOUR_MS))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
  ]);
  expect(await latest(id)).toMatchObject({
    status: 'paid',
    attempt_count: 1,
    number: expect.stringContaining(before.invoice_prefix ?? '-'),
  });
  const updated = (await newestFirst()).find(
    ({ type }) => type === 'customer.subscription.updated',
  );
  expect(Object.keys(updated?.data.previous_attributes ?? {}).toSorted()).toEqual([
    'items',
    'latest_invoice',
  ]);
});

test('a failed renewal tells of its try, of the debt, and when it tries again', async () => {
  const { id } = await shop.subscribe(FAILS_LATER);
  expect(await telling(() => toPeriodEnd(id))).toEqual([
    'invoice.created',
    'customer.subscription.updated',
    'invoice.finalized',
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.updated',
    'customer.subscription.updated',
  ]);
  const invoice = await latest(id);
  expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
  const finalizedAt = Number(invoice.status_transitions.finalized_at);
  // The try may come a second after the finalizing.
  expect([0, 1]).toContain(Number(invoice.next_payment_attempt) - finalizedAt - 3 * 86_400);
  expect(await customer()).toMatchObject({ delinquent: true });
});

test.each(['canceled', 'unpaid', 'past_due'] as const)(
  'after the last failed try a subscription is %s, as the rules say',
  async (end) => {
    await sandbox.control('POST', 'retries', { days: [1, 2], finally: end });
    const { id } = await pastDue();
    const invoiceId = String((await shop.subscription(id)).latest_invoice);
    const invoice = () => shop.stripe.invoices.retrieve(invoiceId, {}, shop.on);
    await advance(DAY_MS);
    expect(await invoice()).toMatchObject({ attempt_count: 2, status: 'open' });
    expect((await shop.subscription(id)).status).toBe('past_due');
    await advance(DAY_MS);
    expect(await invoice()).toMatchObject({
      attempt_count: 3,
      next_payment_attempt: null,
      status: 'open',
    });
    expect((await shop.subscription(id)).status).toBe(end);
  },
);

test('a subscription that is over asks for what it owed no more', async () => {
  const { id, latest_invoice } = await pastDue();
  await shop.stripe.subscriptions.cancel(id, {}, shop.on);
  expect(await telling(() => advance(10 * DAY_MS))).toEqual([]);
  const invoice = await shop.stripe.invoices.retrieve(String(latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, next_payment_attempt: null });
});

test('by itself it is tried four more times within three weeks', async () => {
  const { id, latest_invoice } = await pastDue();
  await advance(22 * DAY_MS);
  const invoice = await shop.stripe.invoices.retrieve(String(latest_invoice), {}, shop.on);
  expect(invoice.attempt_count).toBe(5);
  expect(await shop.subscription(id)).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'payment_failed' },
  });
});

test('while unpaid it renews in drafts that nobody asks for', async () => {
  await sandbox.control('POST', 'retries', { days: [1], finally: 'unpaid' });
  const { id, latest_invoice } = await pastDue();
  await advance(40 * DAY_MS);
  const draft = await latest(id);
  expect(draft.id).not.toBe(latest_invoice);
  expect(draft).toMatchObject({ status: 'draft', auto_advance: false });
});

test('paying the invoice with another card makes everything well again', async () => {
  const { id, latest_invoice } = await pastDue();
  const payment_method = await goodCard();
  const told = await telling(() =>
    shop.stripe.invoices.pay(String(latest_invoice), { payment_method }, shop.on),
  );
  expect(told).toEqual([
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.updated',
    'customer.subscription.updated',
  ]);
  expect((await shop.subscription(id)).status).toBe('active');
  expect(await customer()).toMatchObject({ delinquent: false });
  expect(await latest(id)).toMatchObject({ status: 'paid', next_payment_attempt: null });
});

test('a new card of the subscription pays at the next try', async () => {
  const { id } = await pastDue();
  const default_payment_method = await goodCard();
  await shop.stripe.subscriptions.update(id, { default_payment_method }, shop.on);
  expect((await shop.subscription(id)).status).toBe('past_due');
  await advance(3 * DAY_MS);
  expect((await shop.subscription(id)).status).toBe('active');
});

test('a refused payment by hand is a card error and no try of the schedule', async () => {
  const { id, latest_invoice } = await pastDue();
  const before = await latest(id);
  await expect(shop.stripe.invoices.pay(String(latest_invoice), {}, shop.on)).rejects.toMatchObject(
    { type: 'StripeCardError', code: 'card_declined' },
  );
  expect(await latest(id)).toMatchObject({
    attempt_count: 1,
    next_payment_attempt: before.next_payment_attempt,
  });
});

test('a trial says three days before that it ends, is active, and then asks for money', async () => {
  const { id } = await shop.subscribe(undefined, {
    subscription_data: { trial_period_days: 14 },
  });
  expect(await telling(() => advance(10 * DAY_MS))).toEqual([]);
  expect(await telling(() => advance(DAY_MS + 1000))).toEqual([
    'customer.subscription.trial_will_end',
  ]);
  expect(await telling(() => advance(3 * DAY_MS))).toEqual([
    'invoice.created',
    'customer.subscription.updated',
  ]);
  const subscription = await shop.subscription(id);
  expect(subscription).toMatchObject({ status: 'active' });
  expect(await latest(id)).toMatchObject({ status: 'draft', total: 1900 });
  await advance(HOUR_MS);
  expect(await latest(id)).toMatchObject({ status: 'paid' });
});

const trialWithoutCard = (missing_payment_method: 'cancel' | 'pause' | 'create_invoice') =>
  shop.stripe.subscriptions.create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method } },
    },
    shop.on,
  );

test('a trial that ends without a card cancels, when it says so', async () => {
  const { id } = await trialWithoutCard('cancel');
  await advance(7 * DAY_MS);
  expect((await shop.subscription(id)).status).toBe('canceled');
});

test('a trial that ends without a card makes an invoice that is not paid, by default', async () => {
  const { id } = await trialWithoutCard('create_invoice');
  await advance(7 * DAY_MS + HOUR_MS);
  expect((await shop.subscription(id)).status).toBe('past_due');
  expect(await latest(id)).toMatchObject({ status: 'open' });
});

test('a trial that ends without a card pauses, and goes on when it is resumed', async () => {
  const { id } = await trialWithoutCard('pause');
  expect(await telling(() => advance(7 * DAY_MS))).toContain('customer.subscription.paused');
  expect((await shop.subscription(id)).status).toBe('paused');
  await advance(60 * DAY_MS);
  expect((await shop.subscription(id)).status).toBe('paused');
  const default_payment_method = await goodCard();
  await shop.stripe.subscriptions.update(id, { default_payment_method }, shop.on);
  const resumed = await shop.stripe.subscriptions.resume(id, {}, shop.on);
  expect(resumed.status).toBe('active');
  expect(await latest(id)).toMatchObject({ status: 'paid', total: 1900 });
  await expect(shop.stripe.subscriptions.resume(id, {}, shop.on)).rejects.toMatchObject({
    statusCode: 400,
  });
});

test.each([
  ['void', 'void'],
  ['mark_uncollectible', 'uncollectible'],
  ['keep_as_draft', 'draft'],
] as const)(
  'paused collection with %s leaves renewals %s, until it resumes',
  async (behavior, status) => {
    const { id } = await shop.subscribe();
    const [start] = await newestFirst();
    const resumes_at = Number(start?.created) + 35 * 86_400;
    await shop.stripe.subscriptions.update(
      id,
      { pause_collection: { behavior, resumes_at } },
      shop.on,
    );
    await advance(32 * DAY_MS);
    expect(await shop.subscription(id)).toMatchObject({ status: 'active' });
    expect(await latest(id)).toMatchObject({ status });
    await advance(4 * DAY_MS);
    expect((await shop.subscription(id)).pause_collection).toBeNull();
    await advance(29 * DAY_MS);
    expect(await latest(id)).toMatchObject({ status: 'paid' });
  },
);

test('a first payment that nobody makes expires after 23 hours', async () => {
  const made = await shop.stripe.subscriptions.create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      payment_behavior: 'default_incomplete',
    },
    shop.on,
  );
  expect(made.status).toBe('incomplete');
  await advance(22 * HOUR_MS);
  expect((await shop.subscription(made.id)).status).toBe('incomplete');
  await advance(HOUR_MS);
  expect((await shop.subscription(made.id)).status).toBe('incomplete_expired');
});

test('a first payment that is made later makes the subscription active', async () => {
  const made = await shop.stripe.subscriptions.create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      payment_behavior: 'default_incomplete',
    },
    shop.on,
  );
  const payment_method = await goodCard();
  await shop.stripe.invoices.pay(String(made.latest_invoice), { payment_method }, shop.on);
  expect((await shop.subscription(made.id)).status).toBe('active');
});

test('a first payment that its owner confirms makes the subscription active', async () => {
  const made = await shop.stripe.subscriptions.create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      payment_behavior: 'default_incomplete',
    },
    shop.on,
  );
  const invoice = String(made.latest_invoice);
  const payments = await shop.stripe.invoicePayments.list({ invoice, status: 'open' }, shop.on);
  const intent = String(payments.data[0]?.payment.payment_intent);
  const asked = await shop.stripe.paymentIntents.confirm(
    intent,
    { payment_method: 'pm_card_threeDSecure2Required', return_url: 'http://shop.test/back' },
    shop.on,
  );
  expect(asked.status).toBe('requires_action');
  expect((await shop.subscription(made.id)).status).toBe('incomplete');
  await submit(String(asked.next_action?.redirect_to_url?.url), { answer: 'complete' });
  expect((await shop.subscription(made.id)).status).toBe('active');
  expect(await latest(made.id)).toMatchObject({ status: 'paid', amount_paid: 1900 });
});

test('a session that is over in time tells so', async () => {
  await shop.startCheckout();
  expect(await telling(() => advance(DAY_MS))).toEqual(['checkout.session.expired']);
});

test('cancelled at once with an invoice, the unused time is credited', async () => {
  const { id } = await shop.subscribe();
  await advance(10 * DAY_MS);
  const ended = await shop.stripe.subscriptions.cancel(
    id,
    { prorate: true, invoice_now: true },
    shop.on,
  );
  expect(ended.status).toBe('canceled');
  const { total } = await latest(id);
  expect(total).toBeLessThan(-1150);
  expect(total).toBeGreaterThan(-1350);
  expect(await customer()).toMatchObject({ balance: total });
});
