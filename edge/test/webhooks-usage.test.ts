import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps, type EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { deliverWebhooks } from '../src/outgoing/deliver.job.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Receiver } from './receiver.ts';

const deps = await createDeps(env as unknown as Bindings);

let shop: TestEnvironment;
let ref: EnvironmentRef;
let base: string;
let receiver: Receiver;

beforeEach(async () => {
  shop = await createEnvironment();
  ref = { projectId: shop.id, mode: shop.mode };
  base = `/api/projects/${shop.id}/test`;
  receiver = new Receiver();
  await limit(10);
});
afterEach(() => {
  vi.useRealTimers();
});

const limit = (limitUnits: number) =>
  manage('PUT', `${base}/tiers/free`, {
    displayName: 'Free',
    features: [{ kind: 'metered', name: 'requests', limitUnits }],
    rateLimitPerMinute: null,
  });
const events = ['usage.threshold', 'usage.limit_reached'];
const listen = async (): Promise<string> =>
  (await manage('POST', `${base}/webhooks`, { url: receiver.url, events })).webhook.id;
const track = (amount: number, user = 'ada') =>
  call('POST', '/api/usage', { key: shop.sk, user, body: { amount } });
const customerOf = async (user: string): Promise<string> =>
  (await call('GET', `/api/customers/${user}`, { key: shop.sk })).body.customer.id;

const shardAt = (customerId: string) => deps.shard(ref, shardOf(customerId) ?? '');

/** What came, in the order of what it tells. */
async function told(): Promise<string[]> {
  const came = await receiver.events();
  return came
    .map(({ type, data }) => `${type} ${data.percent ?? ''} at ${data.usedUnits}`)
    .sort((a, b) => a.localeCompare(b));
}
const untilTold = (expected: string[]) =>
  vi.waitFor(async () => expect(await told()).toEqual(expected), { timeout: 20_000 });

/** How many deliveries there are, whatever became of them. */
const deliveries = async (id: string): Promise<number> =>
  (await manage('GET', `${base}/webhooks/${id}/deliveries`)).deliveries.length;

describe('usage', () => {
  it('is told of at 80 %, at 100 % and at the first refusal, and at no other call', async () => {
    const id = await listen();
    for (const amount of [7, 1, 1, 1, 1, 1, 1]) await track(amount);
    await untilTold([
      'usage.limit_reached  at 10',
      'usage.threshold 100 at 10',
      'usage.threshold 80 at 8',
    ]);
    const [first] = await receiver.events();
    expect(first.data).toMatchObject({
      customer: { id: await customerOf('ada'), externalId: 'ada' },
      feature: 'requests',
      plan: 'free',
      limitUnits: 10,
    });
    expect(first.data.resetsAtMs).toBeGreaterThan(Date.now());
    expect(await deliveries(id)).toBe(3);
  });

  it('is told of at the first refusal also where that is only observed', async () => {
    await listen();
    await manage('PATCH', `${base}/settings`, { enforcement: 'observe' });
    for (const amount of [9, 2, 2]) expect((await track(amount)).status).toBe(200);
    await untilTold([
      'usage.limit_reached  at 9',
      'usage.threshold 100 at 11',
      'usage.threshold 80 at 9',
    ]);
  });

  it('of a hold is told of when it is settled, and its refusal at once', async () => {
    await listen();
    const key = shop.sk;
    const hold = (amount: number) =>
      call('POST', '/api/usage/holds', { key, user: 'ada', body: { amount } });
    const { id } = (await hold(10)).body.hold;
    expect((await hold(1)).body.code).toBe('limit_reached');
    await untilTold(['usage.limit_reached  at 0']);
    await call('POST', `/api/usage/holds/${id}/settle`, { key, body: { used: 8 } });
    await untilTold(['usage.limit_reached  at 0', 'usage.threshold 80 at 8']);
  });

  it('is told of once, however many calls meet the limit at the same time', async () => {
    const id = await listen();
    await Promise.all(Array.from({ length: 40 }, () => track(1)));
    await untilTold([
      'usage.limit_reached  at 10',
      'usage.threshold 100 at 10',
      'usage.threshold 80 at 8',
    ]);
    expect(await deliveries(id)).toBe(3);
  });

  it('is told of again in the next period, and not sooner: not even under a raised limit', async () => {
    const id = await listen();
    const { usage } = (await track(10)).body;
    await untilTold(['usage.threshold 100 at 10', 'usage.threshold 80 at 10']);
    await limit(20);
    await track(9);
    expect((await track(2)).body.code).toBe('limit_reached');
    await untilTold([
      'usage.limit_reached  at 19',
      'usage.threshold 100 at 10',
      'usage.threshold 80 at 10',
    ]);
    vi.useFakeTimers({ toFake: ['Date'], now: usage.resetsAtMs });
    await track(16);
    await runInDurableObject(shardAt(await customerOf('ada')), (object) => object.alarm());
    await deliverWebhooks(deps, ref);
    expect((await told()).at(-1)).toBe('usage.threshold 80 at 16');
    expect(await deliveries(id)).toBe(4);
  });

  it('leaves nothing in the shard while no webhook asks for it', async () => {
    await manage('POST', `${base}/webhooks`, { url: receiver.url, events: ['plan.changed'] });
    await track(10);
    await track(1);
    const kept = await runInDurableObject(shardAt(await customerOf('ada')), (_, { storage }) => [
      storage.sql.exec('SELECT * FROM notice').toArray(),
      storage.sql.exec('SELECT told FROM meter').toArray(),
    ]);
    expect(kept).toEqual([[], [{ told: 0 }]]);
  });

  it('is told of although the shard is killed before it could hand it on', async () => {
    await listen();
    await track(1);
    const customerId = await customerOf('ada');
    const open = () =>
      runInDurableObject(shardAt(customerId), (_, { storage }) =>
        storage.sql.exec('SELECT id FROM notice').toArray(),
      );
    await runInDurableObject(shardAt(customerId), async (object, { storage }) => {
      const { version } = storage.sql.exec<{ version: number }>('SELECT version FROM rules').one();
      object.meter().track({
        customerId,
        feature: 'requests',
        amountUnits: 7,
        headerPlan: null,
        idempotency: null,
        rulesVersion: version,
        nowMs: Date.now(),
      });
      await storage.deleteAlarm();
    });
    expect(await open()).toHaveLength(1);
    await runInDurableObject(shardAt(customerId), (object) => object.alarm());
    await untilTold(['usage.threshold 80 at 8']);
    expect(await open()).toEqual([]);
  });

  it('that is handed on twice is told of once, and of an erased customer not at all', async () => {
    const id = await listen();
    await track(1);
    const notice = {
      id: 'evt_twice',
      customerId: await customerOf('ada'),
      moment: 80 as const,
      feature: 'requests',
      plan: 'free',
      usedUnits: 8,
      limitUnits: 10,
      resetsAtMs: Date.now() + 1000,
    };
    const tell = () => deps.project(ref).deliveries().tell([notice], Date.now());
    await tell();
    await tell();
    expect(await deliveries(id)).toBe(1);
    await call('DELETE', '/api/customers/ada', { key: shop.sk });
    notice.id = 'evt_late';
    await tell();
    expect(await deliveries(id)).toBe(1);
  });
});
