import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, startReceiver, startTestStripe, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeEach(async () => {
  sandbox = await startTestStripe();
  receiver = await startReceiver();
  await sandbox.control('PUT', 'endpoints', { id: 'a', url: receiver.url, secret: 'whsec_a' });
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

const names = () =>
  receiver.received.map(
    ({ body }) => (JSON.parse(body) as { data: { object: { name: string } } }).data.object.name,
  );

/** Makes customers called 1 to 8, under a plan; gives the names as they were told. */
async function tellUnder(mode: string, seed = 1): Promise<string[]> {
  await sandbox.control('POST', 'delivery', { mode, seed });
  const { customers } = sandbox.as('test');
  await Promise.all(ALL.map((name) => customers.create({ name })));
  await sandbox.idle();
  return names();
}
const ALL = ['1', '2', '3', '4', '5', '6', '7', '8'];

test('in order, each is told once', async () => {
  expect((await tellUnder('ordered')).toSorted()).toEqual(ALL);
});

test('shuffled, each is told once, in an order that the seed decides', async () => {
  // One call tells of all: a paid checkout.
  const orders = [];
  for (const seed of [7, 7, 8]) {
    const one = await startTestStripe();
    await one.control('PUT', 'endpoints', {
      id: 'a',
      url: receiver.url,
      secret: 'whsec_a',
      connect: true,
    });
    const shop = await openShop(one);
    const session = await shop.startCheckout();
    await one.idle();
    receiver.received.length = 0;
    await one.control('POST', 'delivery', { mode: 'shuffled', seed });
    await shop.pay(session.id);
    await one.idle();
    await one.close();
    orders.push(receiver.types());
  }
  const [first, again, other] = orders;
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(other?.toSorted()).toEqual(first?.toSorted());
  expect(new Set(first).size).toBe(first?.length);
});

test('duplicated, each is told twice', async () => {
  expect((await tellUnder('duplicated')).toSorted()).toEqual(ALL.flatMap((name) => [name, name]));
});

test('delayed, nothing is told until it is released, then all in order', async () => {
  await sandbox.control('POST', 'delivery', { mode: 'delayed' });
  const { customers } = sandbox.as('test');
  for (const name of ALL) await customers.create({ name });
  await sandbox.idle();
  expect(names()).toEqual([]);
  expect(await sandbox.control('POST', 'delivery/release')).toEqual({ released: 8 });
  await sandbox.idle();
  expect(names()).toEqual(ALL);
  expect(await sandbox.control('POST', 'delivery/release')).toEqual({ released: 0 });
});

test('dropped, some are lost for ever, the same ones for the same seed', async () => {
  await sandbox.control('POST', 'delivery', { mode: 'dropped', seed: 3 });
  const { customers, events } = sandbox.as('test');
  for (const name of ALL) await customers.create({ name });
  await sandbox.idle();
  const first = names();
  expect(first.length).toBeGreaterThan(0);
  expect(first.length).toBeLessThan(8);
  expect((await events.list()).data).toHaveLength(8);
  const again = await startTestStripe();
  await again.control('PUT', 'endpoints', { id: 'a', url: receiver.url, secret: 'whsec_a' });
  await again.control('POST', 'delivery', { mode: 'dropped', seed: 3 });
  for (const name of ALL) await again.as('test').customers.create({ name });
  await again.idle();
  await again.close();
  expect(names()).toEqual([...first, ...first]);
});

test('a plan is named, and a reset brings order back', async () => {
  expect(await sandbox.control('POST', 'delivery', { mode: 'sometimes' })).toMatchObject({
    error: expect.stringContaining('shuffled'),
  });
  await sandbox.control('POST', 'delivery', { mode: 'delayed', seed: 5 });
  expect((await sandbox.control('GET', 'state')).delivery).toEqual({ mode: 'delayed', seed: 5 });
  await sandbox.control('POST', 'reset');
  expect((await sandbox.control('GET', 'state')).delivery).toEqual({ mode: 'ordered', seed: 1 });
});
