import { afterEach, describe, expect, it } from 'vitest';
import { Dream, DreamError } from './index.ts';
import { type Reply, startServer } from './test-server.ts';

const usage = {
  count: 1,
  limit: 10,
  remaining: 9,
  plan: 'free',
  feature: 'requests',
  periodStart: '2026-11-01',
  periodEnd: '2026-11-30',
  resetsAtMs: 1,
};
const counted: Reply = { status: 200, body: { success: true, usage } };
const failed = (status: number, code: string, more: object = {}) => ({
  status,
  body: { error: 'Title', message: 'Advice', code, docs: 'd', requestId: 'req_1', ...more },
});

let close = async () => {};
afterEach(() => close());

async function dreamWith(...replies: Reply[]) {
  const { url, seen, close: stop } = await startServer(replies);
  close = stop;
  const dream = new Dream({ secretKey: 'sk_test_x', baseUrl: url });
  const keys = () => seen.map(({ headers }) => headers['idempotency-key']);
  return { url, dream, seen, keys };
}

describe('products.list', () => {
  it('reads every page, of a category if told', async () => {
    const page = (id: string, nextCursor: string | null): Reply => ({
      status: 200,
      body: { products: [{ id }], nextCursor },
    });
    const { dream, seen } = await dreamWith(page('prod_a', 'next'), page('prod_b', null));
    const products = await dream.products.list({ category: 'Food & drink' });
    expect(products.map(({ id }) => id)).toEqual(['prod_a', 'prod_b']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/products?category=Food+%26+drink',
      '/api/products?category=Food+%26+drink&cursor=next',
    ]);
  });
});

describe('usage.track', () => {
  it('says yes with the usage, and names the customer', async () => {
    const { dream, seen } = await dreamWith(counted);
    expect(await dream.usage.track({ customer: 'ada', amount: 2, plan: 'pro' })).toEqual({
      allowed: true,
      usage,
    });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/usage', body: '{"amount":2}' });
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer sk_test_x',
      'x-user-id': 'ada',
      'x-user-plan': 'pro',
    });
  });

  it('gives a refusal back as a value, without trying again', async () => {
    const { dream, seen } = await dreamWith(
      failed(403, 'limit_reached', { usageCount: 10, limit: 10 }),
    );
    expect(await dream.usage.track({ customer: 'ada' })).toEqual({
      allowed: false,
      code: 'limit_reached',
      reason: 'Title',
      message: 'Advice',
      usageCount: 10,
      limit: 10,
      retryAfterMs: null,
      body: {
        error: 'Title',
        message: 'Advice',
        code: 'limit_reached',
        docs: 'd',
        requestId: 'req_1',
        usageCount: 10,
        limit: 10,
      },
    });
    expect(seen).toHaveLength(1);
  });

  it('gives the rate limit back as a value with the time to wait', async () => {
    const { dream } = await dreamWith({
      ...failed(429, 'rate_limited'),
      headers: { 'retry-after': '7' },
    });
    expect(await dream.usage.track({ customer: 'ada' })).toMatchObject({
      allowed: false,
      code: 'rate_limited',
      retryAfterMs: 7000,
    });
  });

  it('tries again after a lost answer and a 503, with the same idempotency key', async () => {
    const { dream, keys } = await dreamWith(null, failed(503, 'temporarily_unavailable'), counted);
    expect(await dream.usage.track({ customer: 'ada' })).toMatchObject({ allowed: true });
    expect(keys()).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[\da-f-]{36}$/);
  });

  it('uses a new key for each call, or the one it is given', async () => {
    const { dream, keys } = await dreamWith(counted);
    for (const idempotencyKey of [undefined, undefined, 'job-7'])
      await dream.usage.track({ customer: 'ada', ...(idempotencyKey ? { idempotencyKey } : {}) });
    expect(new Set(keys()).size).toBe(3);
    expect(keys()[2]).toBe('job-7');
  });

  it('waits out the rate limit when told to, and then counts', async () => {
    const limited = { ...failed(429, 'rate_limited'), headers: { 'retry-after': '0' } };
    const { dream, keys } = await dreamWith(limited, counted);
    const answer = await dream.usage.track({ customer: 'ada', retryRateLimited: true });
    expect(answer).toMatchObject({ allowed: true });
    expect(new Set(keys()).size).toBe(1);
  });

  it('refuses what no header can carry before any call, and says which', async () => {
    const { dream, seen } = await dreamWith(counted);
    const user = { customer: 'ada' };
    await expect(dream.usage.track({ ...user, plan: 'про' })).rejects.toThrow(/x-user-plan/);
    await expect(dream.usage.track({ ...user, idempotencyKey: 'a b' })).rejects.toThrow(
      /idempotency-key/,
    );
    await expect(dream.usage.track({ customer: '' })).rejects.toThrow(TypeError);
    expect(seen).toHaveLength(0);
  });

  it('throws what is neither yes nor no, with code, advice and requestId', async () => {
    const { dream, seen } = await dreamWith(failed(400, 'invalid_request', { issues: [] }));
    const error = await dream.usage.track({ customer: 'ada' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DreamError);
    expect(error).toMatchObject({
      code: 'invalid_request',
      status: 400,
      requestId: 'req_1',
      message: 'Title: Advice',
      details: { issues: [] },
    });
    expect(seen).toHaveLength(1);
  });
});

describe('usage.history', () => {
  it('asks for the days and the feature it is given, and for no others', async () => {
    const history = { userId: 'cust_x', feature: 'requests', timeZone: 'UTC', days: [] };
    const { dream, seen } = await dreamWith({ status: 200, body: history });
    expect(await dream.usage.history({ customer: 'ada' })).toEqual(history);
    await dream.usage.history({ customer: 'ada', feature: 'exports', from: '2026-11-01' });
    expect(seen.map(({ method, url, headers }) => [method, url, headers['x-user-id']])).toEqual([
      ['GET', '/api/usage/history', 'ada'],
      ['GET', '/api/usage/history?feature=exports&from=2026-11-01', 'ada'],
    ]);
  });
});

describe('every call', () => {
  it('throws unreachable when nobody answers', async () => {
    const dream = new Dream({
      secretKey: 'sk_test_x',
      baseUrl: 'http://127.0.0.1:1',
      maxRetries: 0,
    });
    await expect(dream.usage.track({ customer: 'ada' })).rejects.toMatchObject({
      code: 'unreachable',
      status: 0,
    });
  });

  it('throws timeout when the answer does not come in time, after its retries', async () => {
    const { url, seen } = await dreamWith('silence');
    const options = { secretKey: 'sk_test_x', baseUrl: url, timeoutMs: 50, maxRetries: 1 };
    await expect(new Dream(options).tiers.list()).rejects.toMatchObject({
      code: 'timeout',
      status: 0,
    });
    expect(seen).toHaveLength(2);
  });

  it('gives up after the retries it may make, with the last error', async () => {
    const { url, seen } = await dreamWith(failed(503, 'temporarily_unavailable'));
    const dream = new Dream({ secretKey: 'sk_test_x', baseUrl: url, maxRetries: 2 });
    await expect(dream.tiers.list()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(seen).toHaveLength(3);
  });

  it('says that baseUrl is not the edge when a page answers', async () => {
    const { dream, seen } = await dreamWith({ status: 200, body: '<!doctype html>' });
    await expect(dream.tiers.list()).rejects.toMatchObject({
      code: 'unknown',
      status: 200,
      advice: expect.stringContaining('baseUrl') as string,
    });
    expect(seen).toHaveLength(1);
  });

  it('has an idempotency key if it is a POST, and none otherwise', async () => {
    const { dream, seen } = await dreamWith({ status: 200, body: { customer: {}, deleted: {} } });
    await dream.customers.create({ email: 'ada@example.com' });
    await dream.customers.get('ada');
    await dream.customers.update('ada', { plan: 'pro' });
    await dream.customers.delete('ada');
    await dream.billing.checkout({ customer: 'ada', tier: 'pro' });
    await dream.billing.confirm({ customer: 'ada', checkoutId: 'cs_1' });
    await dream.billing.portal({ customer: 'ada' });
    await dream.sessions.create({ customer: 'ada' });
    await dream.usage.check({ customer: 'ada', feature: 'exports' });
    const calls = seen.map(({ method, url, body, headers }) =>
      [method, url, body, 'idempotency-key' in headers ? 'keyed' : ''].join(' ').trim(),
    );
    expect(calls).toEqual([
      'POST /api/customers {"email":"ada@example.com"} keyed',
      'GET /api/customers/ada',
      'PATCH /api/customers/ada {"plan":"pro"}',
      'DELETE /api/customers/ada',
      'POST /api/create-checkout {"tier":"pro"} keyed',
      'POST /api/checkout/confirm {"checkoutId":"cs_1"} keyed',
      'POST /api/customer-portal {} keyed',
      'POST /api/sessions {"externalId":"ada"} keyed',
      'GET /api/usage?feature=exports',
    ]);
    expect(seen.slice(4, 7).map(({ headers }) => headers['x-user-id'])).toEqual(
      Array.from({ length: 3 }, () => 'ada'),
    );
  });
});

describe('sessions.create', () => {
  it('names a cust_ id as such', async () => {
    const { dream, seen } = await dreamWith({ status: 200, body: {} });
    await dream.sessions.create({ customer: 'cust_1', email: 'ada@example.com' });
    expect(seen[0]?.body).toBe('{"customer":"cust_1"}');
  });

  it('makes another session when the answer that held the first was lost', async () => {
    const session = { accessToken: 'ey' };
    const replies = [null, failed(409, 'already_done'), { status: 200, body: session }];
    const { dream, keys } = await dreamWith(...replies);
    expect(await dream.sessions.create({ customer: 'ada' })).toEqual(session);
    expect(keys()[1]).toBe(keys()[0]);
    expect(keys()[2]).not.toBe(keys()[0]);
  });
});

describe('customers', () => {
  it('lists page after page until there is no more', async () => {
    const page = (ids: string[], nextCursor: string | null): Reply => ({
      status: 200,
      body: { customers: ids.map((id) => ({ id })), nextCursor },
    });
    const { dream, seen } = await dreamWith(page(['a', 'b'], '7'), page(['c'], null));
    const ids: string[] = [];
    for await (const { id } of dream.customers.list()) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/customers?limit=100',
      '/api/customers?limit=100&cursor=7',
    ]);
  });

  it('writes an own id into the path safely', async () => {
    const { dream, seen } = await dreamWith({ status: 200, body: { customer: {} } });
    await dream.customers.get('a/b?c');
    expect(seen[0]?.url).toBe('/api/customers/a%2Fb%3Fc');
  });

  it.each(['.', '..', ''])('refuses the id %j, which would be another path', async (id) => {
    const { dream, seen } = await dreamWith({ status: 200, body: {} });
    await expect(dream.customers.delete(id)).rejects.toThrow(TypeError);
    expect(seen).toHaveLength(0);
  });
});

describe('customers.sessions', () => {
  it('lists and ends the sessions of the customer that is named', async () => {
    const session = { id: 'ses_1', device: 'Chrome on macOS' };
    const { dream, seen } = await dreamWith({ status: 200, body: { sessions: [session] } });
    expect(await dream.customers.sessions.list('a/b')).toEqual([session]);
    await dream.customers.sessions.end('ada', 'ses_1');
    await dream.customers.sessions.endAll('ada');
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/customers/a%2Fb/sessions',
      'DELETE /api/customers/ada/sessions/ses_1',
      'DELETE /api/customers/ada/sessions',
    ]);
  });

  it.each(['', '.', '..', '../x', 'a?b'])(
    'refuses to end %j, which would be another path',
    async (sessionId) => {
      const { dream, seen } = await dreamWith({ status: 200, body: {} });
      await expect(dream.customers.sessions.end('ada', sessionId)).rejects.toThrow(TypeError);
      expect(seen).toHaveLength(0);
    },
  );
});
