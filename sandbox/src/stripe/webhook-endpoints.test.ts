import { afterEach, beforeEach, expect, test } from 'vitest';
import { startReceiver, startTestStripe, type TestStripe } from './test-stripe.ts';

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

const create = (more: object = {}, on = {}) =>
  sandbox
    .as('test')
    .webhookEndpoints.create(
      { url: receiver.url, enabled_events: ['customer.created'], ...more },
      on,
    );

test('an endpoint tells its secret once, and what it is sent is signed by it', async () => {
  const { webhookEndpoints, customers, webhooks } = sandbox.as('test');
  const made = await create();
  expect(made).toMatchObject({ object: 'webhook_endpoint', status: 'enabled', application: null });
  expect(made.secret).toMatch(/^whsec_/);
  expect(await webhookEndpoints.retrieve(made.id)).not.toHaveProperty('secret');
  await customers.create({ name: 'Ada' });
  await sandbox.idle();
  const { body = '', signature = '' } = receiver.received[0] ?? {};
  expect(signature).toMatch(/^t=\d+,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$/);
  expect(webhooks.constructEvent(body, signature, made.secret ?? '').type).toBe('customer.created');
  const onlyOld = signature.replace(/v1=[0-9a-f]{64},/, '');
  expect(() => webhooks.constructEvent(body, onlyOld, made.secret ?? '')).toThrow(/signature/i);
});

test('it hears what it asks for at the time: changed, disabled, deleted', async () => {
  const { webhookEndpoints, customers, products } = sandbox.as('test');
  const { id } = await create();
  const happens = async () => {
    await customers.create({});
    await products.create({ name: 'Pro' });
    await sandbox.idle();
    return receiver.types().splice(0);
  };
  expect(await happens()).toEqual(['customer.created']);
  await webhookEndpoints.update(id, { enabled_events: ['product.created'] });
  receiver.received.length = 0;
  expect(await happens()).toEqual(['product.created']);
  const disabled = await webhookEndpoints.update(id, { disabled: true });
  expect(disabled.status).toBe('disabled');
  receiver.received.length = 0;
  expect(await happens()).toEqual([]);
  await webhookEndpoints.update(id, { disabled: false });
  expect(await webhookEndpoints.del(id)).toMatchObject({ id, deleted: true });
  expect(await happens()).toEqual([]);
  expect((await webhookEndpoints.list()).data).toEqual([]);
});

test('a Connect endpoint hears of connected accounts; an account’s own one of that account', async () => {
  const on = { stripeAccount: await sandbox.connect() };
  const connect = await create({ connect: true });
  expect(connect.application).toMatch(/^ca_/);
  await create({}, on);
  await sandbox.as('test').customers.create({});
  await sandbox.idle();
  expect(receiver.received).toHaveLength(0);
  await sandbox.as('test').customers.create({}, on);
  await sandbox.idle();
  expect(receiver.received).toHaveLength(2);
});

test.each([
  ['url', { url: 'ftp://shop.test' }, 'url'],
  ['events', { enabled_events: [] }, 'enabled_events'],
  ['an event', { enabled_events: ['*', 'nonsense'] }, 'enabled_events[1]'],
])('a wrong %s is refused', async (_name, more, param) => {
  await expect(create(more)).rejects.toMatchObject({ param, statusCode: 400 });
});

test('events are listed by type, group and time, and sent again on demand', async () => {
  const stripe = sandbox.as('test');
  await create({ enabled_events: ['*'] });
  const { id, created } = await stripe.customers.create({});
  await stripe.customers.update(id, { name: 'Ada' });
  await stripe.products.create({ name: 'Pro' });
  const types = async (params: object) =>
    (await stripe.events.list(params)).data.map(({ type }) => type);
  expect(await types({ type: 'customer.*' })).toEqual(['customer.updated', 'customer.created']);
  expect(await types({ types: ['product.created', 'customer.created'] })).toEqual([
    'product.created',
    'customer.created',
  ]);
  expect(await types({ created: { lt: created } })).toEqual([]);
  await sandbox.idle();
  receiver.received.length = 0;
  const [event] = (await stripe.events.list({ type: 'customer.updated' })).data;
  await stripe.rawRequest('POST', `/v1/events/${event?.id}/retry`, {});
  await sandbox.idle();
  expect(receiver.types()).toEqual(['customer.updated']);
});
