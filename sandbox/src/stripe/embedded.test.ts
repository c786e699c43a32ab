import { runInNewContext } from 'node:vm';
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

const CARD = { cardNumber: '4242424242424242', cardExpiry: '12 / 40', cardCvc: '123' };

const embed = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
  shop.stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      ui_mode: 'embedded_page',
      customer: shop.customer.id,
      line_items: [{ price: shop.price.id, quantity: 1 }],
      return_url: 'http://shop.test/done?session={CHECKOUT_SESSION_ID}',
      ...more,
    },
    shop.on,
  );
const frameOf = (session: Stripe.Checkout.Session, account = shop.on.stripeAccount) =>
  `${sandbox.url}/c/embed/${session.client_secret}?account=${account}`;

test('an embedded session has a secret in the place of an address', async () => {
  const session = await embed();
  expect(session).toMatchObject({ url: null, success_url: null, ui_mode: 'embedded_page' });
  expect(session.client_secret).toMatch(new RegExp(`^${session.id}_secret_`));
  expect((await fetch(`${sandbox.url}/c/pay/${session.id}`)).status).toBe(404);
  expect((await fetch(frameOf(session, 'acct_other'))).status).toBe(404);
  expect(await (await fetch(frameOf(session))).text()).toContain('$19.00');
});

test('paid, it leads its seller’s page to the return address', async () => {
  const session = await embed();
  const paid = await submit(frameOf(session), CARD);
  expect(paid.status).toBe(200);
  expect(await paid.text()).toContain(
    `data-redirect="http://shop.test/done?session=${session.id}"`,
  );
  const done = await shop.stripe.checkout.sessions.retrieve(session.id, {}, shop.on);
  expect(done).toMatchObject({ status: 'complete', payment_status: 'paid' });
});

test('where no redirect is needed, the page is told and stays', async () => {
  const session = await embed({ redirect_on_completion: 'if_required' });
  expect(await (await submit(frameOf(session), CARD)).text()).not.toContain('data-redirect="');
});

test.each([
  ['an address for success', { success_url: 'http://shop.test/' }, 'success_url'],
  ['an address to cancel', { cancel_url: 'http://shop.test/' }, 'cancel_url'],
  ['no way back', { return_url: '' }, 'return_url'],
  ['a way back it never takes', { redirect_on_completion: 'never' as const }, 'return_url'],
  ['another look', { ui_mode: 'elements' as const }, 'ui_mode'],
])('an embedded session with %s is refused', async (_name, more, param) => {
  await expect(embed(more)).rejects.toMatchObject({ param });
});

test('the stub of Stripe.js is of this version and wants a publishable key', async () => {
  const script = await (await fetch(`${sandbox.url}/endive/stripe.js`)).text();
  const window: { Stripe?: ((key: string) => object) & { version: string } } = {};
  runInNewContext(script, { window, URL, document: { currentScript: { src: sandbox.url } } });
  expect(window.Stripe?.version).toBe('endive');
  expect(() => window.Stripe?.('sk_test_platform00000000')).toThrow('publishable key');
  expect(window.Stripe?.('pk_test_platform00000000')).toHaveProperty('createEmbeddedCheckoutPage');
});
