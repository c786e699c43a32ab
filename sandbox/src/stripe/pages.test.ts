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

const card = (cardNumber: string, more: Record<string, string> = {}) => ({
  email: 'ada@example.com',
  cardNumber,
  cardExpiry: '12 / 40',
  cardCvc: '123',
  billingName: 'Ada Lovelace',
  ...more,
});
const read = async (url: string) => (await fetch(url)).text();
const priced = (currency: string, unit_amount: number) => ({
  mode: 'payment' as const,
  line_items: [
    { quantity: 2, price_data: { currency, unit_amount, product_data: { name: 'Pen' } } },
  ],
});

test.each([
  ['jpy', 1900, '¥3,800'],
  ['kwd', 12_345, '24.690'],
  ['eur', 250, '€5.00'],
])('an amount in %s has the decimals of its currency', async (currency, minor, shown) => {
  const { url } = await shop.startCheckout(priced(currency, minor));
  expect(await read(url ?? '')).toContain(shown);
});

test('a trial says what is due today and what comes after it', async () => {
  const { url } = await shop.startCheckout({ subscription_data: { trial_period_days: 14 } });
  const page = await read(url ?? '');
  expect(page).toContain('14 days free');
  expect(page).toMatch(/Total due today<\/dt><dd>\$0\.00/);
  expect(page).toMatch(/Then \$19\.00 per month/);
});

test('a card that asks shows the question over the page, and pays by the answer', async () => {
  const session = await shop.startCheckout();
  const url = session.url ?? '';
  const asked = await (await submit(url, card('4000002500003155'))).text();
  expect(asked).toContain('<dialog');
  expect(asked).toContain('Is this you?');
  const failed = await submit(url, card('4000002500003155', { authentication: 'fail' }));
  expect(failed.status).toBe(402);
  expect(await failed.text()).toContain('unable to authenticate');
  const open = await shop.stripe.checkout.sessions.retrieve(session.id, {}, shop.on);
  expect(open).toMatchObject({ status: 'open', subscription: null });
  const paid = await submit(url, card('4000002500003155', { authentication: 'complete' }));
  expect(paid.status).toBe(303);
});

async function openPortal(features?: object) {
  const configuration = features
    ? (await shop.stripe.billingPortal.configurations.create({ features }, shop.on)).id
    : undefined;
  const { url } = await shop.stripe.billingPortal.sessions.create(
    { customer: shop.customer.id, ...(configuration ? { configuration } : {}) },
    shop.on,
  );
  return url;
}

test('the portal changes the card: the next renewal is paid with it', async () => {
  const { id } = await shop.subscribe('4000000000000341');
  const portal = await openPortal();
  const refused = await submit(portal, card('4000000000000002', { action: 'card' }));
  expect(refused.status).toBe(402);
  expect(await refused.text()).toContain('Your card was declined.');
  await submit(portal, card('5555555555554444', { action: 'card' }));
  expect(await read(portal)).toContain('mastercard •••• 4444');
  const method = String((await shop.subscription(id)).default_payment_method);
  const used = await shop.stripe.paymentMethods.retrieve(method, {}, shop.on);
  expect(used.card?.last4).toBe('4444');
});

test('the portal offers the plans its configuration names, and no other', async () => {
  const dearer = await shop.monthly(4900);
  const other = await shop.monthly(100);
  const { id } = await shop.subscribe();
  const change = (portal: string, price: string) =>
    submit(portal, { subscription: id, action: 'switch', price });
  const plain = await openPortal();
  expect(await read(plain)).not.toContain('Change plan');
  await change(plain, dearer.id);
  const portal = await openPortal({
    subscription_update: {
      enabled: true,
      default_allowed_updates: ['price'],
      products: [{ product: shop.product.id, prices: [dearer.id] }],
    },
  });
  expect(await read(portal)).toContain('Pro, $49.00 per month');
  await change(portal, other.id);
  expect((await shop.subscription(id)).items.data[0]?.price.id).toBe(shop.price.id);
  await change(portal, dearer.id);
  expect((await shop.subscription(id)).items.data[0]?.price.id).toBe(dearer.id);
});

test('the portal says which plan comes next, and when', async () => {
  const cheaper = await shop.monthly(900);
  const { id } = await shop.subscribe();
  const { subscriptionSchedules } = shop.stripe;
  const schedule = await subscriptionSchedules.create({ from_subscription: id }, shop.on);
  const [phase] = schedule.phases;
  await subscriptionSchedules.update(
    schedule.id,
    {
      phases: [
        {
          items: [{ price: shop.price.id, quantity: 1 }],
          start_date: phase?.start_date ?? 0,
          end_date: phase?.end_date ?? 0,
        },
        { items: [{ price: cheaper.id }], duration: { interval: 'month' } },
      ],
    },
    shop.on,
  );
  expect(await read(await openPortal())).toMatch(/Changes to <b>Pro<\/b>, \$9\.00 per month, on /);
});

test('the portal shows receipts of its own customer only', async () => {
  const subscription = await shop.subscribe();
  const portal = await openPortal();
  const receipt = `/invoices/${String(subscription.latest_invoice)}`;
  expect(await read(`${portal}${receipt}`)).toContain('Receipt from');
  const stranger = await shop.stripe.customers.create({}, shop.on);
  const theirs = await shop.stripe.billingPortal.sessions.create(
    { customer: stranger.id },
    shop.on,
  );
  expect((await fetch(`${theirs.url}${receipt}`)).status).toBe(404);
});
