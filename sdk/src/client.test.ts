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
const failed = (status: number, code: string, more: object = {}): Reply => ({
  status,
  body: { error: 'Title', message: 'Advice', code, docs: 'd', requestId: 'req_1', ...more },
});

let close = async () => {};
afterEach(() => close());

async function dreamWith(...replies: Reply[]) {
  const server = await startServer(replies);
  close = server.close;
  return {
    dream: new Dream({ secretKey: 'sk_test_x', baseUrl: server.url, maxRetries: 3 }),
    seen: server.seen,
  };
}

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
    expect(await dream.usage.track({ customer: 'ada' })).toMatchObject({
      allowed: false,
      code: 'limit_reached',
      usageCount: 10,
      limit: 10,
    });
    expect(seen).toHaveLength(1);
  });

  it('gives the rate limit back as a value with the time to wait', async () => {
    const { dream } = await dreamWith({
      ...failed(429, 'rate_limited')!,
      headers: { 'retry-after': '7' },
    });
    expect(await dream.usage.track({ customer: 'ada' })).toMatchObject({
      allowed: false,
      code: 'rate_limited',
      retryAfterMs: 7000,
    });
  });

  it('tries again after a lost answer and a 503, with the same idempotency key', async () => {
    const { dream, seen } = await dreamWith(null, failed(503, 'temporarily_unavailable'), counted);
    expect(await dream.usage.track({ customer: 'ada' })).toMatchObject({ allowed: true });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('sends ids of any language percent-encoded', async () => {
    const { dream, seen } = await dreamWith(counted);
    await dream.usage.track({ customer: 'Грейс' });
    expect(seen[0]?.headers).toMatchObject({
      'x-user-id': encodeURIComponent('Грейс'),
      'x-user-id-encoding': 'percent',
    });
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
});

describe('new Dream', () => {
  it.each(['pk_test_x', '', undefined])('refuses %j as a secret key, with advice', (secretKey) => {
    expect(() => new Dream({ secretKey: secretKey as string })).toThrow(/secret key/);
  });
});
