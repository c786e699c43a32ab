import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openShop,
  type Received,
  startReceiver,
  startTestStripe,
  type TestStripe,
} from './test-stripe.ts';

let sandbox: TestStripe;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeEach(async () => {
  sandbox = await startTestStripe();
  receiver = await startReceiver();
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

const register = (id: string, more: object) =>
  sandbox.control('PUT', 'endpoints', { id, url: receiver.url, secret: `whsec_${id}`, ...more });

const opens = ({ body, signature }: Received, secret: string) =>
  sandbox.as('test').webhooks.constructEvent(body, signature, secret);

test('a checkout tells its story, signed, once to the Connect endpoint', async () => {
  await register('connect', { connect: true });
  const shop = await openShop(sandbox);
  await sandbox.idle();
  receiver.received.length = 0;
  await shop.subscribe();
  await sandbox.idle();
  expect(receiver.types()).toEqual([
    'payment_method.attached',
    'customer.updated',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.subscription.created',
    'checkout.session.completed',
  ]);
  for (const one of receiver.received) {
    const event = opens(one, 'whsec_connect');
    expect(event).toMatchObject({
      account: shop.on.stripeAccount,
      livemode: false,
      api_version: '2026-10-28.endive',
    });
    const stored = await shop.stripe.events.retrieve(event.id, {}, shop.on);
    expect(stored.type).toBe(event.type);
    expect(() => opens(one, 'whsec_other')).toThrow('No signatures found');
    expect(() => opens({ ...one, body: `${one.body} ` }, 'whsec_connect')).toThrow(
      'No signatures found',
    );
  }
});

test('the platform endpoint hears of the platform’s own account only', async () => {
  await register('platform', {});
  const stripe = sandbox.as('test');
  const on = { stripeAccount: await sandbox.connect() };
  await stripe.customers.create({ name: 'theirs' }, on);
  await stripe.customers.create({ name: 'ours' });
  await sandbox.idle();
  expect(receiver.received).toHaveLength(1);
  const event = opens(receiver.received[0] as Received, 'whsec_platform');
  expect(event).toMatchObject({ type: 'customer.created', data: { object: { name: 'ours' } } });
  expect(event).not.toHaveProperty('account');
});

test('a live Connect endpoint also gets test events, a test one no live events', async () => {
  await register('live', { connect: true, livemode: true });
  await register('test', { connect: true });
  const account = await sandbox.connect('test');
  await sandbox.connect('live', account);
  await sandbox.as('test').customers.create({}, { stripeAccount: account });
  await sandbox.as('live').customers.create({}, { stripeAccount: account });
  await sandbox.idle();
  const heard = (secret: string) =>
    receiver.received.flatMap((one) => {
      try {
        return [opens(one, secret).livemode];
      } catch {
        return [];
      }
    });
  expect(heard('whsec_live')).toEqual([false, true]);
  expect(heard('whsec_test')).toEqual([false]);
});

test('an endpoint hears only the types it asked for', async () => {
  await register('some', { events: ['product.created'] });
  const { products } = sandbox.as('test');
  const { id } = await products.create({ name: 'Pro' });
  await products.update(id, { name: 'Pro 2' });
  await sandbox.idle();
  expect(receiver.types()).toEqual(['product.created']);
});

test('an update says what changed, and one that changes nothing says nothing', async () => {
  await register('platform', {});
  const { customers } = sandbox.as('test');
  const { id } = await customers.create({ email: 'old@example.com', name: 'Ada' });
  await customers.update(id, { email: 'new@example.com', name: 'Ada' });
  await customers.update(id, { email: 'new@example.com' });
  await sandbox.idle();
  expect(receiver.types()).toEqual(['customer.created', 'customer.updated']);
  const event = opens(receiver.received[1] as Received, 'whsec_platform');
  expect(event.data.previous_attributes).toEqual({ email: 'old@example.com' });
});

test('switched off, events are lost; each can be sent again later', async () => {
  await register('platform', {});
  await sandbox.control('POST', 'webhooks', { enabled: false });
  const { customers, events } = sandbox.as('test');
  await customers.create({});
  await sandbox.idle();
  expect(receiver.received).toEqual([]);
  await sandbox.control('POST', 'webhooks', { enabled: true });
  await sandbox.idle();
  expect(receiver.received).toEqual([]);
  const lost = (await events.list()).data[0];
  expect(await sandbox.control('POST', `events/${lost?.id}/resend`)).toEqual({ sent: 1 });
  await sandbox.idle();
  expect(opens(receiver.received[0] as Received, 'whsec_platform').id).toBe(lost?.id);
});

test('a refused delivery comes again, and holds up no other', async () => {
  await register('platform', {});
  receiver.answers.push(500);
  const { customers } = sandbox.as('test');
  const first = await customers.create({});
  const second = await customers.create({});
  await expect.poll(() => receiver.received.length).toBe(3);
  const about = receiver.received.map(
    (one) => (opens(one, 'whsec_platform').data.object as { id: string }).id,
  );
  expect(about).toEqual([first.id, second.id, first.id]);
  await expect
    .poll(async () => (await sandbox.control('GET', 'state')).deliveries)
    .toMatchObject([
      { state: 'delivered', attempts: [{ status: 500 }, { status: 200 }] },
      { state: 'delivered', attempts: [{ status: 200 }] },
    ]);
});

test('what was waiting for its next try is sent after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const file = join(folder, 'stripe.json');
  const first = await startTestStripe(file);
  receiver.answers.push(503);
  await first.control('PUT', 'endpoints', { id: 'a', url: receiver.url, secret: 'whsec_a' });
  await first.as('test').customers.create({});
  await first.idle();
  await first.close();
  const before = receiver.received.length;
  const second = await startTestStripe(file);
  try {
    await expect.poll(() => receiver.received.length).toBe(before + 1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  } finally {
    await second.close();
    await rm(folder, { recursive: true });
  }
});

test('the end of access is told to the Connect endpoint', async () => {
  await register('connect', { connect: true });
  const account = await sandbox.connect();
  const gone = { client_id: 'ca_test_platform', stripe_user_id: account };
  await sandbox.as('test').oauth.deauthorize(gone);
  await sandbox.idle();
  expect(opens(receiver.received[0] as Received, 'whsec_connect')).toMatchObject({
    type: 'account.application.deauthorized',
    account,
  });
});
