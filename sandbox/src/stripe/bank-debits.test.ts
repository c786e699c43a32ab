import type { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const DAY_MS = 86_400_000;
const start = (currency = 'eur', more: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
  shop.stripe.checkout.sessions.create(
    {
      mode: 'payment',
      customer_email: 'guest@example.com',
      line_items: [
        {
          quantity: 1,
          price_data: { currency, unit_amount: 2500, product_data: { name: 'Lamp' } },
        },
      ],
      success_url: 'http://shop.test/done',
      ...more,
    },
    shop.on,
  );
const session = (id: string) =>
  shop.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] }, shop.on);
const lastEvents = async (count: number) =>
  (await shop.stripe.events.list({ limit: count }, shop.on)).data
    .map(({ type }) => type)
    .toReversed();

/** Pays as the Stripe CLI does. */
async function confirm(id: string, payment_method: string) {
  const answer = await fetch(`${sandbox.url}/v1/payment_pages/${id}/confirm`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_platform00000000',
      'stripe-account': shop.on.stripeAccount,
    },
    body: new URLSearchParams({ payment_method }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test.each([
  ['eur', 'sepa_debit', 'pm_success_de'],
  ['usd', 'us_bank_account', 'pm_usBankAccount_success'],
  ['gbp', 'bacs_debit', 'pm_bacsDebit_success'],
])('a bank account pays %s three days later (%s)', async (currency, type, method) => {
  const open = await start(currency);
  expect(open.payment_method_types).toEqual(['card', type]);
  await confirm(open.id, method);
  expect(await lastEvents(4)).toEqual([
    'charge.pending',
    'payment_intent.processing',
    'payment_intent.created',
    'checkout.session.completed',
  ]);
  const waiting = await session(open.id);
  expect(waiting).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
    payment_intent: {
      status: 'processing',
      latest_charge: { status: 'pending', paid: false, payment_method_details: { type } },
    },
  });
  await sandbox.control('POST', 'clock', { advanceMs: 3 * DAY_MS });
  expect(await session(open.id)).toMatchObject({
    payment_status: 'paid',
    payment_intent: { status: 'succeeded', amount_received: 2500, latest_charge: { paid: true } },
  });
  expect(await lastEvents(3)).toEqual([
    'charge.succeeded',
    'payment_intent.succeeded',
    'checkout.session.async_payment_succeeded',
  ]);
  const charge = (waiting.payment_intent as Stripe.PaymentIntent).id;
  const refund = await shop.stripe.refunds.create({ payment_intent: charge }, shop.on);
  expect(refund.status).toBe('succeeded');
});

test('a bank account without funds leaves a completed session unpaid', async () => {
  const { id } = await start();
  await confirm(id, 'pm_failed_de');
  await sandbox.control('POST', 'clock', { advanceMs: 3 * DAY_MS });
  expect(await session(id)).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
    payment_intent: {
      status: 'requires_payment_method',
      last_payment_error: { code: 'insufficient_funds' },
      latest_charge: { status: 'failed', receipt_url: null },
    },
  });
  expect(await lastEvents(3)).toEqual([
    'charge.failed',
    'payment_intent.payment_failed',
    'checkout.session.async_payment_failed',
  ]);
});

test.each([
  ['bank_succeeds', {}, 'paid'],
  ['bank_fails', {}, 'unpaid'],
  ['bank_succeeds', { outcome: 'fails' }, 'unpaid'],
])('the page takes %s, and the bank answers at once when told %j', async (method, told, end) => {
  const { id, url } = await start();
  const paid = await submit(url ?? '', { email: 'guest@example.com', method });
  expect(paid.status).toBe(303);
  await sandbox.control('POST', `checkout/${id}/settle`, told);
  expect((await session(id)).payment_status).toBe(end);
  expect(await sandbox.control('POST', `checkout/${id}/settle`)).toHaveProperty('error');
});

describe('a bank account is not offered', () => {
  test('for a currency it has not, for a subscription, and where the seller excludes it', async () => {
    expect((await start('chf')).payment_method_types).toEqual(['card']);
    expect((await shop.startCheckout()).payment_method_types).toEqual(['card']);
    const { id, payment_method_types } = await start('eur', {
      excluded_payment_method_types: ['sepa_debit'],
    });
    expect(payment_method_types).toEqual(['card']);
    expect(await confirm(id, 'pm_success_de')).toMatchObject({ status: 400 });
  });
});
