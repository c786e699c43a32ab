import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, startReceiver, startTestStripe, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
afterAll(() => sandbox.close());

const post = (path: string, headers: Record<string, string>, body: string) =>
  fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', headers, body, redirect: 'manual' });

const FORM = 'application/x-www-form-urlencoded';

test('forms of other sites are refused, those of its own page are not', async () => {
  const off = 'enabled=false';
  const foreign = { 'content-type': FORM, origin: 'http://evil.test' };
  expect((await post('webhooks', foreign, off)).status).toBe(415);
  expect((await post('webhooks', { 'content-type': FORM }, off)).status).toBe(415);
  expect((await post('webhooks', { ...foreign, origin: 'null' }, off)).status).toBe(415);
  const plain = { 'content-type': 'text/plain' };
  expect((await post('webhooks', plain, '{"enabled":false}')).status).toBe(415);
  const json = { 'content-type': 'application/json', origin: 'http://evil.test' };
  expect((await post('webhooks', json, '{"enabled":false}')).status).toBe(415);
  expect((await sandbox.control('GET', 'state')).webhooks).toBe(true);
  const own = await post('webhooks', { 'content-type': FORM, origin: sandbox.url }, off);
  expect(own.status).toBe(303);
  expect(own.headers.get('location')).toBe('/_sandbox');
  expect((await sandbox.control('GET', 'state')).webhooks).toBe(false);
  await sandbox.control('POST', 'webhooks', { enabled: true });
});

test.each([
  ['connect', { mode: 'both' }],
  ['outage', { mode: 'sometimes' }],
  ['clock', { advanceMs: 'soon' }],
  ['clock', { advanceMs: -1 }],
  ['clock', {}],
])('%s says what is wrong with %o and changes nothing', async (path, body) => {
  const before = await sandbox.control('GET', 'state');
  const headers = { 'content-type': 'application/json' };
  const answer = await post(path, headers, JSON.stringify(body));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toHaveProperty('error');
  expect(await sandbox.control('GET', 'state')).toEqual(before);
});

test('a body that is no JSON is a 400', async () => {
  const answer = await post('clock', { 'content-type': 'application/json' }, '{');
  expect(answer.status).toBe(400);
});

test('an outage: too many calls answer 429, and it may be of one account alone', async () => {
  const { customers } = sandbox.as('test');
  const shop = await openShop(sandbox);
  await sandbox.control('POST', 'outage', { mode: 'rate_limit', account: shop.on.stripeAccount });
  await expect(customers.list({}, shop.on)).rejects.toMatchObject({ statusCode: 429 });
  await expect(customers.list()).resolves.toHaveProperty('data');
  await sandbox.control('POST', 'outage', { mode: 'none' });
  await expect(customers.list({}, shop.on)).resolves.toHaveProperty('data');
});

test('outages: errors answer 500, slow and down answer late, none heals', async () => {
  const { customers } = sandbox.as('test');
  const outage = (mode: string, ms?: number) => sandbox.control('POST', 'outage', { mode, ms });
  await outage('errors');
  await expect(customers.list()).rejects.toMatchObject({ type: 'StripeAPIError' });
  await outage('slow', 1);
  await expect(customers.list()).resolves.toHaveProperty('data');
  await outage('down');
  const waiting = fetch(`${sandbox.url}/v1/customers`);
  await outage('none');
  // Either it was let go by the change, or it came when all was well and has no key.
  expect([401, 503]).toContain((await waiting).status);
  await expect(customers.list()).resolves.toHaveProperty('data');
});

test('reset forgets accounts, objects, endpoints and time', async () => {
  const shop = await openShop(sandbox);
  await shop.subscribe();
  await sandbox.control('POST', 'clock', { advanceMs: 1_000_000 });
  await sandbox.control('POST', 'reset');
  const state = await sandbox.control('GET', 'state');
  expect(state).toMatchObject({ accounts: [], deliveries: [], webhooks: true, outage: 'none' });
  await expect(shop.stripe.products.list({}, shop.on)).rejects.toMatchObject({
    code: 'account_invalid',
  });
  expect((await sandbox.as('test').events.list()).data).toEqual([]);
});

test('the control page shows what was bought and sent', async () => {
  const receiver = await startReceiver();
  const endpoint = { id: 'connect', url: receiver.url, secret: 'whsec_x', connect: true };
  await sandbox.control('PUT', 'endpoints', endpoint);
  const shop = await openShop(sandbox);
  const { id } = await shop.subscribe();
  await sandbox.control('GET', 'idle');
  const page = await (await fetch(`${sandbox.url}/_sandbox`)).text();
  expect(page).toContain(id);
  expect(page).toContain('checkout.session.completed');
  await receiver.close();
});

test('a sandbox that starts again on its file finds everything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const file = join(folder, 'stripe.json');
  const first = await startTestStripe(file);
  const shop = await openShop(first);
  const { id } = await shop.subscribe('4000000000000341');
  await first.control('POST', 'clock', { advanceMs: 86_400_000 });
  await first.control('POST', 'webhooks', { enabled: false });
  await first.close();

  const second = await startTestStripe(file);
  try {
    const stripe = second.as('test');
    expect((await stripe.subscriptions.retrieve(id, {}, shop.on)).status).toBe('active');
    const { created } = await stripe.customers.create({}, shop.on);
    expect(created).toBeGreaterThanOrEqual(shop.customer.created + 86_400);
    expect((await second.control('GET', 'state')).webhooks).toBe(false);
    const renewed = await second.control('POST', `subscriptions/${id}/period-end`);
    expect(renewed.status).toBe('past_due');
  } finally {
    await second.close();
    await rm(folder, { recursive: true });
  }
});
