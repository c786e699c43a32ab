import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
afterAll(() => sandbox.close());

const DAY_MS = 86_400_000;
const advanceDays = (days: number) =>
  sandbox.control('POST', 'clock', { advanceMs: days * DAY_MS });
const toPeriodEnd = (id: string) => sandbox.control('POST', `subscriptions/${id}/period-end`);
const openPortal = async () =>
  (
    await shop.stripe.billingPortal.sessions.create(
      { customer: shop.customer.id, return_url: 'http://shop.test/account' },
      shop.on,
    )
  ).url;

test('a bought subscription has its period on the item and flexible billing', async () => {
  const subscription = await shop.subscribe();
  const [item] = subscription.items.data;
  expect(subscription).toMatchObject({
    object: 'subscription',
    status: 'active',
    billing_mode: { type: 'flexible' },
    cancel_at: null,
    cancel_at_period_end: false,
    currency: 'usd',
    ended_at: null,
  });
  expect(item).toMatchObject({ quantity: 1, price: { id: shop.price.id, unit_amount: 1900 } });
  expect(item?.current_period_start).toBe(subscription.created);
  expect(item?.current_period_end).toBeGreaterThan(subscription.created + 27 * 86_400);
  expect('current_period_end' in subscription).toBe(false);
});

test('a card stays secret: the API shows its last four digits only', async () => {
  const subscription = await shop.subscribe();
  const { data } = await shop.stripe.paymentMethods.list({ customer: shop.customer.id }, shop.on);
  expect(data[0]?.id).toBe(subscription.default_payment_method);
  expect(JSON.stringify(data)).toContain('"last4":"4242"');
  expect(JSON.stringify(data)).not.toContain('4242424242424242');
});

test('cancelled in the portal it goes on until its period ends, and resumes', async () => {
  const { id, items } = await shop.subscribe();
  const end = items.data[0]?.current_period_end;
  const portal = await openPortal();
  expect(await (await fetch(portal)).text()).toContain('Cancel plan');
  const pressed = await submit(portal, { subscription: id, action: 'cancel' });
  expect(pressed.status).toBe(303);
  expect(await shop.subscription(id)).toMatchObject({
    status: 'active',
    cancel_at: end,
    cancel_at_period_end: false,
  });
  expect(await (await fetch(portal)).text()).toContain('Resume plan');
  await submit(portal, { subscription: id, action: 'resume' });
  expect(await shop.subscription(id)).toMatchObject({ cancel_at: null, canceled_at: null });
  await submit(portal, { subscription: id, action: 'cancel' });
  await toPeriodEnd(id);
  const ended = await shop.subscription(id);
  expect(ended.status).toBe('canceled');
  expect(ended.ended_at).toBe(ended.items.data[0]?.current_period_end);
});

test('a portal page changes its own customer’s subscriptions only', async () => {
  const { id } = await shop.subscribe();
  const other = await shop.stripe.customers.create({}, shop.on);
  const { url } = await shop.stripe.billingPortal.sessions.create({ customer: other.id }, shop.on);
  await submit(url, { subscription: id, action: 'cancel' });
  expect((await shop.subscription(id)).cancel_at).toBeNull();
  expect(await (await fetch(url)).text()).not.toContain('Cancel plan');
});

test('a portal session takes a configuration of its own account', async () => {
  const { configurations, sessions } = shop.stripe.billingPortal;
  const given = { features: { invoice_history: { enabled: true } } };
  const { id } = await configurations.create(given, shop.on);
  const listed = await configurations.list({ active: true }, shop.on);
  expect(listed.data.map((one) => one.id)).toEqual([id]);
  const customer = shop.customer.id;
  const session = await sessions.create({ customer, configuration: id }, shop.on);
  expect(session.configuration).toBe(id);
  const foreign = { customer, configuration: 'bpc_no' };
  await expect(sessions.create(foreign, shop.on)).rejects.toMatchObject({
    param: 'configuration',
  });
});

test('a portal page ends after half an hour', async () => {
  const portal = await openPortal();
  await sandbox.control('POST', 'clock', { advanceMs: DAY_MS / 48 });
  expect((await fetch(portal)).status).toBe(404);
});

test('a period’s end renews: a new period and a paid invoice', async () => {
  const before = await shop.subscribe();
  expect(await toPeriodEnd(before.id)).toEqual({ id: before.id, status: 'active' });
  const after = await shop.subscription(before.id);
  expect(after.items.data[0]?.current_period_start).toBeGreaterThanOrEqual(before.created);
  expect(after.latest_invoice).not.toBe(before.latest_invoice);
  const invoice = await shop.stripe.invoices.retrieve(String(after.latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({
    status: 'paid',
    billing_reason: 'subscription_cycle',
    amount_paid: 1900,
    parent: { subscription_details: { subscription: before.id } },
  });
});

test('time renews once for every period that passed, without a gap', async () => {
  const { id, items } = await shop.subscribe();
  await advanceDays(95);
  const after = await shop.subscription(id);
  const invoices = await shop.stripe.invoices.list({ customer: shop.customer.id }, shop.on);
  expect(invoices.data).toHaveLength(4);
  const periods = (
    await shop.stripe.events.list({ type: 'customer.subscription.updated', limit: 100 }, shop.on)
  ).data
    .map(({ data }) => data.object as typeof after)
    .map((one) => one.items.data[0]?.current_period_start);
  expect(periods).toContain(items.data[0]?.current_period_end);
  expect(after.status).toBe('active');
});

test('time ends what was to end, at its instant', async () => {
  const { id, items } = await shop.subscribe();
  const end = items.data[0]?.current_period_end;
  await shop.stripe.subscriptions.update(id, { cancel_at_period_end: true }, shop.on);
  expect(await shop.subscription(id)).toMatchObject({ cancel_at: end, cancel_at_period_end: true });
  await advanceDays(40);
  expect(await shop.subscription(id)).toMatchObject({ status: 'canceled', ended_at: end });
  const invoices = await shop.stripe.invoices.list({ customer: shop.customer.id }, shop.on);
  expect(invoices.data).toHaveLength(1);
});

test('a card that fails later makes the renewal past due, with an open invoice', async () => {
  const { id } = await shop.subscribe('4000000000000341');
  expect(await toPeriodEnd(id)).toMatchObject({ status: 'past_due' });
  const after = await shop.subscription(id);
  expect(after.status).toBe('past_due');
  const invoice = await shop.stripe.invoices.retrieve(String(after.latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({ status: 'open', amount_remaining: 1900 });
});

test('a trial’s end asks for the first payment', async () => {
  const { id, trial_end } = await shop.subscribe(undefined, {
    subscription_data: { trial_period_days: 14 },
  });
  await advanceDays(15);
  const after = await shop.subscription(id);
  expect(after.status).toBe('active');
  expect(after.items.data[0]?.current_period_start).toBe(trial_end);
});

test('a change of price with always_invoice bills the difference at once', async () => {
  const { id, items } = await shop.subscribe();
  const team = await shop.monthly(4900);
  const [item] = items.data;
  const changed = await shop.stripe.subscriptions.update(
    id,
    {
      items: [{ id: item?.id ?? '', price: team.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
    },
    shop.on,
  );
  expect(changed.items.data[0]).toMatchObject({
    id: item?.id,
    price: { id: team.id },
    current_period_end: item?.current_period_end,
  });
  const invoice = await shop.stripe.invoices.retrieve(String(changed.latest_invoice), {}, shop.on);
  expect(invoice).toMatchObject({ billing_reason: 'subscription_update', status: 'paid' });
  expect(invoice.total).toBeGreaterThan(2990);
  expect(invoice.total).toBeLessThanOrEqual(3000);
});

test('a change that cannot be paid for is refused whole with error_if_incomplete', async () => {
  const before = await shop.subscribe('4000000000000341');
  const team = await shop.monthly(4900);
  const change = { items: [{ id: before.items.data[0]?.id ?? '', price: team.id }] };
  const how = { ...change, proration_behavior: 'always_invoice' as const };
  await expect(
    shop.stripe.subscriptions.update(
      before.id,
      { ...how, payment_behavior: 'error_if_incomplete' },
      shop.on,
    ),
  ).rejects.toMatchObject({ type: 'StripeCardError', statusCode: 402 });
  expect(await shop.subscription(before.id)).toEqual(
    expect.objectContaining({ status: 'active', items: before.items }),
  );
  const allowed = await shop.stripe.subscriptions.update(before.id, how, shop.on);
  expect(allowed.status).toBe('past_due');
});

test('cancelled at once it ends, cannot be cancelled again, and its customer is free', async () => {
  const { id } = await shop.subscribe();
  const ended = await shop.stripe.subscriptions.cancel(id, {}, shop.on);
  expect(ended.status).toBe('canceled');
  await expect(shop.stripe.subscriptions.cancel(id, {}, shop.on)).rejects.toMatchObject({
    code: 'resource_missing',
  });
  const list = (status?: 'all') =>
    shop.stripe.subscriptions.list(
      { customer: shop.customer.id, ...(status && { status }) },
      shop.on,
    );
  expect((await list()).data).toEqual([]);
  expect((await list('all')).data).toHaveLength(1);
  expect(await sandbox.control('POST', `subscriptions/${id}/period-end`)).toHaveProperty('error');
});

test('deleting a customer ends what it pays for', async () => {
  const { id } = await shop.subscribe();
  await shop.stripe.customers.del(shop.customer.id, {}, shop.on);
  expect((await shop.subscription(id)).status).toBe('canceled');
});

test('an invoice that was paid names its payment, and that can be given back', async () => {
  const { id } = await shop.subscribe();
  const { invoices, invoicePayments, refunds } = shop.stripe;
  const { data } = await invoices.list({ subscription: id, status: 'paid' }, shop.on);
  expect(data).toHaveLength(1);
  const invoice = data[0]?.id ?? '';
  const payments = await invoicePayments.list({ invoice, status: 'paid' }, shop.on);
  expect(payments.data).toMatchObject([
    { invoice, amount_paid: 1900, status: 'paid', payment: { type: 'payment_intent' } },
  ]);
  const intent = String(payments.data[0]?.payment.payment_intent);
  const refund = await refunds.create({ payment_intent: intent }, shop.on);
  expect(refund).toMatchObject({ amount: 1900, payment_intent: intent, status: 'succeeded' });
});

test('an invoice for a trial was paid by nothing', async () => {
  const { id } = await shop.subscribe(undefined, { subscription_data: { trial_period_days: 7 } });
  const { data } = await shop.stripe.invoices.list({ subscription: id }, shop.on);
  const invoice = data[0]?.id ?? '';
  expect((await shop.stripe.invoicePayments.list({ invoice }, shop.on)).data).toEqual([]);
});
