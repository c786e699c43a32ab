import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { TrackEvent } from '@dream/contract';
import { describe, expect, it } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { createApp } from '../src/app.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { call, createEnvironment, manage } from './harness.ts';

const batch = (key: string, events: unknown[], headers: Record<string, string> = {}) =>
  call('POST', '/api/usage/batch', { key, body: { events }, headers });
const results = async (key: string, events: unknown[], headers?: Record<string, string>) => {
  const answer = await batch(key, events, headers);
  expect(answer.status).toBe(200);
  return answer.body.results;
};
const used = async (key: string, user: string) =>
  (await call('GET', '/api/usage', { key, user })).body.usageCount;

describe('POST /api/usage/batch', () => {
  it('judges each event alone, and answers it in its place as the single call would', async () => {
    const { sk } = await createEnvironment();
    const answers = await results(sk, [
      { customer: 'ada', amount: 2 },
      { customer: 'grace' },
      { customer: 'ada', amount: 2 },
      { customer: 'ada', amount: 0 },
      'no event',
      { customer: 'ada', feature: 'exports' },
      { customer: 'cust_00aaaaaaaaaaaaaaaaaaaa' },
      { customer: 'ada' },
    ]);
    expect(answers.map(({ ok, status, code }: any) => [ok, status, code])).toEqual([
      [true, undefined, undefined],
      [true, undefined, undefined],
      [false, 403, 'limit_reached'],
      [false, 400, 'invalid_request'],
      [false, 400, 'invalid_request'],
      [false, 400, 'feature_not_found'],
      [false, 404, 'customer_not_found'],
      [true, undefined, undefined],
    ]);
    expect(answers[7].usage).toMatchObject({ count: 3, remaining: 0 });
    const alone = await call('POST', '/api/usage', { key: sk, user: 'ada' });
    const [again] = await results(sk, [{ customer: 'ada' }]);
    const { requestId: _, ...body } = alone.body;
    expect(again).toMatchObject({ ok: false, status: 403, ...body });
    expect([await used(sk, 'ada'), await used(sk, 'grace')]).toEqual([3, 1]);
  });

  it('answers that nobody has an id for its own events only, whatever shard it is of', async () => {
    const { sk } = await createEnvironment();
    const made = await call('POST', '/api/customers', {
      key: sk,
      body: { email: 'a@example.com' },
    });
    const { id } = made.body.customer;
    const nobody = `${id.slice(0, 7)}aaaaaaaaaaaaaaaaaaaa`;
    expect([shardOf(nobody), nobody.length]).toEqual([shardOf(id), id.length]);
    const answers = await results(sk, [{ customer: id }, { customer: nobody }, { customer: id }]);
    expect(answers.map(({ ok, code }: any) => [ok, code])).toEqual([
      [true, undefined],
      [false, 'customer_not_found'],
      [true, undefined],
    ]);
  });

  it('counts 500 events of many customers exactly, with one hop for each shard', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 9 }],
      isDefault: true,
      rateLimitPerMinute: null,
    });
    const events = Array.from({ length: 500 }, (_, index) => ({ customer: `c${index % 50}` }));
    const first = await results(shop.sk, events);
    expect(first.filter(({ ok }: { ok: boolean }) => ok)).toHaveLength(50 * 9);
    expect(await used(shop.sk, 'c7')).toBe(9);
    const deps = await createDeps(env as unknown as Bindings);
    const reached: string[] = [];
    const shard: typeof deps.shard = (...given) => {
      reached.push(given[1]);
      return deps.shard(...given);
    };
    const response = await createApp({ ...deps, shard }).request(
      'https://edge.test/api/usage/batch',
      {
        method: 'POST',
        headers: { authorization: `Bearer ${shop.sk}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      },
      undefined,
      createExecutionContext(),
    );
    expect(response.status).toBe(200);
    expect(reached).toEqual([...new Set(reached)]);
    expect(reached.length).toBeLessThanOrEqual(16);
  });

  it('counts each event against the rate limit', async () => {
    const shop = await createEnvironment();
    await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: null }],
      isDefault: true,
      rateLimitPerMinute: 3,
    });
    const answers = await results(
      shop.sk,
      Array.from({ length: 5 }, () => ({ customer: 'ada' })),
    );
    expect(answers.map(({ code }: { code?: string }) => code)).toEqual([
      undefined,
      undefined,
      undefined,
      'rate_limited',
      'rate_limited',
    ]);
    expect(answers[4].retryAfterSeconds).toBeGreaterThan(0);
    expect(await used(shop.sk, 'ada')).toBe(3);
  });

  it('counts a key once: in the batch, in another, and by the single call', async () => {
    const { sk } = await createEnvironment();
    const event: TrackEvent = { customer: 'ada', idempotencyKey: 'click-1' };
    const [first, twice, other, foreign] = await results(sk, [
      event,
      event,
      { ...event, amount: 2 },
      { ...event, customer: 'grace' },
    ]);
    expect(first).toMatchObject({ ok: true, usage: { count: 1 } });
    expect(twice).toEqual({ ...first, replayed: true });
    expect(other).toMatchObject({ ok: false, status: 409, code: 'idempotency_conflict' });
    expect(foreign).toMatchObject({ ok: true, usage: { count: 1 } });
    const headers = { 'idempotency-key': 'click-1' };
    const alone = await call('POST', '/api/usage', { key: sk, user: 'ada', headers });
    expect(alone.body.usage).toEqual(first.usage);
    expect(await results(sk, [event])).toEqual([twice]);
    expect(await used(sk, 'ada')).toBe(1);
  });

  it('counts once what is sent again with the key of the batch', async () => {
    const { sk } = await createEnvironment();
    const events = [{ customer: 'ada' }, { customer: 'ada' }, { customer: 'grace' }];
    const headers = { 'idempotency-key': 'batch-1' };
    const first = await results(sk, events, headers);
    const again = await results(sk, events, headers);
    expect(again).toEqual(first.map((one: object) => ({ ...one, replayed: true })));
    expect([await used(sk, 'ada'), await used(sk, 'grace')]).toEqual([2, 1]);
  });

  it('finds an own id that returned after its customer was erased', async () => {
    const { sk } = await createEnvironment();
    await results(sk, [{ customer: 'ada' }]);
    const { id } = (await call('GET', '/api/customers/ada', { key: sk })).body.customer;
    expect(shardOf(id)).not.toBe(null);
    await call('DELETE', `/api/customers/${id}`, { key: sk });
    const [gone, back] = await results(sk, [{ customer: id }, { customer: 'ada' }]);
    expect(gone).toMatchObject({ ok: false, code: 'customer_not_found' });
    expect(back).toMatchObject({ ok: true, usage: { count: 2 } });
  });

  it.each([[[]], [Array.from({ length: 501 }, () => ({ customer: 'ada' }))], ['ada'], [null]])(
    'refuses what is no list of 1 to 500 events, and counts nothing',
    async (events) => {
      const { sk } = await createEnvironment();
      const refused = await call('POST', '/api/usage/batch', { key: sk, body: { events } });
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
      expect(await used(sk, 'ada')).toBe(0);
    },
  );
});
