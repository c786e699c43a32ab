import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { rollUpState } from '../src/usage/roll-up.store.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { watchEverythingKept } from './everything-kept.ts';

const everythingKept = await watchEverythingKept();

const deps = await createDeps(env as unknown as Bindings);
// To come, so that no alarm rings before a test lets it.
const NOON = Date.parse('2030-11-20T12:00:00Z');
const DAY_MS = 86_400_000;

let shop: TestEnvironment;
const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
beforeEach(async () => {
  setDate(NOON);
  shop = await createEnvironment();
});
afterEach(() => {
  vi.useRealTimers();
});

const headers = { 'x-user-plan': 'big' };
const track = async (user: string, amount = 1, more: object = {}) => {
  const answer = await call('POST', '/api/usage', {
    key: shop.sk,
    user,
    headers,
    body: { amount, ...more },
  });
  expect(answer.status).toBe(200);
  return answer.body.usage;
};
const newCustomer = async (own: string): Promise<string> => {
  await track(own);
  return (await call('GET', `/api/customers/${own}`, { key: shop.sk })).body.customer.id;
};
const refOf = () => ({ projectId: shop.id, mode: shop.mode });
const project = () => deps.project(refOf());
const shardFor = (id: string) => deps.shard(refOf(), shardOf(id) ?? '');
const inShard = <T>(id: string, act: (storage: DurableObjectStorage) => T) =>
  runInDurableObject(shardFor(id), (_, { storage }) => act(storage));

/** A minute later: the shard's alarm rings. */
async function aMinuteLater(id: string): Promise<void> {
  setDate(Date.now() + 60_000);
  await runDurableObjectAlarm(shardFor(id));
}

const history = async (user: string, query = '') =>
  call('GET', `/api/usage/history${query}`, { key: shop.sk, user });
/** The days with use, and how much. */
const used = async (user: string, query = '') =>
  (await history(user, query)).body.days
    .filter(({ units }: { units: number }) => units > 0)
    .map(({ day, units }: { day: string; units: number }) => [day, units]);
const usedUnits = async (user: string) =>
  (await call('GET', '/api/usage', { key: shop.sk, user })).body.usageCount;

describe('usage by day', () => {
  it('has every day of the range, and the units counted on each', async () => {
    const id = await newCustomer('ada');
    await track('ada', 4);
    await aMinuteLater(id);
    setDate(NOON + DAY_MS);
    await track('ada', 2);
    await aMinuteLater(id);
    const { body } = await history('ada');
    expect(body).toMatchObject({ userId: id, feature: 'requests', timeZone: 'UTC' });
    expect(body.days).toHaveLength(30);
    expect(body.days[0]).toEqual({ day: '2030-10-23', units: 0 });
    expect(body.days.slice(-3)).toEqual([
      { day: '2030-11-19', units: 0 },
      { day: '2030-11-20', units: 5 },
      { day: '2030-11-21', units: 2 },
    ]);
    expect(await used('ada', '?from=2030-11-20&to=2030-11-20')).toEqual([['2030-11-20', 5]]);
    expect(await used('ada', '?feature=exports')).toEqual([]);
    const { accessToken } = (
      await call('POST', '/api/sessions', { key: shop.sk, body: { customer: id } })
    ).body;
    const own = await call('GET', `/api/usage/history?pk=${shop.pk}`, { key: accessToken });
    expect(own.body).toEqual(body);
  });

  it.each([
    ['?from=2026-11-02&to=2026-11-01', 'from'],
    ['?from=2025-01-01&to=2026-01-02', 'from'],
    ['?from=2026-02-29', 'from'],
    ['?to=tomorrow', 'to'],
  ])('is not read for a range like %s', async (query, path) => {
    const refused = await history('ada', query);
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
    expect(refused.body.issues[0].path).toBe(path);
  });

  it('adds up to the meter when many call at once, over features, days and batches', async () => {
    const id = await newCustomer('ada');
    for (let day = 0; day < 3; day++) {
      setDate(NOON + day * DAY_MS);
      const calls = Array.from({ length: 20 }, (_, index) => track('ada', 1 + (index % 3)));
      await Promise.all([...calls, aMinuteLater(id)]);
    }
    await aMinuteLater(id);
    const days = await used('ada');
    expect(days).toHaveLength(3);
    expect(days.reduce((sum: number, [, units]: [string, number]) => sum + units, 0)).toBe(
      await usedUnits('ada'),
    );
  });

  it('loses nothing of a day that nobody handed over before the next one', async () => {
    const id = await newCustomer('ada');
    setDate(NOON + DAY_MS);
    await track('ada', 2);
    setDate(NOON + 2 * DAY_MS);
    await track('ada', 3);
    expect(
      await inShard(id, ({ sql }) => sql.exec('SELECT * FROM day_over').toArray()),
    ).toHaveLength(2);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([
      ['2030-11-20', 1],
      ['2030-11-21', 2],
      ['2030-11-22', 3],
    ]);
    expect(await inShard(id, ({ sql }) => sql.exec('SELECT * FROM day_over').toArray())).toEqual(
      [],
    );
  });

  it('does not begin anew with a period or a plan', async () => {
    await manage('PATCH', `/api/projects/${shop.id}/test/settings`, { period: 'hour' });
    const id = await newCustomer('ada');
    await call('PATCH', `/api/customers/${id}`, { key: shop.sk, body: { plan: 'team' } });
    await track('ada', 2);
    await aMinuteLater(id);
    setDate(NOON + 2 * 3_600_000);
    await track('ada', 4);
    await aMinuteLater(id);
    expect([await used('ada'), await usedUnits('ada')]).toEqual([[['2030-11-20', 7]], 4]);
  });

  it('counts nothing for a boolean feature, a refused call or a repeated one', async () => {
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/big`, {
      displayName: 'Big',
      features: [
        { kind: 'metered', name: 'requests', limitUnits: 3 },
        { kind: 'boolean', name: 'sso' },
      ],
    });
    const id = await newCustomer('ada');
    await aMinuteLater(id);
    const post = (body: object, key = 'one') =>
      call('POST', '/api/usage', {
        key: shop.sk,
        user: 'ada',
        body,
        headers: { 'idempotency-key': key },
      });
    await track('ada', 1, { feature: 'sso' });
    expect((await post({ amount: 3 }, 'two')).body.code).toBe('limit_reached');
    expect(await inShard(id, (storage) => storage.getAlarm())).toBe(null);
    for (let tries = 0; tries < 3; tries++) await post({ amount: 2 });
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 3]]);
    expect(await used('ada', '?feature=sso')).toEqual([]);
  });
});

describe('a day', () => {
  it.each([
    // 23 hours, clocks going forward; 25, going back; and one that began after midnight.
    ['America/New_York', '2031-03-09T05:00:00Z', '2031-03-10T04:00:00Z', '2031-03-09'],
    ['America/New_York', '2031-11-02T04:00:00Z', '2031-11-03T05:00:00Z', '2031-11-02'],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z', '2018-11-04'],
    ['Asia/Kolkata', '2032-02-28T18:30:00Z', '2032-02-29T18:30:00Z', '2032-02-29'],
  ])('in %s is from %s to %s', async (timeZone, start, end, day) => {
    setDate(Date.parse(start) - 1);
    await manage('PATCH', `/api/projects/${shop.id}/test/settings`, { timeZone });
    const id = await newCustomer('ada');
    setDate(Date.parse(start));
    await track('ada', 10);
    setDate(Date.parse(end) - 1);
    await track('ada', 20);
    setDate(Date.parse(end));
    await track('ada', 100);
    await aMinuteLater(id);
    const days = await used('ada');
    expect(days.map(([, units]: [string, number]) => units)).toEqual([1, 30, 100]);
    expect(days[1][0]).toBe(day);
  });

  it('goes on to its end when the time zone changes, and loses nothing when its name returns', async () => {
    const id = await newCustomer('ada');
    await manage('PATCH', `/api/projects/${shop.id}/test/settings`, {
      timeZone: 'America/Los_Angeles',
    });
    setDate(Date.parse('2030-11-20T23:59:59Z'));
    await track('ada', 2);
    setDate(Date.parse('2030-11-21T00:00:00Z'));
    await track('ada', 4);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 7]]);
  });

  it('is not left for one before by a clock that is behind', async () => {
    const id = await newCustomer('ada');
    setDate(NOON - DAY_MS);
    await track('ada', 2);
    setDate(NOON);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 3]]);
  });
});

describe('a hand-over', () => {
  /** The process dies: what is in memory is gone, what is on disk starts anew. */
  const kill = (id: string) =>
    runInDurableObject(shardFor(id), (_, state) => state.abort('killed')).catch(() => {});

  it('is exact when the object is gone before the alarm, or the process dies', async () => {
    const id = await newCustomer('ada');
    await track('ada', 2, { feature: 'requests' });
    await evictDurableObject(shardFor(id));
    await track('ada', 4);
    await kill(id);
    expect(await inShard(id, (storage) => storage.getAlarm())).toBe(NOON + 60_000);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 7]]);
    await kill(id);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 7]]);
  });

  it('is the same batch until it is done, and counts once however often it arrives', async () => {
    const id = await newCustomer('ada');
    setDate(NOON + 60_000);
    const first = await shardFor(id).rollUp().take(Date.now());
    await track('ada', 5);
    await kill(id);
    const again = await shardFor(id).rollUp().take(Date.now());
    expect(again).toEqual(first);
    if (!again) throw new Error('There is nothing to hand over');
    const shard = shardOf(id) ?? '';
    await project().usageHistory().add(shard, again, Date.now());
    await project().usageHistory().add(shard, again, Date.now());
    await runInDurableObject(project(), (_, state) => state.abort('killed')).catch(() => {});
    await project().usageHistory().add(shard, again, Date.now());
    expect(await used('ada')).toEqual([['2030-11-20', 1]]);
    await kill(id);
    await runDurableObjectAlarm(shardFor(id));
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 6]]);
    const totals = await manage('GET', `/api/projects/${shop.id}/test/usage`);
    expect(totals.days).toEqual([{ day: '2030-11-20', feature: 'requests', units: 6 }]);
  });

  it('takes place once a minute at most, and leaves no alarm when there is nothing new', async () => {
    const id = await newCustomer('ada');
    await runDurableObjectAlarm(shardFor(id));
    expect(await used('ada')).toEqual([]);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 1]]);
    expect(await inShard(id, (storage) => storage.getAlarm())).toBe(null);
  });

  it('of more meters than a batch has goes on until all have arrived', async () => {
    const id = await newCustomer('ada');
    const others = 700;
    await inShard(id, ({ sql }) => {
      for (let index = 0; index < others; index++)
        sql.exec(
          `INSERT INTO meter (customer_id, feature, used_units, period_start_ms, period_end_ms,
             window_start_ms, window_calls, day, day_end_ms, day_units)
           VALUES (?, ?, 1, 0, 1, 0, 0, '2030-11-20', 1, 1)`,
          id,
          `feature${index}`,
        );
    });
    await kill(id);
    setDate(NOON + 60_000);
    const sizes: number[] = [];
    for (;;) {
      const batch = await shardFor(id).rollUp().take(Date.now());
      if (!batch) break;
      sizes.push(batch.rows.length);
      await project()
        .usageHistory()
        .add(shardOf(id) ?? '', batch, Date.now());
      await shardFor(id).rollUp().done(batch.seq, Date.now());
      // The walk begins anew, and finds what is left.
      if (sizes.length === 1) await kill(id);
    }
    expect(sizes).toEqual([300, 300, others + 1 - 600]);
    const totals = await manage('GET', `/api/projects/${shop.id}/test/usage`);
    expect(totals.days).toHaveLength(others + 1);
  });

  it('that fails is tried again, and what is counted meanwhile comes after it', async () => {
    const id = await newCustomer('ada');
    // The Project has a step more than the code knows, and no table to write to.
    const sabotage = (query: string) =>
      runInDurableObject(project(), (_, { storage }) => void storage.sql.exec(query));
    await sabotage('ALTER TABLE usage_total RENAME TO hidden');
    await aMinuteLater(id);
    await track('ada', 2);
    expect(await used('ada')).toEqual([]);
    await sabotage('ALTER TABLE hidden RENAME TO usage_total');
    await aMinuteLater(id);
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 3]]);
  });
});

describe('an erased customer', () => {
  it('has no usage by day left, in the Project or on its way there', async () => {
    const id = await newCustomer('ada');
    await aMinuteLater(id);
    await track('ada', 2);
    setDate(Date.now() + 60_000);
    const batch = await shardFor(id).rollUp().take(Date.now());
    await track('ada', 4);
    await call('DELETE', `/api/customers/${id}`, { key: shop.sk });
    expect(await inShard(id, ({ sql }) => rollUpState(sql).open?.rows)).toEqual([]);
    if (batch)
      await project()
        .usageHistory()
        .add(shardOf(id) ?? '', batch, Date.now());
    expect(await everythingKept()).not.toContain(id);
    await aMinuteLater(id);
    expect(await inShard(id, ({ sql }) => rollUpState(sql))).toMatchObject({ open: null });
    expect((await history(id)).body.code).toBe('customer_not_found');
    const { days, topCustomers } = await manage('GET', `/api/projects/${shop.id}/test/usage`);
    expect([days, topCustomers]).toEqual([
      [{ day: '2030-11-20', feature: 'requests', units: 3 }],
      [],
    ]);
  });

  it('who returns goes on from its count, with a history of its own', async () => {
    const before = await newCustomer('ada');
    await track('ada', 4);
    await aMinuteLater(before);
    await call('DELETE', `/api/customers/${before}`, { key: shop.sk });
    expect((await track('ada', 2)).count).toBe(7);
    const { id } = (await call('GET', '/api/customers/ada', { key: shop.sk })).body.customer;
    await aMinuteLater(id);
    expect(await used('ada')).toEqual([['2030-11-20', 2]]);
  });
});

describe('the usage of a project', () => {
  it('is added up by day and feature, with who used most', async () => {
    const base = `/api/projects/${shop.id}/test`;
    await manage('PUT', `${base}/tiers/big`, {
      displayName: 'Big',
      features: ['requests', 'exports'].map((name) => ({
        kind: 'metered',
        name,
        limitUnits: null,
      })),
    });
    const ada = await newCustomer('ada');
    const grace = await newCustomer('grace');
    await track('ada', 7);
    await track('grace', 3, { feature: 'exports' });
    for (const id of [ada, grace]) await runDurableObjectAlarm(shardFor(id));
    setDate(NOON + DAY_MS);
    await track('grace', 20);
    for (const id of [ada, grace]) await aMinuteLater(id);
    const all = await manage('GET', `${base}/usage`);
    expect(all).toMatchObject({ from: '2030-10-23', to: '2030-11-21', timeZone: 'UTC' });
    expect(all.days).toEqual([
      { day: '2030-11-20', feature: 'exports', units: 3 },
      { day: '2030-11-20', feature: 'requests', units: 9 },
      { day: '2030-11-21', feature: 'requests', units: 20 },
    ]);
    const names = { email: null };
    expect(all.topCustomers).toEqual([
      { ...names, id: grace, externalId: 'grace', feature: 'requests', units: 21 },
      { ...names, id: ada, externalId: 'ada', feature: 'requests', units: 8 },
      { ...names, id: grace, externalId: 'grace', feature: 'exports', units: 3 },
    ]);
    const some = await manage('GET', `${base}/usage?feature=requests&to=2030-11-20`);
    expect(some.days).toHaveLength(1);
    expect(some.topCustomers.map(({ id }: { id: string }) => id)).toEqual([ada, grace]);
  });

  it('forgets the days of customers after 400 of them', async () => {
    const id = await newCustomer('ada');
    await aMinuteLater(id);
    const rows = () =>
      runInDurableObject(project(), (object, { storage }) => {
        object.touch(Date.now());
        return storage.sql.exec('SELECT * FROM usage_day').toArray().length;
      });
    setDate(NOON + 400 * DAY_MS);
    expect(await rows()).toBe(1);
    setDate(NOON + 401 * DAY_MS);
    expect(await rows()).toBe(0);
  });
});
