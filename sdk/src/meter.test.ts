import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify, { type FastifyRequest } from 'fastify';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as forExpress from './express.ts';
import * as forFastify from './fastify.ts';
import * as forHono from './hono.ts';
import { Dream } from './index.ts';
import type { LeasePool } from './lease-pool.ts';
import * as forNext from './next.ts';
import { TestEdge } from './test-edge.ts';
import { startServer } from './test-server.ts';
import type { OnUnavailable } from './unavailable.ts';

interface Choice {
  onUnavailable?: OnUnavailable;
  leases?: LeasePool;
  amount?: number;
}
/** An app with one metered route that answers the count, and how to call it as somebody. */
type App = (dream: Dream, choice: Choice) => Promise<(user: string | null) => Promise<Response>>;

let closing: (() => Promise<unknown>)[];
let edge: TestEdge;
let dream: Dream;

beforeEach(async () => {
  edge = new TestEdge();
  const { url, close } = await edge.start();
  closing = [close];
  dream = new Dream({ secretKey: 'sk_test_x', baseUrl: url, maxRetries: 0 });
});

afterEach(async () => {
  for (const close of closing) await close();
});

const asUser = (user: string | null) => (user === null ? {} : { headers: { 'x-user': user } });
const countOf = (usage: { count: number } | null) => ({ count: usage?.count ?? null });

const apps: Record<string, App> = {
  async hono(client, choice) {
    const app = new Hono();
    app.onError((_, c) => c.text('Error', 500));
    app.use(
      '/api/*',
      forHono.meter({ dream: client, customer: (c) => c.req.header('x-user'), ...choice }),
    );
    app.get('/api/poem', (c) => c.json(countOf(forHono.usageOf(c))));
    return async (user) => app.request('/api/poem', asUser(user));
  },
  async express(client, choice) {
    const app = express();
    app.use(
      '/api',
      forExpress.meter({ dream: client, customer: (req) => req.get('x-user'), ...choice }),
    );
    app.get('/api/poem', (req, res) => void res.json(countOf(forExpress.usageOf(req))));
    app.set('env', 'test');
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.unshift(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    return (user) => fetch(`http://127.0.0.1:${port}/api/poem`, asUser(user));
  },
  async fastify(client, choice) {
    const app = fastify({ forceCloseConnections: true });
    const customer = (request: FastifyRequest) => request.headers['x-user']?.toString();
    app.addHook('preHandler', forFastify.meter({ dream: client, customer, ...choice }));
    app.get('/api/poem', (request, reply) => reply.send(countOf(forFastify.usageOf(request))));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    closing.unshift(() => app.close());
    return (user) => fetch(`${url}/api/poem`, asUser(user));
  },
  async next(client, choice) {
    const GET = forNext.meter(
      { dream: client, customer: (request) => request.headers.get('x-user'), ...choice },
      async (request: Request, context: { params: Promise<{ id: string }> }) => {
        expect(await context.params).toEqual({ id: 'poem' });
        return Response.json(countOf(forNext.usageOf(request)));
      },
    );
    const params = Promise.resolve({ id: 'poem' });
    return (user) => GET(new Request('http://x/api/poem', asUser(user)), { params });
  },
};

describe.each(Object.entries(apps))('a route metered in %s', (_, start) => {
  it('counts each request of a customer, and hands on the usage', async () => {
    const call = await start(dream, { amount: 2 });
    expect(await (await call('ada')).json()).toEqual({ count: 2 });
    expect(await (await call('ada')).json()).toEqual({ count: 4 });
  });

  it("answers a refusal with the edge's own error, before the handler", async () => {
    edge.counters.set('ada', { count: 3, limit: 3 });
    const answer = await (await start(dream, {}))('ada');
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      error: 'Title',
      code: 'limit_reached',
      docs: 'd',
      usageCount: 3,
      limit: 3,
    });
  });

  it('answers the rate limit with the time to wait', async () => {
    const { url, close } = await startServer([
      { status: 429, body: { code: 'rate_limited' }, headers: { 'retry-after': '7' } },
    ]);
    closing.unshift(close);
    const client = new Dream({ secretKey: 'sk_test_x', baseUrl: url });
    const answer = await (await start(client, {}))('ada');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('lets nobody in who is not signed in', async () => {
    const answer = await (await start(dream, {}))(null);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'session_required' });
    expect(edge.paths).toEqual([]);
  });

  it('denies while the edge is away, or allows where that was chosen', async () => {
    edge.fate = () => 'down';
    const denied = await (await start(dream, {}))('ada');
    expect(denied.status).toBe(503);
    expect(await denied.json()).toMatchObject({ code: 'unavailable' });
    const leases = dream.usage.leases({ size: 4 });
    expect((await (await start(dream, { leases }))('ada')).status).toBe(503);
    const allowed = await (await start(dream, { onUnavailable: 'allow' }))('ada');
    expect(await allowed.json()).toEqual({ count: null });
    edge.fate = () => 'answered';
    await dream.close();
    expect(edge.counted('ada')).toBe(1);
  });

  it('counts by leases where there are some', async () => {
    edge.counters.set('ada', { count: 0, limit: 6 });
    const call = await start(dream, { leases: dream.usage.leases({ size: 4 }) });
    const statuses: number[] = [];
    for (let time = 0; time < 8; time++) statuses.push((await call('ada')).status);
    expect(statuses).toEqual([...Array(6).fill(200), 403, 403]);
    expect(edge.paths.filter((path) => path === '/api/usage')).toEqual([]);
  });

  it("fails as our error, not as the customer's, where the call itself is wrong", async () => {
    const { url, close } = await startServer([{ status: 401, body: { code: 'key_invalid' } }]);
    closing.unshift(close);
    const call = await start(new Dream({ secretKey: 'sk_test_x', baseUrl: url }), {});
    // Next itself makes a 500 of what its handler throws.
    const status = await call('ada').then(
      (answer) => answer.status,
      () => 500,
    );
    expect(status).toBe(500);
  });

  it('tells the customer that they are banned', async () => {
    const { url, close } = await startServer([
      { status: 403, body: { error: 'Banned', message: 'Write to us.', code: 'customer_banned' } },
    ]);
    closing.unshift(close);
    const call = await start(new Dream({ secretKey: 'sk_test_x', baseUrl: url }), {});
    const answer = await call('ada');
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'customer_banned' }]);
  });
});

it('tells what was not metered from what was', () => {
  expect(() => forHono.usageOf({})).toThrow('not metered');
});
