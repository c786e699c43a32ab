import type { Stripe } from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  shop = await openShop(sandbox);
});
afterAll(() => sandbox.close());

type SessionParams = Stripe.Checkout.SessionCreateParams;
type LineParams = NonNullable<SessionParams['line_items']>[number];

const thing = (unit_amount: number, quantity = 1, currency = 'eur'): LineParams => ({
  quantity,
  price_data: { currency, unit_amount, product_data: { name: `Thing ${unit_amount}` } },
});
const start = (more: Partial<SessionParams> = {}) =>
  shop.stripe.checkout.sessions.create(
    { mode: 'payment', line_items: [thing(900)], success_url: 'http://shop.test/done', ...more },
    shop.on,
  );
const session = (id: string, expand: string[] = []) =>
  shop.stripe.checkout.sessions.retrieve(id, { expand }, shop.on);
const typesSince = async (eventId: string | undefined) => {
  const { data } = await shop.stripe.events.list(
    { limit: 100, ...(eventId === undefined ? {} : { ending_before: eventId }) },
    shop.on,
  );
  return data.map(({ type }) => type).toReversed();
};
const lastEvent = async () => (await shop.stripe.events.list({ limit: 1 }, shop.on)).data[0]?.id;

test('a guest pays and becomes no customer', async () => {
  const open = await start({ customer_email: 'guest@example.com', client_reference_id: 'cart 7' });
  expect(open).toMatchObject({ customer: null, customer_creation: 'if_required' });
  const before = await lastEvent();
  await shop.pay(open.id);
  const done = await session(open.id, ['payment_intent.latest_charge']);
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    client_reference_id: 'cart 7',
    customer: null,
    customer_details: { email: 'guest@example.com' },
    payment_intent: {
      amount: 900,
      customer: null,
      latest_charge: { billing_details: { email: 'guest@example.com' }, paid: true },
    },
  });
  expect(await typesSince(before)).toEqual([
    'charge.succeeded',
    'payment_intent.succeeded',
    'payment_intent.created',
    'checkout.session.completed',
  ]);
});

test('a guest becomes a customer where the session says so', async () => {
  const { id } = await start({ customer_creation: 'always', customer_email: 'new@example.com' });
  await shop.pay(id);
  const done = await session(id, ['customer']);
  expect(done.customer).toMatchObject({ object: 'customer', email: 'new@example.com' });
});

test('the payment intent says what the seller wanted it to', async () => {
  const shipping = { name: 'Ada', address: { line1: 'Rue 1', city: 'Paris', country: 'FR' } };
  const { id } = await start({
    customer: shop.customer.id,
    payment_intent_data: {
      description: 'Order 12',
      metadata: { order: '12' },
      receipt_email: 'receipts@example.com',
      shipping,
    },
  });
  await shop.pay(id);
  const { payment_intent: intent } = await session(id, ['payment_intent.latest_charge']);
  const said = { description: 'Order 12', metadata: { order: '12' }, shipping };
  expect(intent).toMatchObject({
    ...said,
    customer: shop.customer.id,
    latest_charge: { ...said, receipt_email: 'receipts@example.com' },
  });
});

test('the receipt of a charge names the things bought and what they cost', async () => {
  const { id } = await start({ line_items: [thing(250, 2), thing(1000)] });
  await shop.pay(id);
  const done = await session(id, ['payment_intent.latest_charge']);
  const charge = (done.payment_intent as Stripe.PaymentIntent).latest_charge as Stripe.Charge;
  const receipt = await (await fetch(charge.receipt_url ?? '')).text();
  expect(receipt).toContain('2 × Thing 250');
  expect(receipt).toContain('€15.00');
  expect((await fetch(`${sandbox.url}/receipts/payment/ch_none`)).status).toBe(404);
});

test('the lines of a session come with it when asked for', async () => {
  const { id } = await start({ line_items: [thing(250, 2), thing(1000)] });
  const { line_items: lines } = await session(id, ['line_items']);
  expect(lines?.data.map((line) => [line.quantity, line.amount_total])).toEqual([
    [2, 500],
    [1, 1000],
  ]);
  expect((await session(id)).line_items).toBeUndefined();
});

test('a payment nobody would carry out is refused when it is asked for', async () => {
  await expect(start({ line_items: [thing(49)] })).rejects.toMatchObject({
    code: 'amount_too_small',
  });
  await expect(start({ line_items: [thing(49, 1, 'jpy')] })).rejects.toMatchObject({
    code: 'amount_too_small',
  });
  expect(await start({ line_items: [thing(30, 1, 'gbp')] })).toMatchObject({ amount_total: 30 });
  await expect(start({ line_items: [thing(1_000_000, 100)] })).rejects.toMatchObject({
    code: 'amount_too_large',
  });
  await expect(
    shop.stripe.paymentIntents.create({ amount: 49, currency: 'usd' }, shop.on),
  ).rejects.toMatchObject({ code: 'amount_too_small', param: 'amount' });
});

test('what costs nothing is completed without a card', async () => {
  const { id, url } = await start({ line_items: [thing(0)] });
  const page = await (await fetch(url ?? '')).text();
  expect(page).not.toContain('Card information');
  expect((await submit(url ?? '', { email: 'a@example.com' })).status).toBe(303);
  expect(await session(id)).toMatchObject({
    status: 'complete',
    payment_status: 'no_payment_required',
    payment_intent: null,
  });
});

test('lines of several currencies, too many of them, and mad quantities are refused', async () => {
  const refusals: [LineParams[], string][] = [
    [[thing(900), thing(900, 1, 'usd')], 'line_items[1][price]'],
    [Array.from({ length: 101 }, () => thing(100)), 'line_items'],
    [[thing(100, 0)], 'line_items[0][quantity]'],
    [[thing(100, -1)], 'line_items[0][quantity]'],
    [[thing(100, 1_000_000)], 'line_items[0][quantity]'],
  ];
  for (const [line_items, param] of refusals)
    await expect(start({ line_items })).rejects.toMatchObject({ param });
});

test('who buys is said in one way', async () => {
  await expect(
    start({ customer: shop.customer.id, customer_email: 'a@example.com' }),
  ).rejects.toMatchObject({ code: 'parameters_exclusive' });
  await expect(start({ customer_email: 'nobody' })).rejects.toMatchObject({
    code: 'email_invalid',
  });
});

test('a session nobody pays expires by itself, and tells it', async () => {
  const nowSeconds = (await start()).created;
  const { id } = await start({ expires_at: nowSeconds + 1800 });
  await sandbox.control('POST', 'clock', { advanceMs: 1_801_000 });
  expect(await session(id)).toMatchObject({ status: 'expired', url: null });
  const { data } = await shop.stripe.events.list({ type: 'checkout.session.expired' }, shop.on);
  expect(data.map((event) => (event.data.object as { id: string }).id)).toContain(id);
});

test('pictures of the things are on the page', async () => {
  const images = ['https://shop.test/pen.jpg'];
  const price_data = { currency: 'eur', unit_amount: 500, product_data: { name: 'Pen', images } };
  const { url } = await start({ line_items: [{ quantity: 1, price_data }] });
  expect(await (await fetch(url ?? '')).text()).toContain('<img src="https://shop.test/pen.jpg"');
});
