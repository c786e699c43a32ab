import type { Stripe } from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReceiver, startTestStripe, submit, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let stripe: Stripe;
beforeAll(async () => {
  sandbox = await startTestStripe();
  stripe = sandbox.as('test');
});
afterAll(() => sandbox.close());

const URLS = { refresh_url: 'http://app.test/again', return_url: 'http://app.test/back' };

async function invite() {
  const account = await stripe.accounts.create({ type: 'standard', email: 'ada@example.com' });
  const link = await stripe.accountLinks.create({
    account: account.id,
    type: 'account_onboarding',
    ...URLS,
  });
  return { account, link };
}
const open = (url: string) => fetch(url, { redirect: 'manual' });
const toldOf = async (account: string) =>
  (await stripe.events.list({}, { stripeAccount: account })).data;

test('an account the platform makes is usable at once, but cannot be paid yet', async () => {
  const { account, link } = await invite();
  expect(account).toMatchObject({
    type: 'standard',
    email: 'ada@example.com',
    details_submitted: false,
    charges_enabled: false,
  });
  expect(account.id).toMatch(/^acct_\w{16}$/);
  expect(link.expires_at).toBe(link.created + 300);
  const on = { stripeAccount: account.id };
  expect((await stripe.products.create({ name: 'Pro' }, on)).name).toBe('Pro');
  await expect(sandbox.as('live').accounts.retrieve(account.id)).rejects.toMatchObject({
    code: 'account_invalid',
  });
});

test('a seller who says who it is can be paid, comes back, and the platform is told', async () => {
  const { account, link } = await invite();
  expect(await (await open(link.url)).text()).toContain('value="ada@example.com"');
  const back = await submit(link.url, { name: 'Ada’s poems', action: 'submit' });
  expect(back.headers.get('location')).toBe(URLS.return_url);
  expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
    details_submitted: true,
    charges_enabled: true,
    business_profile: { name: 'Ada’s poems' },
  });
  const [event] = await toldOf(account.id);
  expect(event).toMatchObject({
    type: 'account.updated',
    account: account.id,
    data: { previous_attributes: { details_submitted: false, charges_enabled: false } },
  });
});

test('a seller may be under review, or come back with nothing said', async () => {
  const reviewed = await invite();
  await open(reviewed.link.url);
  await submit(reviewed.link.url, { action: 'review' });
  expect(await stripe.accounts.retrieve(reviewed.account.id)).toMatchObject({
    details_submitted: true,
    charges_enabled: false,
  });
  const left = await invite();
  await open(left.link.url);
  const back = await submit(left.link.url, { action: 'later' });
  expect(back.headers.get('location')).toBe(URLS.return_url);
  expect((await stripe.accounts.retrieve(left.account.id)).details_submitted).toBe(false);
  expect(await toldOf(left.account.id)).toEqual([]);
});

test('a link opens once and for five minutes; then it leads to where a new one is made', async () => {
  const used = await invite();
  expect((await open(used.link.url)).status).toBe(200);
  expect((await open(used.link.url)).headers.get('location')).toBe(URLS.refresh_url);
  await submit(used.link.url, { action: 'submit' });
  const twice = await submit(used.link.url, { action: 'submit' });
  expect(twice.headers.get('location')).toBe(URLS.refresh_url);
  const late = await invite();
  await sandbox.control('POST', 'clock', { advanceMs: 300_000 });
  expect((await open(late.link.url)).headers.get('location')).toBe(URLS.refresh_url);
  expect((await submit(late.link.url, { action: 'submit' })).headers.get('location')).toBe(
    URLS.refresh_url,
  );
  expect((await stripe.accounts.retrieve(late.account.id)).details_submitted).toBe(false);
});

test('a link of one account opens no other', async () => {
  const [one, other] = [await invite(), await invite()];
  const url = one.link.url.replace(one.account.id, other.account.id);
  expect((await open(url)).status).toBe(404);
});

test.each([
  ['without a type', { type: undefined }, 'type'],
  ['to change an account', { type: 'account_update' as const }, 'type'],
  ['without a way back', { return_url: undefined }, 'return_url'],
  ['without a way to a new one', { refresh_url: 'app' }, 'refresh_url'],
])('a link %s is refused', async (_name, more, param) => {
  const account = await sandbox.connect();
  const given = { account, type: 'account_onboarding' as const, ...URLS, ...more };
  await expect(
    stripe.accountLinks.create(given as Stripe.AccountLinkCreateParams),
  ).rejects.toMatchObject({ param });
});

test('an account that leaves by itself is told of, answers no more, and tells nothing', async () => {
  const receiver = await startReceiver();
  const account = await sandbox.connect();
  const on = { stripeAccount: account };
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'payment',
      line_items: [
        {
          quantity: 1,
          price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Pen' } },
        },
      ],
      success_url: 'http://shop.test/',
    },
    on,
  );
  await sandbox.control('PUT', 'endpoints', {
    id: 'connect',
    url: receiver.url,
    secret: 'whsec_connect',
    connect: true,
  });
  await sandbox.control('POST', 'disconnect', { account, mode: 'test' });
  await sandbox.control('POST', `checkout/${session.id}/pay`, {});
  await sandbox.idle();
  await receiver.close();
  expect(receiver.types()).toEqual(['account.application.deauthorized']);
  await expect(stripe.products.list({}, on)).rejects.toMatchObject({
    statusCode: 403,
    code: 'account_invalid',
  });
  await expect(stripe.accounts.retrieve(account)).rejects.toMatchObject({ statusCode: 403 });
  expect(await sandbox.control('POST', 'disconnect', { account, mode: 'test' })).toMatchObject({
    error: expect.stringContaining('not connected'),
  });
});
