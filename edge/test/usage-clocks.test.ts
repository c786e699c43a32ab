import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { customerId, shardOf } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

const { PROJECT, SHARD } = env as unknown as Bindings;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let shop: TestEnvironment;
const at = (instant: string) => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });
const track = async (user: string, amount = 1) =>
  (await call('POST', '/api/usage', { key: shop.sk, user, body: { amount } })).body;
const read = async (user: string) => (await call('GET', '/api/usage', { key: shop.sk, user })).body;
const settings = (patch: object) =>
  manage('PATCH', `/api/projects/${shop.id}/test/settings`, patch);
const plan = (user: string, name: string) =>
  call('PATCH', `/api/customers/${user}`, { key: shop.sk, body: { plan: name } });
const limit = (limitUnits: number) =>
  manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
    displayName: 'Free',
    features: [{ kind: 'metered', name: 'requests', limitUnits }],
    rateLimitPerMinute: null,
    isDefault: true,
  });

beforeEach(async () => {
  // To come, so that no alarm rings within a test.
  at('2031-05-10T12:00:00Z');
  shop = await createEnvironment();
  await limit(10);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a count', () => {
  it('goes on for whoever comes back while the erasure is under way: they wait until it is known', async () => {
    await track('ada', 9);
    const { userId } = await read('ada');
    // As when the Worker dies that erased the customer: the shard has still to be told.
    const project = PROJECT.getByName(`${shop.id}:test`);
    const job = () => `job_${crypto.randomUUID()}`;
    await runInDurableObject(project, (object) =>
      object.erasure().erase(userId, [job(), job(), job()], Date.now(), 'customer'),
    );
    const comeBack = () =>
      call('POST', '/api/sessions', { key: shop.sk, body: { externalId: 'ada' } });
    expect((await comeBack()).body.code).toBe('temporarily_unavailable');
    await runDurableObjectAlarm(project);
    expect((await comeBack()).status).toBeLessThan(300);
    expect((await track('ada', 2)).code).toBe('limit_reached');
    expect((await track('ada')).usage.count).toBe(10);
  });

  it('goes on for whoever comes back also before the shard is told of what was used', async () => {
    await track('ada', 9);
    await call('DELETE', '/api/customers/ada', { key: shop.sk });
    // As when the Worker dies that made the customer: what it had to tell waits in the outbox.
    const id = customerId(crypto.getRandomValues(new Uint8Array(14)));
    const jobIds = [`job_${crypto.randomUUID()}`, `job_${crypto.randomUUID()}`] as const;
    const project = PROJECT.getByName(`${shop.id}:test`);
    await runInDurableObject(project, (object) =>
      object.erasure().arrive('ada', { id, jobIds }, Date.now()),
    );
    expect((await track('ada', 2)).code).toBe('limit_reached');
    expect((await track('ada')).usage.count).toBe(10);
    await runDurableObjectAlarm(project);
    expect((await read('ada')).usageCount).toBe(10);
  });

  it('is neither begun anew nor split by a Worker whose clock is behind', async () => {
    await track('ada', 4);
    vi.setSystemTime(Date.now() - 3 * HOUR_MS);
    expect((await track('ada', 2)).usage).toMatchObject({ count: 6, remaining: 4 });
    vi.setSystemTime(Date.parse('2031-06-01T00:00:01Z'));
    expect((await track('ada', 3)).usage).toMatchObject({ count: 3 });
    // The month that began does not go back to the one before.
    vi.setSystemTime(Date.parse('2031-05-31T23:59:58Z'));
    expect((await track('ada', 8)).code).toBe('limit_reached');
    expect((await track('ada', 7)).usage).toMatchObject({ count: 10, periodStart: '2031-06-01' });
  });

  it.each([
    ['the day that has 23 hours', '2031-03-30', 23],
    ['the day that has 25 hours', '2031-10-26', 25],
  ])('by the day in Berlin lasts as long as %s', async (_, day, hours) => {
    await settings({ period: 'day', timeZone: 'Europe/Berlin' });
    const noon = Date.parse(`${day}T12:00:00Z`);
    vi.setSystemTime(noon);
    const { usage } = await track('ada', 4);
    expect([usage.periodStart, usage.periodEnd]).toEqual([day, day]);
    const startMs = usage.resetsAtMs - hours * HOUR_MS;
    vi.setSystemTime(startMs - 1);
    expect((await track('eve')).usage.resetsAtMs).toBe(startMs);
    vi.setSystemTime(startMs);
    expect((await track('bob')).usage.resetsAtMs).toBe(usage.resetsAtMs);
    vi.setSystemTime(usage.resetsAtMs - 1);
    expect((await track('ada')).usage.count).toBe(5);
    vi.setSystemTime(usage.resetsAtMs);
    expect((await track('ada')).usage.count).toBe(1);
  });

  it('of a February is over on its 29th in a leap year', async () => {
    at('2032-02-28T23:00:00Z');
    await track('ada', 4);
    vi.setSystemTime(Date.now() + DAY_MS);
    expect((await track('ada')).usage).toMatchObject({ count: 5, periodEnd: '2032-02-29' });
    vi.setSystemTime(Date.now() + DAY_MS);
    expect((await track('ada')).usage).toMatchObject({ count: 1, periodStart: '2032-03-01' });
  });

  it('of who was away for a year begins anew, and is of the month they come back in', async () => {
    await track('ada', 10);
    vi.setSystemTime(Date.now() + 366 * DAY_MS);
    expect(await read('ada')).toMatchObject({ usageCount: 0, remaining: 10 });
    expect((await track('ada', 10)).usage).toMatchObject({ count: 10, periodStart: '2032-05-01' });
    expect((await track('ada')).code).toBe('limit_reached');
  });

  it('goes with its customer up a plan, down again and back, and loses no unit', async () => {
    await track('ada', 9);
    await plan('ada', 'big');
    expect((await track('ada', 40)).usage).toMatchObject({ count: 49, limit: 1000 });
    await plan('ada', 'free');
    expect((await track('ada')).code).toBe('limit_reached');
    expect(await read('ada')).toMatchObject({ usageCount: 49, remaining: 0 });
    await plan('ada', 'big');
    expect((await track('ada')).usage).toMatchObject({ count: 50 });
    vi.setSystemTime(Date.parse('2031-06-01T00:00:00Z'));
    expect((await track('ada')).usage).toMatchObject({ count: 1, limit: 1000 });
  });

  it('goes on for whoever was erased and comes back in the same month', async () => {
    await track('ada', 9);
    await call('DELETE', '/api/customers/ada', { key: shop.sk });
    expect((await track('ada', 2)).code).toBe('limit_reached');
    expect((await track('ada')).usage.count).toBe(10);
  });
});

it('a count of before is gone on from in its own period, once, however often and late it is told', async () => {
  await track('ada', 4);
  const { userId: id, resetsAtMs } = await read('ada');
  const resume = (usedUnits: number, periodEndMs = resetsAtMs) =>
    runInDurableObject(SHARD.getByName(`${shop.id}:test:${shardOf(id)}`), (object) =>
      object
        .meter()
        .resume(id, [{ feature: 'requests', usedUnits, periodStartMs: 0, periodEndMs }]),
    );
  const used = async () => (await read('ada')).usageCount;
  await resume(3);
  expect(await used()).toBe(4);
  await resume(6);
  expect((await track('ada')).usage.count).toBe(7);
  await resume(6);
  expect(await used()).toBe(7);
  await resume(9, resetsAtMs + DAY_MS);
  expect(await used()).toBe(7);
});

it('one person reached by two names has one counter: alone, in a batch and in a hold', async () => {
  await track('ada', 2);
  const { id } = (await call('GET', '/api/customers/ada', { key: shop.sk })).body.customer;
  const events = [{ customer: 'ada' }, { customer: id }];
  const batch = await call('POST', '/api/usage/batch', { key: shop.sk, body: { events } });
  expect(batch.body.results.map((one: any) => one.usage.count)).toEqual([3, 4]);
  const hold = (user: string, amount: number) =>
    call('POST', '/api/usage/holds', { key: shop.sk, user, body: { amount } });
  expect((await hold(id, 4)).status).toBe(201);
  expect((await hold('ada', 3)).body.code).toBe('limit_reached');
  expect((await track('ada', 2)).usage).toMatchObject({ count: 6, held: 4, remaining: 0 });
  expect((await track(id)).code).toBe('limit_reached');
});
