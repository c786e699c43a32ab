import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { Bindings } from '../src/env.ts';
import type { Refused } from '../src/requests/refused.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const { REQUESTS } = env as unknown as Bindings;
const DAY_MS = 24 * 3_600_000;

const pathOf = ({ id, mode }: TestEnvironment) => `/api/projects/${id}/${mode}/requests`;
const read = (shop: TestEnvironment, query = '') => manage('GET', pathOf(shop) + query);
const object = ({ id, mode }: TestEnvironment) => REQUESTS.getByName(`${id}:${mode}`);

/** The list, once it has so many. */
async function noted(shop: TestEnvironment, many: number, query = '') {
  return vi.waitFor(
    async () => {
      const found = await read(shop, query);
      expect(found.requests.length).toBeGreaterThanOrEqual(many);
      return found;
    },
    { timeout: 10_000, interval: 100 },
  );
}

const track = ({ sk }: TestEnvironment, user = 'ada') =>
  call('POST', '/api/usage', { key: sk, user });

/** A customer at the limit of three. */
async function exhausted(): Promise<TestEnvironment> {
  const shop = await createEnvironment();
  for (let i = 0; i < 3; i++) await track(shop);
  return shop;
}

const refusal = (atMs: number, requestId = 'req_1'): Refused => ({
  requestId,
  atMs,
  method: 'POST',
  route: '/api/usage',
  status: 403,
  code: 'limit_reached',
  customerId: null,
  credential: 'secret_key',
  keyHint: null,
  facts: {},
});

describe('a refused call', () => {
  it('explains itself by its request id: plan, its source, limit, count, period and key', async () => {
    const shop = await exhausted();
    const { body } = await track(shop);
    await noted(shop, 1);
    const { requests, customer } = await read(shop, `/${body.requestId}`);
    expect(requests).toEqual([
      expect.objectContaining({
        requestId: body.requestId,
        method: 'POST',
        route: '/api/usage',
        status: 403,
        code: 'limit_reached',
        title: body.error,
        message: body.message,
        docs: body.docs,
        customerId: customer.id,
        credential: 'secret_key',
        keyHint: `${shop.sk.slice(0, 8)}…${shop.sk.slice(-4)}`,
        facts: {
          plan: 'free',
          feature: 'requests',
          limit: 3,
          usageCount: 3,
          resetsAtMs: body.resetsAtMs,
        },
      }),
    ]);
    expect(customer).toMatchObject({ plan: 'free', planSource: 'default' });
  });

  it('is found among 64 at once, each noted once', async () => {
    const shop = await exhausted();
    const answers = await Promise.all(Array.from({ length: 64 }, () => track(shop)));
    const found = await noted(shop, 64, '?limit=100');
    const ids = found.requests.map(({ requestId }: { requestId: string }) => requestId);
    expect(ids).toHaveLength(64);
    expect(new Set(ids)).toEqual(new Set(answers.map(({ body }) => body.requestId)));
    expect(found.droppedCalls).toBe(0);
  });

  it('is each refused event of a batch, with its customer', async () => {
    const shop = await exhausted();
    const events = ['ada', 'ada', 'grace'].map((customer) => ({ customer }));
    const { body } = await call('POST', '/api/usage/batch', { key: shop.sk, body: { events } });
    expect(body.results.map(({ ok }: { ok: boolean }) => ok)).toEqual([false, false, true]);
    await noted(shop, 2);
    const { requests, customer } = await read(shop, `/${body.results[0].requestId}`);
    expect(requests).toHaveLength(2);
    expect(requests[0].customerId).toBe(customer.id);
  });

  it('is one with a key that was revoked, and one from a page that is not listed', async () => {
    const shop = await createEnvironment('live');
    const { key, secret } = await manage('POST', `/api/projects/${shop.id}/live/keys`, {
      name: 'Old',
    });
    await manage('DELETE', `/api/projects/${shop.id}/live/keys/${key.id}`);
    await call('GET', '/api/customers', { key: secret });
    await call('GET', `/api/tiers?pk=${shop.pk}`, { headers: { origin: 'https://evil.example' } });
    const { requests } = await noted(shop, 2);
    const of = (code: string) => requests.find((one: Refused) => one.code === code);
    expect(of('key_revoked')).toMatchObject({ keyHint: key.hint, route: '/api/customers' });
    expect(of('origin_not_allowed')).toMatchObject({
      credential: 'publishable_key',
      customerId: null,
      facts: { origin: 'https://evil.example' },
    });
  });

  it('is not noted when it went well, nor when the dashboard made it', async () => {
    const shop = await createEnvironment();
    await track(shop);
    expect((await call('GET', `${pathOf(shop)}/req_nobody`, { key: shop.sk })).status).toBe(401);
    const none = await call('GET', `${pathOf(shop)}/req_nobody`, { key: OPERATOR });
    expect([none.status, none.body.code]).toEqual([404, 'request_not_found']);
    await call('POST', '/api/usage', { key: shop.sk });
    const { requests } = await noted(shop, 1);
    const codes = requests.map(({ code }: { code: string }) => code);
    expect(codes).not.toContain('request_not_found');
    expect(codes).toContain('user_id_required');
  });

  it('is seen by its own environment alone', async () => {
    const [shop, other] = await Promise.all([exhausted(), createEnvironment()]);
    const { body } = await track(shop);
    await noted(shop, 1);
    expect((await read(other)).requests).toEqual([]);
    expect((await read({ ...shop, mode: 'live' })).requests).toEqual([]);
    const answer = await call('GET', `${pathOf(other)}/${body.requestId}`, {
      key: OPERATOR,
    });
    expect(answer.status).toBe(404);
  });

  it('is found by code, status, customer and time, page by page', async () => {
    const shop = await exhausted();
    await Promise.all([track(shop), track(shop), call('POST', '/api/usage', { key: shop.sk })]);
    const { requests } = await noted(shop, 3);
    const found = async (query: string) => (await read(shop, query)).requests.length;
    const { customerId } = requests.find(({ code }: { code: string }) => code === 'limit_reached');
    expect(await found('?code=limit_reached')).toBe(2);
    expect(await found('?status=400')).toBe(1);
    expect(await found('?status=4xx')).toBe(3);
    expect(await found('?status=5xx')).toBe(0);
    expect(await found(`?customer=${customerId}`)).toBe(2);
    expect(await found(`?since=${Date.now() + DAY_MS}`)).toBe(0);
    const first = await read(shop, '?limit=2');
    const second = await read(shop, `?limit=2&cursor=${first.nextCursor}`);
    expect([...first.requests, ...second.requests]).toEqual(requests);
    expect(second.nextCursor).toBeNull();
    const wrong = { key: OPERATOR };
    for (const query of ['?code=nonsense', '?status=200', '?cursor=x', '?since=yesterday'])
      expect((await call('GET', pathOf(shop) + query, wrong)).status).toBe(400);
  });
});

describe('what is noted', () => {
  it('is the newest 10,000 calls of 7 days', async () => {
    const shop = await createEnvironment();
    const nowMs = Date.now();
    const old = refusal(nowMs - 7 * DAY_MS, 'req_old');
    const young = refusal(nowMs - 7 * DAY_MS + 60_000, 'req_young');
    await object(shop).add({ refused: [old, young], droppedCalls: 5 }, nowMs);
    const ids = (await read(shop)).requests.map((one: Refused) => one.requestId);
    expect(ids).toEqual(['req_young']);
    const many = Array.from({ length: 10_000 }, () => refusal(nowMs, 'req_many'));
    await object(shop).add({ refused: many, droppedCalls: 0 }, nowMs);
    await runInDurableObject(object(shop), (_, { storage }) => {
      const { rows } = storage.sql.exec('SELECT count(*) AS rows FROM refused').one();
      expect(rows).toBe(10_000);
    });
    expect((await call('GET', `${pathOf(shop)}/req_young`, { key: OPERATOR })).status).toBe(404);
    expect((await read(shop)).droppedCalls).toBe(5);
  });

  it('is gone with the customer it is about', async () => {
    const shop = await exhausted();
    await track(shop);
    const { customerId } = (await noted(shop, 1)).requests[0];
    await call('DELETE', `/api/customers/${customerId}`, { key: shop.sk });
    await vi.waitFor(async () => expect((await read(shop)).requests).toEqual([]), {
      timeout: 10_000,
    });
  });

  it('is gone with the project, and nothing comes back', async () => {
    const shop = await exhausted();
    await track(shop);
    await noted(shop, 1);
    await manage('DELETE', `/api/projects/${shop.id}`);
    await object(shop).add({ refused: [refusal(Date.now())], droppedCalls: 1 }, Date.now());
    await track(shop);
    await runInDurableObject(object(shop), (_, { storage }) => {
      const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'refused'");
      expect(tables.toArray()).toEqual([]);
    });
  });
});
