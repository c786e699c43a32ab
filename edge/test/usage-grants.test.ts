import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { rowsOfCalls } from './counted-rows.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const deps = await createDeps(env as unknown as Bindings);
// To come, so that no alarm rings before a test lets it.
const NOON = Date.parse('2030-11-20T12:00:00Z');
const DECEMBER = Date.parse('2030-12-01T00:00:00Z');

let shop: TestEnvironment;
const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
beforeEach(async () => {
  setDate(NOON);
  shop = await createEnvironment();
});
afterEach(() => {
  vi.useRealTimers();
});

const opened = (user: string) => ({ key: shop.sk, user });
const track = (amount = 1, user = 'ada') =>
  call('POST', '/api/usage', { ...opened(user), body: { amount } });
const usage = async (user = 'ada') => (await call('GET', '/api/usage', opened(user))).body;
const grant = (body: object, { user = 'ada', headers = {} } = {}) =>
  call('POST', '/api/usage/grants', { ...opened(user), body, headers });
const base = () => `/api/projects/${shop.id}/${shop.mode}`;

describe('granted units', () => {
  it('raise the limit of the running period, and every answer says so', async () => {
    await track(3);
    expect((await track()).body.code).toBe('limit_reached');
    const granted = await grant({ units: 2 });
    expect(granted.body.usage).toMatchObject({ count: 3, limit: 5, remaining: 2, granted: 2 });
    expect(await usage()).toMatchObject({ usageCount: 3, limit: 5, remaining: 2, granted: 2 });
    expect((await track(2)).body.usage).toMatchObject({ count: 5, limit: 5, granted: 2 });
    const refused = await track();
    expect([refused.status, refused.body.limit]).toEqual([403, 5]);
  });

  it('add up, and are taken back as far as there are any', async () => {
    await grant({ units: 2 });
    expect((await grant({ units: 3 })).body.usage).toMatchObject({ limit: 8, granted: 5 });
    expect((await grant({ units: -4 })).body.usage).toMatchObject({ limit: 4, granted: 1 });
    const { usage: none } = (await grant({ units: -4 })).body;
    expect([none.limit, none.granted]).toEqual([3, undefined]);
  });

  it('are gone with the period, through which they are carried by a change of plan', async () => {
    await grant({ units: 2 });
    await track(5);
    await call('PATCH', '/api/customers/ada', { key: shop.sk, body: { plan: 'big' } });
    expect(await usage()).toMatchObject({ usageCount: 5, limit: 1002, granted: 2 });
    setDate(DECEMBER);
    const { granted, limit } = await usage();
    expect([granted, limit]).toEqual([undefined, 1000]);
  });

  it('are held and leased as all others are', async () => {
    await grant({ units: 7 });
    const body = { amount: 50, atLeast: 1 };
    const held = await call('POST', '/api/usage/holds', { ...opened('ada'), body });
    expect(held.body.hold.units).toBe(10);
    expect(held.body.usage).toMatchObject({ limit: 10, held: 10, remaining: 0, granted: 7 });
  });

  it('are granted once for a key, also where the first answer was lost before it was noted', async () => {
    const headers = { 'idempotency-key': 'sorry-for-the-outage' };
    const answers = [
      await grant({ units: 2 }, { headers }),
      await grant({ units: 2 }, { headers }),
    ];
    const project = deps.project({ projectId: shop.id, mode: shop.mode });
    await runInDurableObject(project, (_, { storage }) => storage.sql.exec('DELETE FROM reply'));
    answers.push(await grant({ units: 2 }, { headers }));
    expect(answers.map(({ body }) => body.usage.limit)).toEqual([5, 5, 5]);
    expect((await usage()).limit).toBe(5);
    const other = await grant({ units: 3 }, { headers });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
  });

  it('of many who grant at once are all there, and admit no unit more', async () => {
    await Promise.all(Array.from({ length: 5 }, () => grant({ units: 2 })));
    const calls = await Promise.all(Array.from({ length: 20 }, () => track()));
    expect(calls.filter(({ status }) => status === 200)).toHaveLength(13);
    expect(await usage()).toMatchObject({ usageCount: 13, limit: 13 });
  });

  it('cost a call no row: it writes its meter, as ever', async () => {
    await grant({ units: 90 });
    const { userId } = await usage();
    const shard = deps.shard({ projectId: shop.id, mode: shop.mode }, shardOf(userId) ?? '');
    await track();
    const [rows] = await rowsOfCalls(shard, [{ customerId: userId, feature: 'requests' }]);
    expect(rows?.written).toBe(1);
  });
});

describe('a grant', () => {
  it('by a manager is in the audit log, and counts once for a key', async () => {
    const { userId } = await usage();
    const path = `${base()}/customers/${userId}/usage/grants`;
    const asked = { key: OPERATOR, body: { units: 500 }, headers: { 'idempotency-key': 'gift' } };
    expect((await call('POST', path, asked)).body.usage.limit).toBe(503);
    expect((await call('POST', path, asked)).body.usage.limit).toBe(503);
    const { entries } = await manage('GET', `${base()}/audit`);
    expect(entries.map(({ action }: { action: string }) => action)).toContain('usage.granted');
    expect((await usage()).limit).toBe(503);
  });

  it('is refused for what has no units, draws on credits or is in no plan, and for nothing', async () => {
    await manage('PUT', `${base()}/tiers/free`, {
      displayName: 'Free',
      features: [
        { kind: 'boolean', name: 'export' },
        { kind: 'credits', name: 'chat', weight: 2 },
      ],
      isDefault: true,
      credits: { allowanceUnits: 10, rollOverCapUnits: 0 },
    });
    const codes = await Promise.all(
      ['export', 'chat', 'requests', 'nothing'].map(async (feature) => {
        return (await grant({ feature, units: 1 })).body.code;
      }),
    );
    expect(codes).toEqual([
      'feature_not_metered',
      'feature_draws_on_credits',
      'feature_not_included',
      'feature_not_found',
    ]);
    expect((await grant({ units: 0 })).body.code).toBe('invalid_request');
  });

  it('takes somebody off the list of those near a limit, with the next use', async () => {
    await manage('PUT', `${base()}/tiers/free`, {
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 10 }],
      isDefault: true,
    });
    const { userId } = await usage();
    const project = deps.project({ projectId: shop.id, mode: shop.mode });
    const shard = shardOf(userId) ?? '';
    const handOver = async (nowMs: number) => {
      const batch = await runInDurableObject(
        deps.shard({ projectId: shop.id, mode: shop.mode }, shard),
        (object) => {
          const taken = object.rollUp().take(nowMs);
          if (taken) object.rollUp().done(taken.seq, nowMs);
          return taken;
        },
      );
      if (batch) await project.usageHistory().add(shard, batch, nowMs);
      return (await manage('GET', `${base()}/dashboard`)).customers.nearLimit;
    };
    await track(9);
    expect(await handOver(NOON + 120_000)).toMatchObject([{ usedUnits: 9, limitUnits: 10 }]);
    await grant({ units: 10 });
    await track(1);
    expect(await handOver(NOON + 240_000)).toEqual([]);
    await track(7);
    expect(await handOver(NOON + 360_000)).toMatchObject([{ usedUnits: 17, limitUnits: 20 }]);
  });
});
