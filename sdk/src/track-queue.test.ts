import { afterEach, describe, expect, it } from 'vitest';
import { Dream, DreamError } from './index.ts';
import { type Reply, startServer } from './test-server.ts';

const usage = (count: number) => ({ count, limit: 10, remaining: 10 - count, plan: 'free' });
const single = (count: number): Reply => ({
  status: 200,
  body: { success: true, usage: usage(count) },
});
const error = (code: string, more: object = {}) => ({
  error: 'Title',
  message: 'Advice',
  code,
  docs: 'd',
  requestId: 'req_1',
  ...more,
});
const batch = (...results: object[]): Reply => ({ status: 200, body: { results } });
const counted = (count: number) => ({ ok: true, usage: usage(count) });
const refused = (status: number, code: string, more: object = {}) => ({
  ok: false,
  status,
  ...error(code, more),
});

let close = async () => {};
afterEach(() => close());

async function dreamWith(replies: Reply[], options: object = {}) {
  const { url, seen, close: stop } = await startServer(replies);
  close = stop;
  return { dream: new Dream({ secretKey: 'sk_test_x', baseUrl: url, ...options }), seen };
}
const eventsOf = (body: string) =>
  (JSON.parse(body) as { events: { customer: string; idempotencyKey: string }[] }).events;

describe('calls of usage.track', () => {
  it('go at once when alone, and together when they overlap, each with its own answer', async () => {
    const { dream, seen } = await dreamWith([
      single(1),
      batch(counted(2), refused(403, 'limit_reached', { usageCount: 9, limit: 9 }), counted(3)),
      single(4),
    ]);
    const [ada, again, grace, eve] = await Promise.all([
      dream.usage.track({ customer: 'ada' }),
      dream.usage.track({ customer: 'ada', amount: 2, idempotencyKey: 'click-1' }),
      dream.usage.track({ customer: 'grace', feature: 'exports' }),
      dream.usage.track({ customer: 'eve' }),
    ]);
    expect([ada, again, eve]).toEqual([1, 2, 3].map((n) => ({ allowed: true, usage: usage(n) })));
    expect(grace).toMatchObject({ allowed: false, code: 'limit_reached', usageCount: 9, limit: 9 });
    await dream.usage.track({ customer: 'ada' });
    expect(seen.map(({ url }) => url)).toEqual(['/api/usage', '/api/usage/batch', '/api/usage']);
    const events = eventsOf(seen[1]?.body ?? '');
    expect(events).toMatchObject([
      { customer: 'ada', amount: 2, idempotencyKey: 'click-1' },
      { customer: 'grace', feature: 'exports' },
      { customer: 'eve' },
    ]);
    expect(new Set(events.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it('stay together when all who were answered call again', async () => {
    const eight = batch(...Array.from({ length: 8 }, (_, index) => counted(index)));
    const { dream, seen } = await dreamWith([single(1), eight, eight]);
    const caller = async (_: unknown, index: number) => {
      for (let calls = index === 0 ? 3 : 2; calls > 0; calls--)
        await dream.usage.track({ customer: 'ada' });
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    expect(seen.slice(1).map(({ body }) => eventsOf(body).length)).toEqual([8, 8]);
  });

  it('throw what is wrong with one to its caller alone', async () => {
    const { dream } = await dreamWith([
      single(1),
      batch(counted(2), refused(404, 'customer_not_found')),
    ]);
    const [, fine, gone] = await Promise.allSettled(
      ['ada', 'ada', 'cust_x'].map((customer) => dream.usage.track({ customer })),
    );
    expect(fine?.status).toBe('fulfilled');
    const reason = gone?.status === 'rejected' ? (gone.reason as unknown) : null;
    expect(reason).toBeInstanceOf(DreamError);
    expect(reason).toMatchObject({ code: 'customer_not_found', status: 404, requestId: 'req_1' });
  });

  it('are tried again as one batch with the same keys when nobody answers', async () => {
    const { dream, seen } = await dreamWith([single(1), null, batch(counted(2), counted(3))]);
    await Promise.all(['ada', 'ada', 'ada'].map((customer) => dream.usage.track({ customer })));
    expect(seen).toHaveLength(3);
    expect(eventsOf(seen[2]?.body ?? '')).toEqual(eventsOf(seen[1]?.body ?? ''));
  });

  it('are tried again alone, with their own key, when only they failed for now', async () => {
    const { dream, seen } = await dreamWith([
      single(1),
      batch(refused(503, 'temporarily_unavailable'), counted(3)),
      single(2),
    ]);
    const answers = await Promise.all(
      ['ada', 'grace', 'eve'].map((customer) => dream.usage.track({ customer })),
    );
    expect(answers[1]).toEqual({ allowed: true, usage: usage(2) });
    expect(seen[2]?.headers['idempotency-key']).toBe(
      eventsOf(seen[1]?.body ?? '')[0]?.idempotencyKey,
    );
  });

  it('are no more than 500 in one request', async () => {
    const { dream, seen } = await dreamWith([
      single(1),
      batch(...Array.from({ length: 500 }, (_, index) => counted(index))),
      single(500),
    ]);
    const answers = await Promise.all(
      Array.from({ length: 502 }, () => dream.usage.track({ customer: 'ada' })),
    );
    expect(answers).toHaveLength(502);
    expect(eventsOf(seen[1]?.body ?? '')).toHaveLength(500);
    expect(seen).toHaveLength(3);
  });

  it('are no more in one request than its body may have', async () => {
    const { dream, seen } = await dreamWith([
      single(1),
      batch(...Array.from({ length: 297 }, (_, index) => counted(index))),
      batch(counted(298), counted(299)),
    ]);
    const customer = 'ж'.repeat(200);
    await Promise.all(Array.from({ length: 300 }, () => dream.usage.track({ customer })));
    expect(seen).toHaveLength(3);
    for (const { body } of seen) expect(Buffer.byteLength(body)).toBeLessThan(240_000);
  });

  it.each([
    ['with a token', { token: 'a.b.c' }],
    ['with a plan', { customer: 'ada', plan: 'pro' }],
    ['that wait for the rate limit', { customer: 'ada', retryRateLimited: true }],
  ] as const)('%s go alone', async (_, input) => {
    const { dream, seen } = await dreamWith([single(1)]);
    await Promise.all([1, 2, 3].map(() => dream.usage.track(input)));
    expect(seen.map(({ url }) => url)).toEqual(Array(3).fill('/api/usage'));
  });

  it('go alone when batching is switched off', async () => {
    const { dream, seen } = await dreamWith([single(1)], { batch: false });
    await Promise.all([1, 2, 3].map(() => dream.usage.track({ customer: 'ada' })));
    expect(seen.map(({ url }) => url)).toEqual(Array(3).fill('/api/usage'));
  });
});
