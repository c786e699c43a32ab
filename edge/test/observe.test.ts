import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

let shop: TestEnvironment;
const base = () => `/api/projects/${shop.id}/test`;
const metered = (name: string, limitUnits: number | null) => ({
  kind: 'metered',
  name,
  limitUnits,
});
const saveFree = (more: object = {}) =>
  manage('PUT', `${base()}/tiers/free`, {
    displayName: 'Free',
    features: [metered('requests', 3)],
    isDefault: true,
    rateLimitPerMinute: null,
    ...more,
  });
const enforcement = (value: string) =>
  manage('PATCH', `${base()}/settings`, { enforcement: value });
// What a Worker knows of an environment is 10 s old at most.
const aMomentLater = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });

beforeEach(async () => {
  shop = await createEnvironment();
  await saveFree();
  await manage('PUT', `${base()}/tiers/big`, {
    displayName: 'Big',
    features: [metered('exports', 5), { kind: 'boolean', name: 'sso' }],
  });
  await enforcement('observe');
});
afterEach(() => {
  vi.useRealTimers();
});

const track = (body: object = {}, headers: Record<string, string> = {}) =>
  call('POST', '/api/usage', { key: shop.sk, user: 'ada', body, headers });
const read = async (feature = 'requests') =>
  (await call('GET', `/api/usage?feature=${feature}`, { key: shop.sk, user: 'ada' })).body;

describe('an environment that only observes', () => {
  it('counts what it would have refused for the limit, and says so', async () => {
    const within = await track({ amount: 3 });
    expect(within.body.usage).toMatchObject({ count: 3, remaining: 0 });
    expect(within.body.usage.wouldRefuse).toBe(undefined);
    const above = await track({ amount: 2 });
    expect(above).toMatchObject({
      status: 200,
      body: { success: true, usage: { count: 5, remaining: 0, wouldRefuse: 'limit_reached' } },
    });
    const now = await read();
    expect(now).toMatchObject({ usageCount: 5, limit: 3, remaining: 0 });
    expect(now.wouldRefuse).toBe(undefined);
  });

  it('counts what came too fast, and goes on counting the rate', async () => {
    await saveFree({ features: [metered('requests', null)], rateLimitPerMinute: 2 });
    const said = [];
    for (let calls = 0; calls < 4; calls++) said.push((await track()).body.usage.wouldRefuse);
    expect(said).toEqual([undefined, undefined, 'rate_limited', 'rate_limited']);
    expect((await read()).usageCount).toBe(4);
  });

  it('answers again with a key what it answered first, and counts it once', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await track({ amount: 4 }, headers);
    expect(first.body.usage).toMatchObject({ count: 4, wouldRefuse: 'limit_reached' });
    expect((await track({ amount: 4 }, headers)).body).toEqual(first.body);
    expect((await read()).usageCount).toBe(4);
  });

  it('reports each event of a batch that it would have refused', async () => {
    const events = Array.from({ length: 5 }, () => ({ customer: 'ada' }));
    const { body } = await call('POST', '/api/usage/batch', { key: shop.sk, body: { events } });
    expect(body.results.map(({ ok, usage }: any) => [ok, usage.wouldRefuse])).toEqual([
      ...Array.from({ length: 3 }, () => [true, undefined]),
      ...Array.from({ length: 2 }, () => [true, 'limit_reached']),
    ]);
  });

  it('reports a feature that the plan does not include: a metered one is counted, a boolean one not', async () => {
    const notIncluded = { limit: 0, remaining: 0, wouldRefuse: 'feature_not_included' };
    expect((await track({ feature: 'exports' })).body.usage).toMatchObject({
      count: 1,
      ...notIncluded,
    });
    expect((await track({ feature: 'sso' })).body.usage).toMatchObject({
      count: 0,
      ...notIncluded,
    });
    expect(await read('sso')).toMatchObject({ usageCount: 0, ...notIncluded });
    expect((await track({ feature: 'nothing' })).body.code).toBe('feature_not_found');
  });

  it('grants all of a hold that it would have refused, and as much as is left where that is enough', async () => {
    const hold = async (body: object) =>
      (await call('POST', '/api/usage/holds', { key: shop.sk, user: 'ada', body })).body;
    const left = await hold({ amount: 5, atLeast: 1 });
    expect([left.hold.units, left.usage.wouldRefuse]).toEqual([3, undefined]);
    const { hold: granted, usage } = await hold({ amount: 4 });
    expect([granted.units, usage.held, usage.wouldRefuse]).toEqual([4, 7, 'limit_reached']);
    const renewed = await call('POST', `/api/usage/holds/${granted.id}/renew`, {
      key: shop.sk,
      body: { used: 4 },
    });
    expect(renewed.body).toMatchObject({
      hold: { units: 4 },
      usage: { count: 4, held: 7, wouldRefuse: 'limit_reached' },
    });
    // Of one that less than it asks for would do for, too, where not even that is left.
    expect((await hold({ amount: 6, atLeast: 2 })).hold.units).toBe(6);
    expect(await hold({ feature: 'sso' })).toMatchObject({ code: 'feature_not_metered' });
  });

  it('refuses who is banned as ever', async () => {
    await track();
    await call('PATCH', '/api/customers/ada', { key: shop.sk, body: { banned: true } });
    expect((await track()).body.code).toBe('customer_banned');
  });

  it('refuses within 10 seconds of being told to, with what was used so far', async () => {
    await track({ amount: 5 });
    await enforcement('enforce');
    aMomentLater();
    expect((await track()).body).toMatchObject({ code: 'limit_reached', usageCount: 5, limit: 3 });
    expect((await track({ feature: 'sso' })).body.code).toBe('feature_not_included');
  });
});

it('an environment refuses unless it is told to observe', async () => {
  const other = await createEnvironment();
  const { settings } = await manage('GET', `/api/projects/${other.id}/test/settings`);
  expect(settings.enforcement).toBe('enforce');
  const user = 'ada';
  const answer = await call('POST', '/api/usage', { key: other.sk, user, body: { amount: 4 } });
  expect(answer.body.code).toBe('limit_reached');
});
