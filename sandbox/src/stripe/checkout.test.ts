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

const session = (id: string) => shop.stripe.checkout.sessions.retrieve(id, {}, shop.on);
const CARD = {
  email: 'ada@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 40',
  cardCvc: '123',
  billingName: 'Ada Lovelace',
};

test('the page takes a card and sends the buyer back, subscribed', async () => {
  const open = await shop.startCheckout({ subscription_data: { metadata: { plan: 'pro' } } });
  expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid', subscription: null });
  expect(await (await fetch(open.url ?? '')).text()).toContain('$19.00');
  const paid = await submit(open.url ?? '', CARD);
  expect(paid.status).toBe(303);
  expect(paid.headers.get('location')).toBe(`http://shop.test/done?session=${open.id}`);
  const done = await shop.stripe.checkout.sessions.retrieve(
    open.id,
    { expand: ['subscription', 'customer', 'invoice'] },
    shop.on,
  );
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    payment_intent: null,
    customer: { id: shop.customer.id },
    invoice: { status: 'paid', amount_paid: 1900, billing_reason: 'subscription_create' },
    subscription: { status: 'active', metadata: { plan: 'pro' } },
  });
});

test.each([
  ['4000000000000002', 'Your card was declined.'],
  ['4000 0000 0000 9995', 'Your card has insufficient funds.'],
  ['4111 1111 1111 1112', 'Your card number is incorrect.'],
  ['4242', 'Your card number is incomplete.'],
])('%s is refused, and the session stays payable', async (cardNumber, reason) => {
  const open = await shop.startCheckout();
  const refused = await submit(open.url ?? '', { ...CARD, cardNumber });
  expect(refused.status).toBe(402);
  const page = await refused.text();
  expect(page).toContain(reason);
  expect(page).toContain('role="alert"');
  expect(page).toContain('value="Ada Lovelace"');
  expect(await session(open.id)).toMatchObject({ status: 'open', subscription: null });
  expect((await submit(open.url ?? '', CARD)).status).toBe(303);
  expect((await session(open.id)).status).toBe('complete');
});

test('paying twice buys once and leads to the same place', async () => {
  const { id } = await shop.startCheckout();
  const first = await shop.pay(id);
  const { subscription } = await session(id);
  expect(await shop.pay(id)).toEqual(first);
  expect((await session(id)).subscription).toBe(subscription);
});

test('a declined card is a card error with its decline code', async () => {
  const { id } = await shop.startCheckout();
  expect(await shop.pay(id, '4000000000009995')).toMatchObject({
    error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
  });
});

test('a session can be expired once, and not paid after that', async () => {
  const { id, url } = await shop.startCheckout();
  const expired = await shop.stripe.checkout.sessions.expire(id, {}, shop.on);
  expect(expired).toMatchObject({ status: 'expired', url: null });
  expect(await shop.pay(id)).toMatchObject({ error: { type: 'invalid_request_error' } });
  expect(await (await fetch(url ?? '')).text()).toContain('This checkout has expired');
  await expect(shop.stripe.checkout.sessions.expire(id, {}, shop.on)).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
  });
});

test('a session expires by itself after a day', async () => {
  const { id } = await shop.startCheckout();
  await sandbox.control('POST', 'clock', { advanceMs: 86_400_000 });
  expect(await session(id)).toMatchObject({ status: 'expired', url: null });
});

test('a session lives 30 minutes at the least and a day at the most', async () => {
  const nowSeconds = (await shop.startCheckout()).created;
  for (const seconds of [60, 90_000]) {
    await expect(shop.startCheckout({ expires_at: nowSeconds + seconds })).rejects.toMatchObject({
      param: 'expires_at',
    });
  }
});

test('an archived price, a one-time price and a missing quantity cannot be subscribed to', async () => {
  const archived = await shop.monthly(500);
  await shop.stripe.prices.update(archived.id, { active: false }, shop.on);
  const once = await shop.stripe.prices.create(
    { product: shop.product.id, unit_amount: 5, currency: 'usd' },
    shop.on,
  );
  for (const line of [
    { price: archived.id, quantity: 1 },
    { price: once.id, quantity: 1 },
  ]) {
    await expect(shop.startCheckout({ line_items: [line] })).rejects.toMatchObject({
      param: 'line_items[0][price]',
    });
  }
  await expect(
    shop.startCheckout({ line_items: [{ price: shop.price.id }] }),
  ).rejects.toMatchObject({ param: 'line_items[0][quantity]' });
});

test('addresses to go back to are http or https', async () => {
  for (const url of ['javascript:alert(1)', '/done', 'done']) {
    await expect(shop.startCheckout({ success_url: url })).rejects.toMatchObject({
      code: 'url_invalid',
    });
    await expect(shop.startCheckout({ cancel_url: url })).rejects.toMatchObject({
      code: 'url_invalid',
    });
  }
});

test('names of products and businesses are text on the page', async () => {
  const line_items = [
    {
      quantity: 1,
      price_data: {
        currency: 'usd',
        unit_amount: 100,
        recurring: { interval: 'month' as const },
        product_data: { name: '<script>alert(1)</script>' },
      },
    },
  ];
  const { url } = await shop.startCheckout({ line_items });
  const page = await (await fetch(url ?? '')).text();
  expect(page).toContain('&#60;script&#62;alert(1)');
  expect(page).not.toContain('<script>alert(1)');
});

test('a trial asks for no money yet', async () => {
  const { id } = await shop.startCheckout({ subscription_data: { trial_period_days: 14 } });
  await shop.pay(id);
  const done = await session(id);
  expect(done.payment_status).toBe('no_payment_required');
  const subscription = await shop.subscription(String(done.subscription));
  expect(subscription.status).toBe('trialing');
  expect(subscription.items.data[0]?.current_period_end).toBe(subscription.trial_end);
});

test('a cart of several things is paid once and refunded in parts', async () => {
  const item = (unit_amount: number, quantity: number) => ({
    quantity,
    price_data: { currency: 'eur', unit_amount, product_data: { name: `Thing ${unit_amount}` } },
  });
  const { id } = await shop.startCheckout({
    mode: 'payment',
    line_items: [item(250, 2), item(1000, 1)],
  });
  const lines = await shop.stripe.checkout.sessions.listLineItems(id, {}, shop.on);
  expect(lines.data.map((line) => [line.description, line.quantity, line.amount_total])).toEqual([
    ['Thing 250', 2, 500],
    ['Thing 1000', 1, 1000],
  ]);
  await shop.pay(id);
  const done = await session(id);
  expect(done).toMatchObject({ amount_total: 1500, subscription: null, payment_status: 'paid' });
  const payment_intent = String(done.payment_intent);
  const { refunds, charges } = shop.stripe;
  const part = await refunds.create({ payment_intent, amount: 600 }, shop.on);
  expect(part).toMatchObject({ status: 'succeeded', amount: 600 });
  await expect(refunds.create({ payment_intent, amount: 901 }, shop.on)).rejects.toMatchObject({
    param: 'amount',
  });
  await refunds.create({ payment_intent }, shop.on);
  const charge = await charges.retrieve(String(part.charge), {}, shop.on);
  expect(charge).toMatchObject({ amount_refunded: 1500, refunded: true });
  await expect(refunds.create({ payment_intent }, shop.on)).rejects.toMatchObject({
    code: 'charge_already_refunded',
  });
});
