import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { rowsOfCalls } from './counted-rows.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

const deps = await createDeps(env as unknown as Bindings);
// To come, so that no alarm rings before a test lets it.
const NOON = Date.parse('2030-11-20T12:00:00Z');
const DECEMBER = Date.parse('2030-12-01T00:00:00Z');
const DAY_MS = 86_400_000;

let shop: TestEnvironment;
const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
const later = (ms: number) => setDate(Date.now() + ms);
const weighing = (name: string, weight: number) => ({ kind: 'credits', name, weight });
const saveTier = (name: string, features: object[], more: object = {}) =>
  manage('PUT', `/api/projects/${shop.id}/test/tiers/${name}`, {
    displayName: name,
    features,
    rateLimitPerMinute: null,
    ...more,
  });
const BOTH = [weighing('chat', 1), weighing('image', 10)];
const allowing = (allowanceUnits: number, rollOverCapUnits = 0) => ({
  credits: { allowanceUnits, rollOverCapUnits },
});
beforeEach(async () => {
  setDate(NOON);
  shop = await createEnvironment();
  await saveTier('free', BOTH, { isDefault: true, ...allowing(100) });
  await saveTier('pro', BOTH, allowing(1000));
});
afterEach(async () => {
  vi.useRealTimers();
});

const opened = (user: string) => ({ key: shop.sk, user });
const track = (user: string, feature: string, amount = 1, headers = {}) =>
  call('POST', '/api/usage', { ...opened(user), body: { feature, amount }, headers });
const usage = async (user: string, feature = 'chat') =>
  (await call('GET', `/api/usage?feature=${feature}`, opened(user))).body;
const give = (user: string, body: object, headers = {}) =>
  call('POST', '/api/credits/grants', { ...opened(user), body, headers });
/** Gives grants of 10 each, which end one after the other. */
const giveMany = async (user: string, count: number) => {
  const { userId: customerId } = await credits(user);
  await runInDurableObject(await shardOfCustomer(user), (shard, { storage }) =>
    storage.transactionSync(() => {
      const said = { source: 'grant' as const, units: 10, note: null, fingerprint: null };
      for (let index = 0; index < count; index++)
        shard.meter().giveCredits({
          customerId,
          rulesVersion: 0,
          nowMs: Date.now(),
          giving: { ...said, id: `g${index}`, expires: { atMs: NOON + 40 * DAY_MS + index } },
        });
    }),
  );
};
const credits = async (user: string, query = '') =>
  (await call('GET', `/api/credits${query}`, opened(user))).body;
const shardOfCustomer = async (user: string) => {
  const { userId } = await credits(user);
  return deps.shard({ projectId: shop.id, mode: shop.mode }, shardOf(userId) ?? '');
};
/** The balance, after seeing that the ledger and the grants both say it. */
const balance = async (user: string): Promise<number> => {
  const { balanceUnits, grants, entries, nextCursor } = await credits(user, '?limit=100');
  expect(nextCursor).toBe(null);
  const sum = (units: number[]) => units.reduce((all, one) => all + one, 0);
  expect(sum(entries.map(({ units }: { units: number }) => units))).toBe(balanceUnits);
  expect(sum(grants.map(({ leftUnits }: { leftUnits: number }) => leftUnits))).toBe(balanceUnits);
  return balanceUnits;
};

describe('a balance', () => {
  it('is one for several features, each by its weight', async () => {
    const { body } = await track('ada', 'image', 3);
    expect(body.usage).toMatchObject({
      count: 3,
      limit: 10,
      remaining: 7,
      credits: { balanceUnits: 70, weight: 10, nextExpiryAtMs: DECEMBER },
    });
    expect((await track('ada', 'chat', 5)).body.usage).toMatchObject({ count: 5, remaining: 65 });
    expect(await usage('ada', 'image')).toMatchObject({
      usageCount: 3,
      limit: 9,
      remaining: 6,
      credits: { balanceUnits: 65 },
    });
    expect(await balance('ada')).toBe(65);
  });

  it('that is not enough refuses the whole call, and counts nothing', async () => {
    await track('ada', 'chat', 95);
    const { status, body } = await track('ada', 'image');
    expect([status, body.code]).toEqual([403, 'limit_reached']);
    expect(body).toMatchObject({
      usageCount: 0,
      limit: 0,
      feature: 'image',
      credits: { balanceUnits: 5, weight: 10 },
    });
    expect((await track('ada', 'chat', 6)).status).toBe(403);
    expect((await track('ada', 'chat', 5)).body.usage).toMatchObject({ count: 100, remaining: 0 });
    expect(await balance('ada')).toBe(0);
  });

  it('of 64 callers at once gives exactly what it is', async () => {
    await give('ada', { units: 23 });
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        track('ada', index % 2 ? 'image' : 'chat', index % 2 ? 1 : 3),
      ),
    );
    const taken = answers.map(({ status }, index) =>
      status === 200 ? (index % 2 ? 10 : 3) : 0,
    ) as number[];
    const left = 123 - taken.reduce((all, one) => all + one, 0);
    expect(await balance('ada')).toBe(left);
    expect(left).toBeLessThan(10);
    expect(left).toBeGreaterThanOrEqual(0);
  });

  it('is drawn once for a key, and answers it as the first time', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await track('ada', 'image', 2, key);
    await track('ada', 'chat', 7);
    const again = await track('ada', 'image', 2, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await balance('ada')).toBe(73);
  });

  it('of one customer is nobody else’s', async () => {
    await track('ada', 'chat', 100);
    expect((await track('eve', 'chat', 100)).status).toBe(200);
  });

  it('is judged event by event in a batch', async () => {
    const events = [9, 2, 10].map((amount) => ({ customer: 'ada', feature: 'image', amount }));
    const { body } = await call('POST', '/api/usage/batch', { key: shop.sk, body: { events } });
    expect(body.results.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, false, false]);
    expect(await balance('ada')).toBe(10);
  });

  it('goes down to nothing and no further where refusing is only observed', async () => {
    await manage('PATCH', `/api/projects/${shop.id}/test/settings`, { enforcement: 'observe' });
    await track('ada', 'chat', 90);
    const { body } = await track('ada', 'image', 2);
    expect(body.usage).toMatchObject({ count: 2, remaining: 0, wouldRefuse: 'limit_reached' });
    expect(await balance('ada')).toBe(0);
  });

  it('is what it was after a restart', async () => {
    await track('ada', 'image', 4);
    await evictDurableObject(await shardOfCustomer('ada'));
    expect(await balance('ada')).toBe(60);
  });
});

describe('a call that draws on credits', () => {
  /** The rows that keyed calls write, each by itself. */
  const rowsOf = async (user: string, features: readonly string[]): Promise<number[]> => {
    const { userId: customerId } = await credits(user);
    const calls = features.map((feature) => {
      const idempotency = { key: crypto.randomUUID(), fingerprint: 'f' };
      return { customerId, feature, idempotency };
    });
    const rows = await rowsOfCalls(await shardOfCustomer(user), calls);
    return rows.map(({ written }) => written);
  };

  it('writes one row, and a few more where it uses grants up', async () => {
    await give('ada', { units: 3, expiresInDays: 1 });
    await give('ada', { units: 20, expiresInDays: 2 });
    const [first, last, ...others] = await rowsOf('ada', ['chat', 'image', 'chat', 'image']);
    expect([first, ...others]).toEqual([1, 1, 1]);
    expect(last).toBeGreaterThan(1);
    expect(last).toBeLessThan(15);
    expect(await balance('ada')).toBe(101);
  });

  it('reads and writes as many rows with 5,000 open grants as with one', async () => {
    await saveTier('free', BOTH, { isDefault: true, credits: null });
    const rows: Awaited<ReturnType<typeof rowsOfCalls>>[] = [];
    for (const [user, grants] of [
      ['ada', 1],
      ['eve', 5000],
    ] as const) {
      const { userId: customerId } = await credits(user);
      await giveMany(user, grants);
      const call = { customerId, feature: 'chat' };
      const ofTomorrow = { ...call, nowMs: NOON + DAY_MS };
      const calls = [call, call, { ...call, amountUnits: 5 }, ofTomorrow, ofTomorrow];
      rows.push(await rowsOfCalls(await shardOfCustomer(user), calls));
      later(DAY_MS);
      expect((await usage(user)).credits).toMatchObject({
        balanceUnits: grants * 10 - 9,
        nextExpiryAtMs: NOON + 40 * DAY_MS,
      });
      setDate(NOON);
    }
    const [withOne = [], withMany] = rows;
    expect(withMany).toEqual(withOne);
    const rowsRead = withOne.map(({ read }) => read);
    const rowsWritten = withOne.map(({ written }) => written);
    expect(rowsRead.every((read) => read < 60)).toBe(true);
    const [first, second, third, ofNewDay = 0, last] = rowsWritten;
    expect([first, second, third, last]).toEqual([1, 1, 1, 1]);
    expect(ofNewDay).toBeLessThan(10);
  });

  it('draws on as many grants as it needs, in order, and leaves the others whole', async () => {
    await giveMany('ada', 150);
    expect((await track('ada', 'chat', 100 + 1234)).body.usage.credits).toMatchObject({
      balanceUnits: 266,
      nextExpiryAtMs: NOON + 40 * DAY_MS + 123,
    });
    const { grants, balanceUnits } = await credits('ada');
    expect(grants.map(({ leftUnits }: { leftUnits: number }) => leftUnits)).toEqual([
      6,
      ...Array.from({ length: 26 }, () => 10),
    ]);
    expect(balanceUnits).toBe(266);
    setDate(NOON + 40 * DAY_MS + 140);
    expect((await credits('ada')).balanceUnits).toBe(9 * 10 + 100);
  });

  it('of another day writes down what was drawn on the one before', async () => {
    await track('ada', 'image', 2);
    await track('ada', 'chat', 3);
    later(DAY_MS);
    await track('ada', 'chat', 4);
    expect(await balance('ada')).toBe(73);
    const used = (await credits('ada')).entries.filter(
      ({ kind }: { kind: string }) => kind === 'use',
    );
    expect(
      used.map(({ day, feature, units, atMs }: any) => [day, feature, units, atMs]).toSorted(),
    ).toEqual([
      ['2030-11-20', 'chat', -3, NOON],
      ['2030-11-20', 'image', -20, NOON],
      ['2030-11-21', 'chat', -4, NOON + DAY_MS],
    ]);
  });
});

describe('holds', () => {
  const hold = async (user: string, feature: string, amount: number) =>
    call('POST', '/api/usage/holds', { ...opened(user), body: { feature, amount } });

  it('set credits aside for every feature, and give back what was not used', async () => {
    const { hold: held } = (await hold('ada', 'image', 8)).body;
    expect((await track('ada', 'chat', 21)).status).toBe(403);
    expect(await usage('ada')).toMatchObject({ remaining: 20, credits: { balanceUnits: 100 } });
    expect(await credits('ada')).toMatchObject({ balanceUnits: 100, heldUnits: 80 });
    const settled = await call('POST', `/api/usage/holds/${held.id}/settle`, {
      key: shop.sk,
      body: { used: 3 },
    });
    expect(settled.body.usage).toMatchObject({ count: 3, remaining: 7 });
    expect(await balance('ada')).toBe(70);
  });

  it('that expired are drawn whole before another feature is answered', async () => {
    await hold('ada', 'image', 8);
    later(61_000);
    expect((await track('ada', 'chat', 20)).body.usage).toMatchObject({ remaining: 0 });
    expect(await credits('ada')).toMatchObject({ balanceUnits: 0, heldUnits: 0 });
  });

  it('of a period that is over are drawn from its credits, not the next one’s', async () => {
    setDate(DECEMBER - 10_000);
    await hold('ada', 'image', 8);
    setDate(DECEMBER + 10_000);
    await track('ada', 'chat');
    expect(await balance('ada')).toBe(99);
  });
});

describe('a grant', () => {
  it('adds to the balance, once for its key', async () => {
    const key = { 'idempotency-key': 'gift' };
    const body = { units: 50, expiresInDays: 30, note: 'Sorry for Tuesday' };
    const first = await give('ada', body, key);
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      success: true,
      grant: {
        id: expect.stringMatching(/^crg_[0-9a-z]{20}$/),
        source: 'grant',
        units: 50,
        leftUnits: 50,
        startsAtMs: NOON,
        expiresAtMs: NOON + 30 * DAY_MS,
        note: 'Sorry for Tuesday',
      },
      balanceUnits: 150,
    });
    expect((await give('ada', body, key)).body).toEqual(first.body);
    expect((await give('ada', { units: 51 }, key)).body.code).toBe('idempotency_conflict');
    expect(await balance('ada')).toBe(150);
  });

  it('whose answer was lost is known by the shard itself', async () => {
    const shard = await shardOfCustomer('ada');
    const { userId } = await credits('ada');
    const giving = {
      id: 'crg_one',
      source: 'grant' as const,
      units: 5,
      expires: null,
      note: null,
      fingerprint: 'a',
    };
    const query = { customerId: userId, rulesVersion: 0, nowMs: NOON };
    await shard.giveCredits({ ...query, giving });
    expect(await shard.giveCredits({ ...query, giving })).toMatchObject({ replayed: true });
    const other = { ...giving, fingerprint: 'b' };
    expect(await shard.giveCredits({ ...query, giving: other })).toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await balance('ada')).toBe(105);
  });

  it('is drawn before those that end later, and lapses when it is over', async () => {
    await give('ada', { units: 10, expiresAtMs: NOON + 1000 });
    await give('ada', { units: 30 });
    await track('ada', 'chat', 4);
    later(1000);
    expect(await balance('ada')).toBe(130);
    const { grants, entries } = await credits('ada');
    expect(grants.map(({ source }: { source: string }) => source)).toEqual(['allowance', 'grant']);
    expect(entries[0]).toMatchObject({ kind: 'expire', units: -6, atMs: NOON + 1000 });
  });

  it('that never ends is drawn last and outlives the period', async () => {
    await give('ada', { units: 30 });
    await track('ada', 'chat', 110);
    setDate(DECEMBER);
    expect(await balance('ada')).toBe(120);
  });

  it.each([
    [{ units: 0 }],
    [{ units: 1.5 }],
    [{ units: 5, expiresInDays: 1, expiresAtMs: NOON + 1 }],
    [{ units: 5, expiresAtMs: NOON }],
    [{}],
  ])('is not made of %j', async (body) => {
    expect(await give('ada', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });

  it('takes a secret key', async () => {
    const answer = await call('POST', '/api/credits/grants', {
      key: shop.pk,
      user: 'ada',
      body: { units: 5 },
    });
    expect(answer.body.code).toBe('secret_key_required');
    expect((await call('GET', '/api/credits', { key: shop.pk, user: 'ada' })).status).toBe(401);
  });

  it('by a manager is in the audit log, and read where the customer is managed', async () => {
    const { userId } = await credits('ada');
    const path = `/api/projects/${shop.id}/test/customers/${userId}`;
    await manage('POST', `${path}/credits/grants`, { units: 5, expiresInDays: 1, note: 'Sorry' });
    expect(await manage('GET', `${path}/credits`)).toMatchObject({ userId, balanceUnits: 105 });
    const { events } = await manage('GET', `${path}/events`);
    expect(events[0].type).toBe('credits.granted');
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    expect(entries[0].details).toEqual([
      { field: 'credits', before: [], after: ['5'] },
      { field: 'expiresAt', before: [], after: ['2030-11-21T12:00:00.000Z'] },
      { field: 'note', before: [], after: ['Sorry'] },
    ]);
  });

  it('says in each of its lines of the ledger why it was given, also when it is over', async () => {
    await give('ada', { units: 5, expiresInDays: 1, note: 'Sorry' });
    later(2 * DAY_MS);
    const { entries } = await credits('ada');
    expect(entries.map(({ kind, note }: Record<string, unknown>) => [kind, note])).toEqual([
      ['expire', 'Sorry'],
      ['grant', 'Sorry'],
      ['allowance', null],
    ]);
  });
});

describe('a period', () => {
  it('that ends rolls over what is left up to the cap', async () => {
    await saveTier('free', BOTH, { isDefault: true, ...allowing(100, 30) });
    await track('ada', 'chat', 20);
    setDate(DECEMBER);
    expect(await usage('ada')).toMatchObject({ usageCount: 0, remaining: 130 });
    expect(await balance('ada')).toBe(130);
    const { grants } = await credits('ada');
    expect(
      grants.map(({ source, leftUnits }: Record<string, unknown>) => [source, leftUnits]),
    ).toEqual([
      ['roll_over', 30],
      ['allowance', 100],
    ]);
  });

  it('that began with a changed plan has the new allowance, less what was used', async () => {
    const made = await call('POST', '/api/customers', {
      key: shop.sk,
      body: { email: `ada${Math.random()}@example.com` },
    });
    const { id } = made.body.customer;
    const plan = (name: string) =>
      call('PATCH', `/api/customers/${id}`, { key: shop.sk, body: { plan: name } });
    await track(id, 'chat', 60);
    await plan('pro');
    await vi.waitFor(async () => expect(await balance(id)).toBe(940));
    await plan('free');
    await vi.waitFor(async () => expect(await balance(id)).toBe(40));
    await plan('pro');
    await vi.waitFor(async () => expect(await balance(id)).toBe(940));
  });

  it('without an allowance leaves what was bought', async () => {
    await saveTier('free', BOTH, { isDefault: true, credits: null });
    expect((await track('ada', 'chat')).body.code).toBe('limit_reached');
    await give('ada', { units: 3 });
    expect((await track('ada', 'chat', 3)).status).toBe(200);
    expect(await balance('ada')).toBe(0);
  });
});

describe('the ledger', () => {
  it('has the use of a feature and day in one entry, and pages newest first', async () => {
    for (const feature of ['chat', 'image', 'chat', 'image']) await track('ada', feature);
    later(DAY_MS);
    await track('ada', 'chat');
    const { entries, nextCursor } = await credits('ada', '?limit=2');
    expect(entries).toMatchObject([
      { kind: 'use', feature: 'chat', units: -1, day: '2030-11-21' },
      { kind: 'use', feature: 'image', units: -20, day: '2030-11-20' },
    ]);
    expect((await credits('ada', `?limit=2&cursor=${nextCursor}`)).entries).toMatchObject([
      { kind: 'use', feature: 'chat', units: -2, day: '2030-11-20' },
      { kind: 'allowance', units: 100, grantId: 'allowance' },
    ]);
    expect(await balance('ada')).toBe(77);
  });

  it('has one line for what is over 400 days old, and still adds up', async () => {
    await give('ada', { units: 30 });
    await give('ada', { units: 5 });
    await track('ada', 'chat', 135);
    later(399 * DAY_MS);
    expect(await balance('ada')).toBe(100);
    const before = (await credits('ada', '?limit=100')).entries;
    later(2 * DAY_MS);
    await give('ada', { units: 1 });
    expect(await balance('ada')).toBe(101);
    const { entries } = await credits('ada', '?limit=100');
    const opening = entries.at(-1);
    expect(opening).toMatchObject({ kind: 'opening', units: 0, atMs: NOON, grantId: null });
    const kept = entries.slice(1, -1);
    expect(kept).toEqual(before.filter(({ seq }: { seq: number }) => seq > opening.seq));
    expect(kept.map(({ kind }: { kind: string }) => kind)).not.toContain('use');
  });

  it('has 10,000 lines at most, and still adds up', async () => {
    const { userId } = await credits('ada');
    const shard = await shardOfCustomer('ada');
    const lines = () =>
      runInDurableObject(shard, (_, { storage: { sql } }) =>
        sql
          .exec<{ lines: number; units: number }>(
            'SELECT count(*) AS lines, sum(units) AS units FROM credit_entry WHERE customer_id = ?',
            userId,
          )
          .one(),
      );
    await runInDurableObject(shard, (_, { storage: { sql } }) =>
      sql.exec(
        `WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < 10020)
         INSERT INTO credit_entry SELECT ?, 1 + n, 'grant', iif(n % 2, 3, -3), ?, NULL, NULL, 'crg'
         FROM one`,
        userId,
        NOON,
      ),
    );
    await give('ada', { units: 1 });
    await credits('ada');
    expect(await lines()).toEqual({ lines: 10_000, units: 101 });
  });

  it('goes with its customer', async () => {
    await track('ada', 'chat');
    const { userId } = await credits('ada');
    const shard = await shardOfCustomer('ada');
    await call('DELETE', `/api/customers/${userId}`, { key: shop.sk });
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(deps.project({ projectId: shop.id, mode: 'test' }));
      const left = await runInDurableObject(shard as never, (_, { storage }) =>
        ['credit_account', 'credit_grant', 'credit_entry'].map(
          (table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length,
        ),
      );
      expect(left).toEqual([0, 0, 0]);
    });
  });
});

it('who was erased and comes back in the same period has no second allowance', async () => {
  await track('ada', 'chat', 70);
  const { userId } = await credits('ada');
  await call('DELETE', `/api/customers/${userId}`, { key: shop.sk });
  await vi.waitFor(async () => {
    expect((await track('ada', 'chat', 31)).body.code).toBe('limit_reached');
    expect(await balance('ada')).toBe(30);
  });
  expect((await credits('ada')).userId).not.toBe(userId);
  setDate(DECEMBER);
  expect(await balance('ada')).toBe(100);
});

describe('a tier', () => {
  it('shows as its limit what its allowance is enough for', async () => {
    await saveTier('free', [weighing('requests', 30)], { isDefault: true, ...allowing(100) });
    const { body } = await call('GET', '/api/tiers', { key: shop.sk });
    expect(body.tiers.find(({ name }: { name: string }) => name === 'free').limit).toBe(3);
  });

  it.each([
    [[weighing('chat', 0)], {}],
    [[weighing('chat', 1.5)], {}],
    [[{ kind: 'credits', name: 'chat' }], {}],
    [BOTH, allowing(0)],
    [BOTH, allowing(1, 101)],
  ])('is not saved with %j and %j', async (features, more) => {
    await expect(saveTier('odd', features, more)).rejects.toThrow('invalid_request');
  });
});
