import {
  evictDurableObject,
  listDurableObjectIds,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { holdNamed } from '../src/usage/hold.ts';
import { type Answer, call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

const deps = await createDeps(env as unknown as Bindings);
// To come, so that no alarm rings before a test lets it.
const NOON = Date.parse('2030-11-20T12:00:00Z');
const LIMIT = 10;

let shop: TestEnvironment;
const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
const later = (ms: number) => setDate(Date.now() + ms);
const metered = (name: string, limitUnits: number | null) => ({
  kind: 'metered',
  name,
  limitUnits,
});
const saveTier = (name: string, features: object[], more: object = {}) =>
  manage('PUT', `/api/projects/${shop.id}/test/tiers/${name}`, {
    displayName: name,
    features,
    rateLimitPerMinute: null,
    ...more,
  });
beforeEach(async () => {
  setDate(NOON);
  shop = await createEnvironment();
  await saveTier('free', [metered('requests', LIMIT), { kind: 'boolean', name: 'sso' }], {
    isDefault: true,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const hold = (user: string, body: object = {}, headers: Record<string, string> = {}) =>
  call('POST', '/api/usage/holds', { key: shop.sk, user, body, headers });
const granted = async (user: string, body: object = {}) => {
  const answer = await hold(user, body);
  expect(answer).toMatchObject({ status: 201, body: { success: true } });
  return answer.body.hold;
};
const end = (how: 'settle' | 'renew', id: string, body: object, headers = {}): Promise<Answer> =>
  call('POST', `/api/usage/holds/${id}/${how}`, { key: shop.sk, body, headers });
const settle = (id: string, used: number, headers = {}) => end('settle', id, { used }, headers);
const renew = (id: string, body: object, headers = {}) => end('renew', id, body, headers);
const track = (user: string, amount = 1, more: object = {}) =>
  call('POST', '/api/usage', { key: shop.sk, user, body: { amount, ...more } });
const usage = async (user: string) =>
  (await call('GET', '/api/usage', { key: shop.sk, user })).body;
const codeOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const newCustomer = async (body: object = {}): Promise<string> => {
  const email = `ada${Math.random()}@example.com`;
  const made = await call('POST', '/api/customers', { key: shop.sk, body: { email, ...body } });
  return made.body.customer.id;
};
const ref = () => ({ projectId: shop.id, mode: shop.mode });
const shardFor = (id: string) =>
  deps.shard(ref(), (id.startsWith('hold') ? holdNamed(id)?.shard : shardOf(id)) ?? '');

describe('a hold', () => {
  it('takes its units from everybody else, and counts none of them yet', async () => {
    const answer = await hold('ada', { amount: 4, seconds: 30 });
    expect(answer.status).toBe(201);
    expect(answer.body.hold).toEqual({
      id: expect.stringMatching(/^hold_[0-9a-z]{22}$/),
      feature: 'requests',
      units: 4,
      expiresAtMs: NOON + 30_000,
      lastsMs: 30_000,
    });
    expect(answer.body.usage).toMatchObject({ count: 0, held: 4, remaining: 6, limit: LIMIT });
    expect(await usage('ada')).toMatchObject({ usageCount: 0, held: 4, remaining: 6 });
    expect((await track('ada', 7)).body).toMatchObject({
      code: 'limit_reached',
      usageCount: 0,
      held: 4,
    });
    expect((await track('ada', 6)).body.usage).toMatchObject({ count: 6, held: 4, remaining: 0 });
    expect((await usage('eve')).held).toBe(undefined);
  });

  it('gives back at once what was not used', async () => {
    const { id } = await granted('ada', { amount: 10 });
    expect(await codeOf(track('ada'))).toEqual([403, 'limit_reached']);
    const { body } = await settle(id, 3);
    expect(body).toMatchObject({ success: true, usage: { count: 3, remaining: 7 } });
    expect(body.usage.held).toBe(undefined);
    expect((await track('ada', 7)).body.usage).toMatchObject({ count: 10, remaining: 0 });
  });

  it('of many at once admits exactly the limit', async () => {
    await saveTier('free', [metered('requests', 100)], { isDefault: true });
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => hold('ada', { amount: 3, atLeast: 1 })),
    );
    const holds = answers.flatMap(({ status, body }) => (status === 201 ? [body.hold] : []));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(64 - holds.length);
    expect(holds.reduce((sum, { units }) => sum + units, 0)).toBe(100);
    await Promise.all(holds.map(({ id, units }) => settle(id, units)));
    expect(await usage('ada')).toMatchObject({ usageCount: 100, remaining: 0 });
  });

  it('gets as many as are left from atLeast on, and is refused below that as a call is', async () => {
    await track('ada', 7);
    expect(await codeOf(hold('ada', { amount: 5 }))).toEqual([403, 'limit_reached']);
    expect(await codeOf(hold('ada', { amount: 5, atLeast: 4 }))).toEqual([403, 'limit_reached']);
    expect((await granted('ada', { amount: 5, atLeast: 3 })).units).toBe(3);
    const { body } = await hold('ada', { amount: 5, atLeast: 1 });
    expect(body).toMatchObject({ code: 'limit_reached', usageCount: 7, limit: LIMIT, held: 3 });
  });

  it.each([
    [{ amount: 0 }, 'invalid_request'],
    [{ amount: 2, atLeast: 3 }, 'invalid_request'],
    [{ seconds: 61 }, 'invalid_request'],
    [{ seconds: 0 }, 'invalid_request'],
    [{ feature: 'sso' }, 'feature_not_metered'],
    [{ feature: 'nothing' }, 'feature_not_found'],
  ])('is not made of %j', async (body, code) => {
    expect(await codeOf(hold('ada', body))).toEqual([400, code]);
  });

  it('of a feature without a limit gets what it asks for', async () => {
    await saveTier('free', [metered('requests', null)], { isDefault: true });
    const { id, units } = await granted('ada', { amount: 1000, atLeast: 1 });
    expect(units).toBe(1000);
    expect((await settle(id, 900)).body.usage).toMatchObject({ count: 900, limit: 'unlimited' });
  });

  it('counts once against the rate limit, and its settlement not at all', async () => {
    await saveTier('free', [metered('requests', 100)], { isDefault: true, rateLimitPerMinute: 3 });
    const { id } = await granted('ada', { amount: 10 });
    await settle(id, 5);
    await granted('ada');
    await track('ada');
    const refused = await hold('ada');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await usage('ada')).toMatchObject({ usageCount: 6, held: 1 });
  });

  it('stays when its object is killed', async () => {
    const { id } = await granted('ada', { amount: 4 });
    await evictDurableObject(shardFor(id));
    expect(await usage('ada')).toMatchObject({ usageCount: 0, held: 4, remaining: 6 });
    expect((await settle(id, 2)).body.usage).toMatchObject({ count: 2, remaining: 8 });
  });
});

describe('a settlement', () => {
  it('is answered again as it was, and not with something else', async () => {
    const { id } = await granted('ada', { amount: 4 });
    const first = await settle(id, 2);
    await track('ada');
    const again = await settle(id, 2);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await codeOf(settle(id, 3))).toEqual([409, 'hold_settled']);
    expect((await usage('ada')).usageCount).toBe(3);
    later(86_400_000 - 1);
    expect((await settle(id, 2)).body).toEqual(first.body);
  });

  it('of many at once counts once', async () => {
    const { id } = await granted('ada', { amount: 4 });
    const answers = await Promise.all([1, 2, 3, 1, 2].map((used) => settle(id, used)));
    const counted = answers.find(({ status }) => status === 200);
    expect((await usage('ada')).usageCount).toBe(counted?.body.usage.count);
  });

  it('is of no more units than were held', async () => {
    const { id } = await granted('ada', { amount: 4 });
    const { status, body } = await settle(id, 5);
    expect([status, body.code, body.issues[0].path]).toEqual([400, 'invalid_request', 'used']);
    expect(await codeOf(settle(id, -1))).toEqual([400, 'invalid_request']);
    expect(await usage('ada')).toMatchObject({ usageCount: 0, held: 4 });
  });

  it('finds no hold of another project or mode, nor one of a made-up id, for which no object is made', async () => {
    const { id } = await granted('ada');
    const other = await createEnvironment();
    const { secret } = await manage('POST', `/api/projects/${shop.id}/live/keys`, {});
    const { SHARD } = env as unknown as Bindings;
    const objects = async () => (await listDurableObjectIds(SHARD)).length;
    for (const key of [other.sk, secret])
      for (const how of ['settle', 'renew'])
        expect(
          await codeOf(call('POST', `/api/usage/holds/${id}/${how}`, { key, body: { used: 0 } })),
        ).toEqual([404, 'hold_not_found']);
    const before = await objects();
    for (const made of ['x', 'hold_zzaaaaaaaaaaaaaaaaaaaa', `${id}_0`, `${id}x`, '%00', 'hold_00'])
      expect(await codeOf(settle(made, 0))).toEqual([404, 'hold_not_found']);
    expect(await objects()).toBe(before);
    for (const unknown of [`${id}_1`, `${id.slice(0, -1)}!`, `hold_00${'a'.repeat(20)}`])
      expect(await codeOf(settle(unknown, 0))).toEqual([404, 'hold_not_found']);
    expect(await usage('ada')).toMatchObject({ held: 1 });
  });
});

describe('a hold that expires', () => {
  it('counts as used with all its units, and cannot be settled any more', async () => {
    const { id } = await granted('ada', { amount: 4, seconds: 10 });
    later(9_999);
    expect(await usage('ada')).toMatchObject({ usageCount: 0, held: 4 });
    later(1);
    const read = await usage('ada');
    expect(read).toMatchObject({ usageCount: 4, remaining: 6 });
    expect(read.held).toBe(undefined);
    for (const answer of [settle(id, 2), settle(id, 4), renew(id, { used: 1 })])
      expect(await codeOf(answer)).toEqual([410, 'hold_expired']);
    expect((await usage('ada')).usageCount).toBe(4);
  });

  it('is settled late by nobody, also where that is the first to touch it', async () => {
    const { id } = await granted('ada', { amount: 4, seconds: 1 });
    later(1000);
    expect(await codeOf(settle(id, 0))).toEqual([410, 'hold_expired']);
    expect((await usage('ada')).usageCount).toBe(4);
  });

  it('is counted also when nobody asks: the alarm rings, and usage by day has it', async () => {
    const { id } = await granted('ada', { amount: 4, seconds: 10 });
    const alarmMs = await runInDurableObject(shardFor(id), (_, { storage }) => storage.getAlarm());
    expect(alarmMs).toBeLessThanOrEqual(NOON + 10_000);
    later(10_000);
    await runDurableObjectAlarm(shardFor(id));
    const rows = await runInDurableObject(shardFor(id), (_, { storage }) =>
      storage.sql.exec('SELECT used_units, day, day_units FROM meter').toArray(),
    );
    expect(rows).toEqual([{ used_units: 4, day: '2030-11-20', day_units: 4 }]);
    later(60_000);
    await runDurableObjectAlarm(shardFor(id));
    const { body } = await call('GET', '/api/usage/history', { key: shop.sk, user: 'ada' });
    expect(body.days.at(-1)).toEqual({ day: '2030-11-20', units: 4 });
  });

  it('is counted once after a restart, by the alarm and who asks', async () => {
    const { id } = await granted('ada', { amount: 4, seconds: 10 });
    await evictDurableObject(shardFor(id));
    later(10_000);
    await Promise.all([usage('ada'), runDurableObjectAlarm(shardFor(id)), settle(id, 1)]);
    expect((await usage('ada')).usageCount).toBe(4);
  });

  it('is forgotten a day later, so that what is kept stays bounded', async () => {
    const kept = () =>
      runInDurableObject(shardFor(id), (_, { storage }) =>
        storage.sql.exec('SELECT id FROM hold').toArray(),
      );
    const { id } = await granted('ada');
    await settle(id, 1);
    later(86_400_001);
    const shard = shardFor(id);
    await runInDurableObject(shard, (object) => object.meter().endHolds(Date.now()));
    expect(await kept()).toEqual([]);
    expect(await codeOf(settle(id, 1))).toEqual([404, 'hold_not_found']);
  });

  it('ends with the period, in which its units count; the next begins clean', async () => {
    const { resetsAtMs } = await usage('ada');
    setDate(resetsAtMs - 5000);
    const { id, lastsMs, expiresAtMs } = await granted('ada', { amount: 4 });
    expect([lastsMs, expiresAtMs]).toEqual([5000, resetsAtMs]);
    setDate(resetsAtMs);
    const read = await usage('ada');
    expect(read).toMatchObject({ usageCount: 0, remaining: LIMIT });
    expect(read.held).toBe(undefined);
    expect(await codeOf(settle(id, 1))).toEqual([410, 'hold_expired']);
    await track('ada', 2);
    later(60_000);
    await runDurableObjectAlarm(shardFor(id));
    const { body } = await call('GET', '/api/usage/history', { key: shop.sk, user: 'ada' });
    expect(body.days.slice(-2)).toEqual([
      { day: '2030-11-30', units: 4 },
      { day: '2030-12-01', units: 2 },
    ]);
  });
});

describe('a renewal', () => {
  it('settles and grants in one, under a new id', async () => {
    const first = await granted('ada', { amount: 4 });
    later(1000);
    const { status, body } = await renew(first.id, { used: 3 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, usage: { count: 3, held: 4, remaining: 3 } });
    expect(body.hold).toMatchObject({ units: 4, lastsMs: 60_000, expiresAtMs: NOON + 61_000 });
    expect(body.hold.id).not.toBe(first.id);
    expect(await codeOf(settle(first.id, 0))).toEqual([409, 'hold_settled']);
    const second = await renew(body.hold.id, { used: 4, amount: 9, atLeast: 1, seconds: 5 });
    expect(second.body.hold).toMatchObject({ units: 3, lastsMs: 5000 });
    expect(await codeOf(renew(first.id, { used: 3 }))).toEqual([409, 'hold_settled']);
    expect((await settle(second.body.hold.id, 3)).body.usage).toMatchObject({ count: 10 });
  });

  it('that is refused leaves the settlement standing, and says why', async () => {
    const { id } = await granted('ada', { amount: 10 });
    const { status, body } = await renew(id, { used: 8 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      hold: null,
      refusal: { status: 403, code: 'limit_reached', usageCount: 8, limit: LIMIT },
      usage: { count: 8, remaining: 2 },
    });
    expect(body.refusal.docs).toContain('limit_reached');
    expect((await settle(id, 8)).body.usage).toEqual(body.usage);
    expect((await usage('ada')).held).toBe(undefined);
  });

  it('is answered again as it was, with its key and without, and changes nothing by being wrong', async () => {
    const { id } = await granted('ada', { amount: 4 });
    expect(await codeOf(renew(id, { used: 1, atLeast: 5 }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(renew(id, { used: 5 }))).toEqual([400, 'invalid_request']);
    expect(await usage('ada')).toMatchObject({ usageCount: 0, held: 4 });
    const headers = { 'idempotency-key': 'renew-1' };
    const first = await renew(id, { used: 2 }, headers);
    const [again, bare] = [await renew(id, { used: 2 }, headers), await renew(id, { used: 2 })];
    expect([again.body, bare.body]).toEqual([first.body, first.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await codeOf(renew(id, { used: 2, amount: 1 }, headers))).toEqual([
      409,
      'idempotency_conflict',
    ]);
    expect(await codeOf(renew(id, { used: 2, amount: 1 }))).toEqual([409, 'hold_settled']);
    expect(await usage('ada')).toMatchObject({ usageCount: 2, held: 4 });
  });

  it('counts once against the rate limit, and is refused by it with the seconds to wait', async () => {
    await saveTier('free', [metered('requests', 100)], { isDefault: true, rateLimitPerMinute: 2 });
    const { id } = await granted('ada', { amount: 4 });
    const { body } = await renew(id, { used: 4 });
    const refused = await renew(body.hold.id, { used: 1 });
    expect(refused.body).toMatchObject({
      hold: null,
      refusal: { status: 429, code: 'rate_limited' },
    });
    expect(refused.body.refusal.retryAfterSeconds).toBeGreaterThan(0);
    expect(await usage('ada')).toMatchObject({ usageCount: 5 });
  });

  it('of many at once grants one more', async () => {
    const { id } = await granted('ada', { amount: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => renew(id, { used: 2 })));
    expect(new Set(answers.map(({ body }) => body.hold.id)).size).toBe(1);
    expect(await usage('ada')).toMatchObject({ usageCount: 2, held: 2 });
  });
});

describe('a key', () => {
  it('grants once, to its customer, and not for something else', async () => {
    const headers = { 'idempotency-key': 'hold-1' };
    const first = await hold('ada', { amount: 2 }, headers);
    const repeats = await Promise.all([1, 2, 3].map(() => hold('ada', { amount: 2 }, headers)));
    for (const repeat of repeats) {
      expect(repeat.body).toEqual(first.body);
      expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    }
    expect(await codeOf(hold('ada', { amount: 3 }, headers))).toEqual([
      409,
      'idempotency_conflict',
    ]);
    const other = await hold('eve', { amount: 2 }, headers);
    expect(other.body.hold.id).not.toBe(first.body.hold.id);
    await settle(first.body.hold.id, 1);
    await evictDurableObject(shardFor(first.body.hold.id));
    expect((await hold('ada', { amount: 2 }, headers)).body).toEqual(first.body);
    expect(await usage('ada')).toMatchObject({ usageCount: 1, remaining: 9 });
  });

  it('of a call and a hold are two', async () => {
    const headers = { 'idempotency-key': 'one' };
    await call('POST', '/api/usage', { key: shop.sk, user: 'ada', headers });
    expect((await hold('ada', {}, headers)).status).toBe(201);
  });

  it('of a refused hold can be tried again', async () => {
    const headers = { 'idempotency-key': 'one' };
    await track('ada', 10);
    expect((await hold('ada', {}, headers)).status).toBe(403);
    await saveTier('free', [metered('requests', 20)], { isDefault: true });
    later(11_000);
    expect((await hold('ada', {}, headers)).status).toBe(201);
  });

  it('settles once, and not with something else', async () => {
    const headers = { 'idempotency-key': 'settle-1' };
    const { id } = await granted('ada', { amount: 2 });
    const first = await settle(id, 1, headers);
    expect((await settle(id, 1, headers)).body).toEqual(first.body);
    expect(await codeOf(settle(id, 2, headers))).toEqual([409, 'idempotency_conflict']);
  });
});

describe('a customer with a hold', () => {
  const setPlan = (id: string, plan: string) =>
    call('PATCH', `/api/customers/${id}`, { key: shop.sk, body: { plan } });

  it('who changes the plan, down and back, keeps it and gets no new one above the limit', async () => {
    await saveTier('small', [metered('requests', 2)]);
    await saveTier('none', [metered('exports', 1)]);
    const ada = await newCustomer();
    const [one, two] = [await granted(ada, { amount: 4 }), await granted(ada, { amount: 3 })];
    await setPlan(ada, 'small');
    expect(await usage(ada)).toMatchObject({ usageCount: 0, held: 7, remaining: 0, limit: 2 });
    expect(await codeOf(hold(ada))).toEqual([403, 'limit_reached']);
    expect((await settle(one.id, 4)).body.usage).toMatchObject({ count: 4, held: 3, remaining: 0 });
    await setPlan(ada, 'none');
    expect((await settle(two.id, 1)).body.usage).toMatchObject({
      count: 5,
      limit: 0,
      remaining: 0,
    });
    expect(await codeOf(hold(ada))).toEqual([403, 'feature_not_included']);
    await setPlan(ada, 'free');
    expect(await usage(ada)).toMatchObject({ usageCount: 5, remaining: 5 });
    expect((await granted(ada, { amount: 9, atLeast: 1 })).units).toBe(5);
  });

  it('who changes the plan when it is over pays for it by the plan of then', async () => {
    const credits = { allowanceUnits: 100, rollOverCapUnits: 0 };
    for (const [name, weight] of Object.entries({ dear: 3, cheap: 1 }))
      await saveTier(name, [{ kind: 'credits', name: 'images', weight }], { credits });
    const ada = await newCustomer({ plan: 'dear' });
    await granted(ada, { feature: 'images', amount: 4, seconds: 10 });
    later(10_000);
    await setPlan(ada, 'cheap');
    const { body } = await call('GET', '/api/credits', { key: shop.sk, user: ada });
    expect([body.balanceUnits, body.heldUnits]).toEqual([88, 0]);
  });

  it('who is banned may still be settled, and gets no new one', async () => {
    const ada = await newCustomer();
    const [one, two] = [await granted(ada), await granted(ada)];
    await call('PATCH', `/api/customers/${ada}`, { key: shop.sk, body: { banned: true } });
    expect(await codeOf(hold(ada))).toEqual([403, 'customer_banned']);
    expect((await settle(one.id, 1)).body.usage.count).toBe(1);
    const { body } = await renew(two.id, { used: 1 });
    expect(body).toMatchObject({ hold: null, refusal: { code: 'customer_banned' } });
  });

  it('who is deleted has none any more, and its units count as used for who comes back', async () => {
    const ada = await newCustomer({ externalId: 'ada' });
    const { id } = await granted(ada, { amount: 4 });
    await call('DELETE', `/api/customers/${ada}`, { key: shop.sk });
    expect(await codeOf(settle(id, 1))).toEqual([404, 'hold_not_found']);
    expect(await codeOf(renew(id, { used: 1 }))).toEqual([404, 'hold_not_found']);
    expect(await codeOf(hold(ada))).toEqual([404, 'customer_not_found']);
    expect(await usage('ada')).toMatchObject({ usageCount: 4 });
    await runDurableObjectAlarm(shardFor(id));
    const rows = await runInDurableObject(shardFor(id), (_, { storage }) =>
      storage.sql.exec('SELECT * FROM hold').toArray(),
    );
    expect(rows).toEqual([]);
  });
});
