import { afterEach, describe, expect, it, vi } from 'vitest';
import { KEPT } from '../src/customers/kept.ts';
import { manage as elsewhere } from './billing-shop.ts';
import { call, createEnvironment, manage } from './harness.ts';

const post = (sk: string, user: string, more: object = {}) =>
  call('POST', '/api/usage', { key: sk, user, ...more });

const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
afterEach(() => {
  vi.useRealTimers();
});

describe('POST /api/usage', () => {
  it('admits exactly 1,000 of the calls 64 callers make at once against a limit of 1,000', async () => {
    const { sk } = await createEnvironment();
    await call('POST', '/api/usage', { key: sk, user: 'ada', headers: { 'x-user-plan': 'big' } });
    let admitted = 1;
    let left = 1063;
    const caller = async () => {
      while (left-- > 0) if ((await post(sk, 'ada')).status === 200) admitted += 1;
    };
    await Promise.all(Array.from({ length: 64 }, caller));
    expect(admitted).toBe(1000);
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body).toMatchObject({
      usageCount: 1000,
      remaining: 0,
    });
  });

  it('counts the same idempotency key once and answers it as the first time', async () => {
    const { sk } = await createEnvironment();
    const headers = { 'idempotency-key': 'click-1' };
    const first = await post(sk, 'ada', { headers });
    const repeats = await Promise.all([1, 2, 3, 4].map(() => post(sk, 'ada', { headers })));
    for (const repeat of repeats) expect(repeat.body).toEqual(first.body);
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(1);
  });

  it('refuses a key used again with another body, and counts nothing', async () => {
    const { sk } = await createEnvironment();
    const headers = { 'idempotency-key': 'click-1' };
    await post(sk, 'ada', { headers });
    const other = await post(sk, 'ada', { headers, body: { amount: 2 } });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(1);
  });

  it('lets a refused call be tried again with its key after an upgrade', async () => {
    const { sk } = await createEnvironment();
    const { body } = await call('POST', '/api/customers', {
      key: sk,
      body: { email: 'ada@example.com' },
    });
    const user = body.customer.id;
    await post(sk, user, { body: { amount: 3 } });
    const headers = { 'idempotency-key': 'click-4' };
    expect((await post(sk, user, { headers })).body.code).toBe('limit_reached');
    await call('PATCH', `/api/customers/${user}`, { key: sk, body: { plan: 'team' } });
    expect((await post(sk, user, { headers })).body.usage).toMatchObject({
      count: 4,
      limit: 'unlimited',
      plan: 'team',
    });
  });

  it('answers the 101st call of a minute with 429 and Retry-After, and counts nothing for it', async () => {
    const { sk } = await createEnvironment();
    const headers = { 'x-user-plan': 'team' };
    for (let count = 1; count <= 100; count++)
      expect((await post(sk, 'ada', { headers })).status).toBe(200);
    const refused = await post(sk, 'ada', { headers });
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    const retryAfterSeconds = Number(refused.headers.get('retry-after'));
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(100);
    setDate(Date.now() + retryAfterSeconds * 1000);
    expect((await post(sk, 'ada', { headers })).status).toBe(200);
  });

  it('limits the rate of a customer over all features together', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
      displayName: 'Free',
      features: ['requests', 'exports'].map((name) => ({ kind: 'metered', name, limitUnits: 9 })),
      rateLimitPerMinute: 3,
    });
    const codes: string[] = [];
    for (const feature of ['requests', 'exports', 'requests', 'exports', 'requests'])
      codes.push((await post(shop.sk, 'ada', { body: { feature } })).body.code);
    expect(codes).toEqual([undefined, undefined, undefined, 'rate_limited', 'rate_limited']);
  });

  it('counts nothing of a refused call, batch or hold, also not against the rate limit', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
      displayName: 'Free',
      features: ['requests', 'exports'].map((name) => ({ kind: 'metered', name, limitUnits: 2 })),
      rateLimitPerMinute: 3,
    });
    await post(shop.sk, 'ada', { body: { amount: 2 } });
    const events = Array.from({ length: 3 }, () => ({ customer: 'ada' }));
    for (let times = 0; times < 3; times++) {
      expect((await post(shop.sk, 'ada')).body.code).toBe('limit_reached');
      const { results } = (
        await call('POST', '/api/usage/batch', { key: shop.sk, body: { events } })
      ).body;
      expect(results.map(({ code }: { code: string }) => code)).toEqual(
        Array(3).fill('limit_reached'),
      );
      const hold = await call('POST', '/api/usage/holds', { key: shop.sk, user: 'ada', body: {} });
      expect(hold.body.code).toBe('limit_reached');
    }
    const codes: string[] = [];
    for (let calls = 0; calls < 3; calls++)
      codes.push((await post(shop.sk, 'ada', { body: { feature: 'exports' } })).body.code);
    expect(codes).toEqual([undefined, undefined, 'rate_limited']);
  });

  it('starts anew when the period ends, and not sooner', async () => {
    const { sk } = await createEnvironment();
    const { usage } = (await post(sk, 'ada', { body: { amount: 3 } })).body;
    setDate(usage.resetsAtMs - 1);
    expect((await post(sk, 'ada')).body).toMatchObject({ code: 'limit_reached', usageCount: 3 });
    setDate(usage.resetsAtMs);
    const next = (await post(sk, 'ada')).body.usage;
    expect(next).toMatchObject({ count: 1, remaining: 2 });
    expect(Date.parse(next.periodStart)).toBe(usage.resetsAtMs);
  });

  it('replays the answer of a key for 24 h, to its customer, and no longer', async () => {
    const { sk } = await createEnvironment();
    const headers = { 'idempotency-key': 'click-1' };
    const isReplayed = async (user: string) =>
      (await post(sk, user, { headers })).headers.get('idempotent-replayed');
    const nowMs = Date.now();
    setDate(nowMs);
    expect(await isReplayed('ada')).toBe(null);
    // Of so many, some share her shard, or another one.
    const others = Array.from({ length: 17 }, (_, index) => `eve${index}`);
    for (const other of others) expect(await isReplayed(other)).toBe(null);
    setDate(nowMs + 86_400_000);
    expect(await isReplayed('ada')).toBe('true');
    setDate(nowMs + 86_400_001);
    expect(await isReplayed('ada')).toBe(null);
  });

  it('counts nothing when the call would cross the limit', async () => {
    const { sk } = await createEnvironment();
    const refused = await post(sk, 'ada', { body: { amount: 4 } });
    expect(refused.body).toMatchObject({ code: 'limit_reached', usageCount: 0, limit: 3 });
    expect((await post(sk, 'ada', { body: { amount: 3 } })).body.usage.remaining).toBe(0);
  });

  it('counts a customer once under our id and the developer’s own', async () => {
    const { sk } = await createEnvironment();
    await post(sk, 'ada');
    const { body } = await call('GET', '/api/customers/ada', { key: sk });
    await post(sk, body.customer.id);
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(2);
  });

  it('knows no feature and no plan by a name that every object has', async () => {
    const { sk } = await createEnvironment();
    await post(sk, 'ada');
    const feature = 'constructor';
    const said = await Promise.all([
      call('GET', `/api/usage?feature=${feature}`, { key: sk, user: 'ada' }),
      post(sk, 'ada', { body: { feature } }),
      call('POST', '/api/usage/holds', { key: sk, user: 'ada', body: { feature } }),
      call('POST', '/api/usage/grants', { key: sk, user: 'ada', body: { feature, units: 1 } }),
      post(sk, 'ada', { headers: { 'x-user-plan': feature } }),
    ]);
    expect(said.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      ...Array<string>(4).fill('400 feature_not_found'),
      '400 tier_not_found',
    ]);
  });

  it('counts nothing for a body that is no object', async () => {
    const { sk } = await createEnvironment();
    for (const body of ['[]', 'null', '1', '""']) {
      expect((await post(sk, 'ada', { body })).body.code).toBe('invalid_json');
    }
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(0);
  });

  it('takes an own id with letters of any language, percent-encoded', async () => {
    const { sk } = await createEnvironment();
    const headers = {
      'x-user-id': encodeURIComponent('Грейс 优'),
      'x-user-id-encoding': 'percent',
    };
    expect((await call('POST', '/api/usage', { key: sk, headers })).status).toBe(200);
    expect(
      (await call('GET', `/api/customers/${encodeURIComponent('Грейс 优')}`, { key: sk })).body
        .customer.externalId,
    ).toBe('Грейс 优');
  });

  it('reaches running meters with a changed limit', async () => {
    const shop = await createEnvironment();
    await post(shop.sk, 'ada');
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 7 }],
    });
    expect((await post(shop.sk, 'ada')).body.usage).toMatchObject({ count: 2, limit: 7 });
  });

  it('forgets an erased customer, and goes on from its usage when its own id returns', async () => {
    const { sk } = await createEnvironment();
    await post(sk, 'ada', { body: { amount: 2 } });
    const { id } = (await call('GET', '/api/customers/ada', { key: sk })).body.customer;
    expect((await call('DELETE', `/api/customers/${id}`, { key: sk })).body).toEqual({
      success: true,
      deleted: { id, email: null },
      kept: KEPT,
    });
    expect((await post(sk, id)).body.code).toBe('customer_not_found');
    expect((await post(sk, 'ada')).body.usage.count).toBe(3);
  });

  it.each([0, -1, 1.5, 1e21, 'two', null, true])(
    'refuses the amount %j and counts nothing',
    async (amount) => {
      const { sk } = await createEnvironment();
      const refused = await post(sk, 'ada', { body: { amount } });
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
      expect(refused.body.issues[0].path).toBe('amount');
      expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(0);
    },
  );
});

describe('a feature with overage', () => {
  it('counts on above its limit, and says by how much', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/pro`, {
      displayName: 'Pro',
      prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
      features: [
        {
          kind: 'metered',
          name: 'requests',
          limitUnits: 3,
          overage: { perUnits: 10, prices: [{ priceMinor: 200, currency: 'usd' }] },
        },
      ],
    });
    const headers = { 'x-user-plan': 'pro' };
    const within = (await post(shop.sk, 'ada', { headers, body: { amount: 3 } })).body.usage;
    expect(within).toMatchObject({ count: 3, limit: 3, remaining: 0 });
    expect(within).not.toHaveProperty('overageUnits');
    const above = await post(shop.sk, 'ada', { headers, body: { amount: 4 } });
    expect(above.status).toBe(200);
    expect(above.body.usage).toMatchObject({ count: 7, limit: 3, remaining: 0, overageUnits: 4 });
    expect((await call('GET', '/api/usage', { key: shop.sk, user: 'ada' })).body).toMatchObject({
      usageCount: 7,
      remaining: 0,
      overageUnits: 4,
    });
  });
});

describe('a boolean feature', () => {
  it('is answered for by the plan that includes it, and counts nothing', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/team`, {
      displayName: 'Team',
      features: [{ kind: 'boolean', name: 'sso' }],
      rateLimitPerMinute: 1,
    });
    const body = { feature: 'sso' };
    const refused = await post(shop.sk, 'ada', { body });
    expect([refused.status, refused.body.code]).toEqual([403, 'feature_not_included']);
    const read = () => call('GET', '/api/usage?feature=sso', { key: shop.sk, user: 'ada' });
    expect((await read()).body.code).toBe('feature_not_included');
    for (let calls = 0; calls < 3; calls++) {
      const answer = await post(shop.sk, 'ada', { body, headers: { 'x-user-plan': 'team' } });
      expect(answer.body.usage).toMatchObject({ feature: 'sso', count: 0, limit: 'unlimited' });
    }
    expect((await read()).body).toMatchObject({ feature: 'sso', usageCount: 0, plan: 'team' });
    expect((await post(shop.sk, 'ada', { body: { feature: 'saml' } })).body.code).toBe(
      'feature_not_found',
    );
  });
});

describe('a tier that changed', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Saves the free tier from another isolate: the one under test is not told. */
  const saveElsewhere = (id: string, fields: object) =>
    elsewhere('PUT', `/api/projects/${id}/test/tiers/free`, {
      displayName: 'Free',
      isDefault: true,
      ...fields,
    });
  const metered = (name: string, limitUnits: number) => ({ kind: 'metered', name, limitUnits });

  it.each<[string, object, number, string | undefined]>([
    ['a higher limit lets through', { features: [metered('requests', 4)] }, 3, undefined],
    ['a lower limit refuses', { features: [metered('requests', 2)] }, 2, 'limit_reached'],
    ['a removed feature is refused', { features: [metered('x', 9)] }, 1, 'feature_not_included'],
    [
      'a lower rate limit refuses',
      { features: [metered('requests', 9)], rateLimitPerMinute: 1 },
      1,
      'rate_limited',
    ],
  ])('reaches running meters everywhere within 10 s: %s', async (_, fields, used, code) => {
    const { id, sk } = await createEnvironment();
    const nowMs = Date.now();
    setDate(nowMs);
    for (let calls = 0; calls < used; calls++) await post(sk, 'ada');
    await saveElsewhere(id, fields);
    setDate(nowMs + 10_000);
    expect((await post(sk, 'ada')).body.code).toBe(code);
  });
});
