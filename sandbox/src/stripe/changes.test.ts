import type { Stripe } from 'stripe';
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
const FAILS_LATER = '4000000000000341';
const advanceDays = (days: number) =>
  sandbox.control('POST', 'clock', { advanceMs: days * DAY_MS });
const itemOf = (subscription: Stripe.Subscription) =>
  subscription.items.data[0] as Stripe.SubscriptionItem;
const invoice = (of: Stripe.Subscription) =>
  shop.stripe.invoices.retrieve(String(of.latest_invoice), {}, shop.on);
const invoices = async () =>
  (await shop.stripe.invoices.list({ customer: shop.customer.id }, shop.on)).data;
const yearly = () =>
  shop.stripe.prices.create(
    {
      product: shop.product.id,
      unit_amount: 19_000,
      currency: 'usd',
      recurring: { interval: 'year' },
    },
    shop.on,
  );
const types = async () =>
  (await shop.stripe.events.list({ limit: 100 }, shop.on)).data
    .map(({ type }) => type)
    .toReversed();

test('a preview of an upgrade states the invoice that is then made, to the line', async () => {
  const before = await shop.subscribe();
  const team = await shop.monthly(4900);
  await advanceDays(10);
  const items = [{ id: itemOf(before).id, price: team.id }];
  const { current_period_start: start, current_period_end: end } = itemOf(before);
  const proration_date = start + 864_123;
  const preview = await shop.stripe.invoices.createPreview(
    {
      subscription: before.id,
      subscription_details: { items, proration_date, proration_behavior: 'always_invoice' },
    },
    shop.on,
  );
  const share = (end - proration_date) / (end - start);
  const lines = [
    [-Math.round(1900 * share), true, { start: proration_date, end }],
    [Math.round(4900 * share), true, { start: proration_date, end }],
  ];
  const linesOf = ({ lines: { data } }: Stripe.Invoice) =>
    data.map(({ amount, parent, period }) => [
      amount,
      parent?.subscription_item_details?.proration,
      period,
    ]);
  expect(linesOf(preview)).toEqual(lines);
  expect(preview.parent?.subscription_details).toMatchObject({
    subscription: before.id,
    subscription_proration_date: proration_date,
  });
  expect(await invoices()).toHaveLength(1);

  const after = await shop.stripe.subscriptions.update(
    before.id,
    { items, proration_date, proration_behavior: 'always_invoice' },
    shop.on,
  );
  const made = await invoice(after);
  expect(linesOf(made)).toEqual(lines);
  expect(made).toMatchObject({
    status: 'paid',
    subtotal: preview.subtotal,
    total: preview.total,
    amount_due: preview.amount_due,
    amount_paid: preview.amount_due,
  });
  expect(itemOf(after)).toMatchObject({ current_period_start: start, current_period_end: end });
});

test('an upgrade invoiced at once tells of its invoice, then of itself, then of its items', async () => {
  const before = await shop.subscribe();
  const team = await shop.monthly(4900);
  const seen = (await types()).length;
  await shop.stripe.subscriptions.update(
    before.id,
    { items: [{ id: itemOf(before).id, price: team.id }], proration_behavior: 'always_invoice' },
    shop.on,
  );
  expect((await types()).slice(seen)).toEqual([
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.subscription.updated',
    'invoiceitem.created',
    'invoiceitem.created',
  ]);
});

test('prorations that are not invoiced wait for the renewal, as its preview says', async () => {
  const before = await shop.subscribe();
  const team = await shop.monthly(4900);
  await advanceDays(10);
  const seen = (await types()).length;
  await shop.stripe.subscriptions.update(
    before.id,
    { items: [{ id: itemOf(before).id, price: team.id }] },
    shop.on,
  );
  expect((await types()).slice(seen)).toEqual([
    'invoiceitem.created',
    'invoiceitem.created',
    'customer.subscription.updated',
  ]);
  expect(await invoices()).toHaveLength(1);
  const preview = await shop.stripe.invoices.createPreview({ subscription: before.id }, shop.on);
  expect(preview.lines.data).toHaveLength(3);
  await advanceDays(25);
  const renewed = await invoice(await shop.subscription(before.id));
  expect(renewed).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
  expect(renewed.total).toBe(preview.total);
  expect(renewed.total).toBeGreaterThan(4900);
});

test('without prorations a change of price costs nothing until the renewal', async () => {
  const before = await shop.subscribe();
  const team = await shop.monthly(4900);
  await shop.stripe.subscriptions.update(
    before.id,
    { items: [{ id: itemOf(before).id, price: team.id }], proration_behavior: 'none' },
    shop.on,
  );
  expect(await invoices()).toHaveLength(1);
  await sandbox.control('POST', `subscriptions/${before.id}/period-end`);
  expect((await invoice(await shop.subscription(before.id))).total).toBe(4900);
});

test('a downgrade invoiced at once leaves a credit that the next invoice uses', async () => {
  const team = await shop.monthly(4900);
  const before = await shop.subscribe(undefined, { line_items: [{ price: team.id, quantity: 1 }] });
  await shop.stripe.subscriptions.update(
    before.id,
    {
      items: [{ id: itemOf(before).id, price: shop.price.id }],
      proration_behavior: 'always_invoice',
      proration_date: itemOf(before).current_period_start,
    },
    shop.on,
  );
  const credit = await invoice(await shop.subscription(before.id));
  expect(credit).toMatchObject({ status: 'paid', total: -3000, amount_due: 0, amount_paid: 0 });
  const customer = await shop.stripe.customers.retrieve(shop.customer.id, {}, shop.on);
  expect(customer).toMatchObject({ balance: -3000 });
  const preview = await shop.stripe.invoices.createPreview({ subscription: before.id }, shop.on);
  expect(preview).toMatchObject({ total: 1900, amount_due: 0, ending_balance: -1100 });
  await sandbox.control('POST', `subscriptions/${before.id}/period-end`);
  expect(await invoice(await shop.subscription(before.id))).toMatchObject({
    total: 1900,
    amount_due: 0,
    starting_balance: -3000,
    ending_balance: -1100,
    status: 'paid',
  });
});

test('from month to year a new period starts, the rest of the month is credited', async () => {
  const before = await shop.subscribe();
  const year = await yearly();
  await advanceDays(10);
  const items = [{ id: itemOf(before).id, price: year.id }];
  const proration_date = itemOf(before).current_period_start + 10 * 86_400;
  const how = { items, proration_date, proration_behavior: 'always_invoice' as const };
  const preview = await shop.stripe.invoices.createPreview(
    { subscription: before.id, subscription_details: how },
    shop.on,
  );
  const after = await shop.stripe.subscriptions.update(before.id, how, shop.on);
  const made = await invoice(after);
  expect(made.total).toBe(preview.total);
  expect(made.lines.data.map(({ amount }) => amount)).toEqual([
    expect.toSatisfy((minor: number) => minor < -1200 && minor > -1400),
    19_000,
  ]);
  const { current_period_start, current_period_end } = itemOf(after);
  expect(current_period_start).toBeGreaterThanOrEqual(proration_date);
  expect(current_period_end - current_period_start).toBeGreaterThanOrEqual(365 * 86_400);
});

test('a change that must be paid for first takes place when its invoice is paid', async () => {
  const before = await shop.subscribe(FAILS_LATER);
  const team = await shop.monthly(4900);
  const put = await shop.stripe.subscriptions.update(
    before.id,
    {
      items: [{ id: itemOf(before).id, price: team.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    },
    shop.on,
  );
  expect(itemOf(put).price.id).toBe(shop.price.id);
  const { id: payment_method } = await shop.stripe.paymentMethods.attach(
    'pm_card_visa',
    { customer: shop.customer.id },
    shop.on,
  );
  await shop.stripe.invoices.pay(String(put.latest_invoice), { payment_method }, shop.on);
  expect(await shop.subscription(before.id)).toMatchObject({
    status: 'active',
    pending_update: null,
    items: { data: [{ id: itemOf(before).id, price: { id: team.id } }] },
  });
  expect(await types()).toContain('customer.subscription.pending_update_applied');
  await advanceDays(1);
  expect(await invoice(put)).toMatchObject({ status: 'paid' });
});

test('a change that nobody pays for within 23 hours does not take place', async () => {
  const before = await shop.subscribe(FAILS_LATER);
  const team = await shop.monthly(4900);
  const put = await shop.stripe.subscriptions.update(
    before.id,
    {
      items: [{ id: itemOf(before).id, price: team.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    },
    shop.on,
  );
  expect(put).toMatchObject({
    status: 'active',
    items: { data: [{ price: { id: shop.price.id } }] },
    pending_update: { subscription_items: [{ price: { id: team.id } }] },
  });
  expect(await invoice(put)).toMatchObject({ status: 'open', next_payment_attempt: null });
  await advanceDays(1);
  const dropped = await shop.subscription(before.id);
  expect(dropped).toMatchObject({
    status: 'active',
    pending_update: null,
    items: { data: [{ price: { id: shop.price.id } }] },
  });
  expect(await invoice(put)).toMatchObject({ status: 'void' });
  expect(await types()).toContain('customer.subscription.pending_update_expired');
});

test('what cannot wait for a payment is refused whole', async () => {
  const { id } = await shop.subscribe();
  await expect(
    shop.stripe.subscriptions.update(
      id,
      { metadata: { a: 'b' }, payment_behavior: 'pending_if_incomplete' },
      shop.on,
    ),
  ).rejects.toMatchObject({ param: 'metadata' });
});

test('a proration date outside of the running period is refused', async () => {
  const before = await shop.subscribe();
  const team = await shop.monthly(4900);
  await expect(
    shop.stripe.subscriptions.update(
      before.id,
      {
        items: [{ id: itemOf(before).id, price: team.id }],
        proration_date: itemOf(before).current_period_start - 1,
      },
      shop.on,
    ),
  ).rejects.toMatchObject({ param: 'proration_date' });
});

test('a preview of a subscription to be states its first invoice, and makes nothing', async () => {
  const preview = await shop.stripe.invoices.createPreview(
    {
      customer: shop.customer.id,
      subscription_details: { items: [{ price: shop.price.id, quantity: 2 }] },
    },
    shop.on,
  );
  expect(preview).toMatchObject({ total: 3800, amount_due: 3800, billing_reason: 'upcoming' });
  expect(preview.id).toMatch(/^upcoming_in_/);
  expect(await invoices()).toEqual([]);
  const found = await shop.stripe.subscriptions.list({ customer: shop.customer.id }, shop.on);
  expect(found.data).toEqual([]);
});

test('what ends with its period has no next invoice', async () => {
  const { id } = await shop.subscribe();
  await shop.stripe.subscriptions.update(id, { cancel_at_period_end: true }, shop.on);
  await expect(
    shop.stripe.invoices.createPreview({ subscription: id }, shop.on),
  ).rejects.toMatchObject({ code: 'invoice_upcoming_none', statusCode: 404 });
});

test('a cancellation at an instant is kept to, and can be taken back', async () => {
  const { id, created } = await shop.subscribe();
  const cancel_at = created + 5 * 86_400;
  const { subscriptions } = shop.stripe;
  expect(await subscriptions.update(id, { cancel_at }, shop.on)).toMatchObject({ cancel_at });
  expect(await subscriptions.update(id, { cancel_at: '' }, shop.on)).toMatchObject({
    cancel_at: null,
    canceled_at: null,
  });
  await subscriptions.update(id, { cancel_at }, shop.on);
  await advanceDays(6);
  expect(await shop.subscription(id)).toMatchObject({ status: 'canceled', ended_at: cancel_at });
});

test('an expanded subscription holds its latest invoice', async () => {
  const { id } = await shop.subscribe();
  const expand = ['schedule', 'latest_invoice'];
  expect(await shop.stripe.subscriptions.retrieve(id, { expand }, shop.on)).toMatchObject({
    schedule: null,
    latest_invoice: { object: 'invoice', status: 'paid' },
  });
});

test('an upgrade by a card that asks its owner waits until that is done on the page of its invoice', async () => {
  const before = await shop.subscribe('4000002760003184');
  const team = await shop.monthly(4900);
  const change = {
    items: [{ id: itemOf(before).id, price: team.id }],
    proration_behavior: 'always_invoice' as const,
  };
  const update = (payment_behavior: 'error_if_incomplete' | 'pending_if_incomplete') =>
    shop.stripe.subscriptions.update(before.id, { ...change, payment_behavior }, shop.on);
  await expect(update('error_if_incomplete')).rejects.toMatchObject({
    code: 'subscription_payment_intent_requires_action',
  });
  const page = async () =>
    String((await invoice(await shop.subscription(before.id))).hosted_invoice_url);
  await update('pending_if_incomplete');
  await shop.stripe.invoices.voidInvoice(
    String((await shop.subscription(before.id)).latest_invoice),
    {},
    shop.on,
  );
  expect((await shop.subscription(before.id)).pending_update).toBeNull();

  await update('pending_if_incomplete');
  expect(await (await fetch(await page())).text()).toContain('Pay $');
  const asked = (await submit(await page(), {})).headers.get('location') ?? '';
  expect(asked).toContain('/3ds/');
  await submit(asked, { answer: 'fail' });
  expect((await shop.subscription(before.id)).pending_update).not.toBeNull();
  await submit((await submit(await page(), {})).headers.get('location') ?? '', {
    answer: 'complete',
  });
  expect(await shop.subscription(before.id)).toMatchObject({
    status: 'active',
    pending_update: null,
    items: { data: [{ price: { id: team.id } }] },
  });
  expect(await (await fetch(await page())).text()).toContain('Invoice paid');
});
