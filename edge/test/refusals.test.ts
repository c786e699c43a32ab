import { listDurableObjectIds } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { ROUTES } from '@dream/contract';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { publishableKey, secretKey } from '../src/auth/keys.ts';
import type { Bindings } from '../src/env.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

let first: TestEnvironment;
let second: TestEnvironment;
/** Keys of the first tenant's other mode. */
let live: { pk: string; sk: string };
let customer: string;
let accessToken: string;

beforeAll(async () => {
  [first, second] = await Promise.all([createEnvironment(), createEnvironment()]);
  const base = `/api/projects/${first.id}`;
  const { project } = await manage('GET', base);
  const { secret } = await manage('POST', `${base}/live/keys`, {});
  live = { pk: project.publishableKeys.live, sk: secret };
  await manage('PUT', `${base}/live/origins`, { origins: ['https://shop.example'] });
  const made = await call('POST', '/api/customers', {
    key: first.sk,
    body: { email: 'ada@example.com', externalId: 'ada' },
  });
  customer = made.body.customer.id;
  const session = await call('POST', '/api/sessions', { key: first.sk, body: { customer } });
  accessToken = session.body.accessToken;
});
afterEach(() => {
  vi.useRealTimers();
});

const pathOf = (path: string) =>
  path
    .replace(':id', customer)
    .replace(':project', first.id)
    .replace(':mode', 'test')
    .replace(/:\w+/g, 'x');
const routes = [...ROUTES].map(([name, row]) => ({ name, row }));
const opens = ({ row }: (typeof routes)[number], ...ways: string[]) =>
  ways.some((way) => (row.auth as readonly string[]).includes(way));

/** A body that the route of a customer takes. */
const goodBody: Record<string, object> = {
  cartCheckout: {
    items: [{ priceId: 'price_x', quantity: 1 }],
    successUrl: 'https://shop.example/',
  },
  changeSubscription: { tier: 'team' },
  confirmCart: { checkoutId: 'cs_test_x' },
  confirmCheckout: { checkoutId: 'cs_test_x' },
  createCheckout: { tier: 'team', successUrl: 'https://shop.example/' },
  createPortal: { returnUrl: 'https://shop.example/' },
  grantCredits: { units: 5 },
  grantUsage: { units: 5 },
  moveCustomer: { to: 'limit' },
  previewChange: { tier: 'team' },
  setPassword: { password: 'correct horse' },
};
/** Calls a route as it is meant to be called, but for what opens it. */
const callRoute = (
  { name, row }: (typeof routes)[number],
  options: { key: string; headers?: Record<string, string>; pk?: string },
) =>
  call(
    row.method.toUpperCase(),
    pathOf(row.path) + (options.pk === undefined ? '' : `?pk=${options.pk}`),
    { ...options, body: row.body ? (goodBody[name] ?? {}) : undefined },
  );

describe('every route', () => {
  it.each(routes.filter(({ row }) => !row.auth.includes('none')))(
    '$name refuses a call without a key',
    async ({ row }) => {
      const answer = await call(row.method.toUpperCase(), pathOf(row.path), {
        body: row.body ? {} : undefined,
      });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({
        error: expect.any(String),
        message: expect.any(String),
        docs: expect.stringContaining(answer.body.code),
        requestId: expect.stringMatching(/^req_/),
      });
    },
  );

  it.each(routes.filter(({ row }) => !row.auth.includes('none')))(
    '$name refuses a mistyped key',
    async ({ row }) => {
      const answer = await call(row.method.toUpperCase(), pathOf(row.path), {
        key: `${first.sk.slice(0, -1)}!`,
      });
      expect(answer.status).toBe(401);
    },
  );

  it.each(routes.filter(({ row }) => row.auth.includes('operator') && !row.auth.includes('sk')))(
    '$name is not opened by a secret key',
    async ({ row }) => {
      expect(
        (await call(row.method.toUpperCase(), pathOf(row.path), { key: first.sk })).body.code,
      ).toBe('developer_required');
    },
  );

  it.each(routes.filter((route) => !opens(route, 'pk', 'none')))(
    '$name is not opened by a publishable key, whoever is named beside it',
    async (route) => {
      const answer = await callRoute(route, { key: first.pk, headers: { 'x-user-id': customer } });
      const code =
        opens(route, 'operator') && !opens(route, 'sk')
          ? 'developer_required'
          : opens(route, 'session')
            ? 'session_required'
            : 'secret_key_required';
      expect(answer.body.code).toBe(code);
    },
  );

  it.each(routes.filter((route) => !opens(route, 'session', 'none')))(
    '$name is not opened by the session of a customer',
    async (route) => {
      const answer = await callRoute(route, { key: accessToken });
      expect(answer.body.code).toMatch(/^(key|secret_key|developer)_required$/);
    },
  );

  const aboutCustomers = routes.filter(
    (route) => opens(route, 'user') || (opens(route, 'sk') && route.row.path.includes(':id')),
  );
  it.each(aboutCustomers)(
    '$name shows a second tenant and the other mode nothing of a customer, nor makes one',
    async (route) => {
      for (const { sk } of [second, live]) {
        const count = async () =>
          (await call('GET', '/api/customers', { key: sk })).body.customers.length;
        const before = await count();
        const answer = await callRoute(route, { key: sk, headers: { 'x-user-id': customer } });
        expect(answer.status).toBe(404);
        expect(answer.body.code).toMatch(/^(customer|checkout)_not_found$/);
        expect(await count()).toBe(before);
      }
    },
  );

  it.each(routes.filter((route) => opens(route, 'user')))(
    '$name takes no session of a second tenant or of the other mode from a server',
    async (route) => {
      for (const { sk } of [second, live]) {
        const answer = await callRoute(route, {
          key: sk,
          headers: { 'x-user-token': accessToken },
        });
        expect(answer.body.code).toBe('token_invalid');
      }
    },
  );

  it.each(routes.filter((route) => opens(route, 'session')))(
    '$name takes no session of a second tenant or of the other mode from a page',
    async (route) => {
      for (const { pk } of [second, live]) {
        const answer = await callRoute(route, { key: accessToken, pk });
        expect(answer.body.code).toBe('token_invalid');
      }
    },
  );
});

describe('a made-up project', () => {
  const { PROJECT, SHARD } = env as unknown as Bindings;
  const madeUp = 'prj_000000000000abcdefgh';
  const isThere = async (namespace: DurableObjectNamespace, name: string) =>
    (await listDurableObjectIds(namespace)).some((id) => id.equals(namespace.idFromName(name)));

  it('gets no object, by whatever route its keys are tried', async () => {
    const keys = [publishableKey(madeUp, 'test'), secretKey(madeUp, 'test', new Uint8Array(32))];
    for (const route of routes)
      for (const key of keys) {
        const answer = await callRoute(route, { key, headers: { 'x-user-id': 'ada' } });
        expect(answer.status === 401 || opens(route, 'none')).toBe(true);
      }
    await call('GET', `/__clerk/${keys[0]}/v1/environment`);
    for (const route of routes.filter(({ row }) => row.path.includes(':project'))) {
      const path = pathOf(route.row.path).replace(first.id, madeUp);
      const body = route.row.body ? { displayName: 'Gold' } : undefined;
      await call(route.row.method.toUpperCase(), path, { key: OPERATOR, body });
    }
    expect(await isThere(PROJECT, `${first.id}:test`)).toBe(true);
    expect(await isThere(PROJECT, `${madeUp}:test`)).toBe(false);
    expect(await isThere(SHARD, `${madeUp}:test:00`)).toBe(false);
  });
});

describe('keys', () => {
  it('refuses a well-formed key of a made-up project', async () => {
    const made = secretKey('prj_000000000000abcdefgh', 'test', new Uint8Array(32));
    expect((await call('GET', '/api/tiers', { key: made })).body.code).toBe('key_invalid');
  });

  it('refuses a well-formed secret key that was never made', async () => {
    const made = secretKey(first.id, 'test', new Uint8Array(32));
    expect((await call('GET', '/api/customers', { key: made })).body.code).toBe('key_invalid');
  });

  it('opens nothing of live with a key of test', async () => {
    const answer = await call('GET', '/api/tiers', { key: first.sk, headers: { 'x-env': 'live' } });
    expect([answer.status, answer.body.code]).toEqual([400, 'mode_mismatch']);
  });

  it('says when it was last used, to the hour, and never by who only tried one', async () => {
    const base = `/api/projects/${first.id}/test/keys`;
    const made = await manage('POST', base, { name: 'Used' });
    const lastUsed = async (): Promise<number | null> =>
      (await manage('GET', base)).keys.find(({ id }: { id: string }) => id === made.key.id)
        .lastUsedAtMs;
    await call('GET', '/api/tiers', { key: `${made.secret.slice(0, -1)}!` });
    expect(made.key.lastUsedAtMs).toBeNull();
    expect(await lastUsed()).toBeNull();
    const fromMs = Date.now();
    await call('GET', '/api/tiers', { key: made.secret });
    await vi.waitFor(async () => expect(await lastUsed()).toBeGreaterThanOrEqual(fromMs));
    const notedMs = await lastUsed();
    await call('GET', '/api/tiers', { key: made.secret });
    expect(await lastUsed()).toBe(notedMs);
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    await call('GET', '/api/tiers', { key: made.secret });
    await vi.waitFor(async () => expect(await lastUsed()).toBeGreaterThan(fromMs + 3_599_000));
  });

  it('stops a revoked key, and lets a rotated one go on for its overlap and no longer', async () => {
    const base = `/api/projects/${second.id}/test/keys`;
    const made = await manage('POST', base, { name: 'Old' });
    const next = await manage('POST', `${base}/${made.key.id}/rotate`, { overlapHours: 1 });
    for (const { secret } of [made, next])
      expect((await call('GET', '/api/tiers', { key: secret })).status).toBe(200);
    await manage('DELETE', `${base}/${next.key.id}`);
    expect((await call('GET', '/api/tiers', { key: next.secret })).body.code).toBe('key_revoked');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_590_000 });
    expect((await call('GET', '/api/tiers', { key: made.secret })).status).toBe(200);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await call('GET', '/api/tiers', { key: made.secret })).body.code).toBe('key_revoked');
  });

  it('tells a page of an unlisted origin, in live mode, what to do', async () => {
    const live = await createEnvironment('live');
    const headers = { origin: 'https://elsewhere.example' };
    const refused = await call('GET', `/api/tiers?pk=${live.pk}`, { headers });
    expect([refused.status, refused.body.code]).toEqual([403, 'origin_not_allowed']);
    await manage('PUT', `/api/projects/${live.id}/live/origins`, {
      origins: ['https://*.elsewhere.example', 'https://elsewhere.example/'],
    });
    expect((await call('GET', `/api/tiers?pk=${live.pk}`, { headers })).status).toBe(200);
  });
});

describe('bad input', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    call('POST', '/api/customers', {
      key: first.sk,
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['{', {}, 400, 'invalid_json'],
    ['a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    [`{"email":"${'a'.repeat(1_000_000)}"}`, {}, 413, 'body_too_large'],
    ['{"email":"nobody"}', {}, 400, 'invalid_request'],
    ['{"email":"a@b.example","plan":"gold"}', {}, 400, 'tier_not_found'],
    ['{"email":"a@b.example","rôle":"admin"}', {}, 400, 'invalid_request'],
    ['{"email":"ada@example.com"}', {}, 409, 'customer_exists'],
    ['[]', {}, 400, 'invalid_json'],
    ['null', {}, 400, 'invalid_json'],
  ])('%.30s… is refused, and creates nobody', async (body, headers, status, code) => {
    const count = async () =>
      (await call('GET', '/api/customers?limit=100', { key: first.sk })).body.customers.length;
    const before = await count();
    const answer = await post(body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await count()).toBe(before);
  });

  it.each([
    'cust_',
    `cust_${'x'.repeat(10_000)}`,
    'cust_zz00000000000000000000',
    'nobody',
    '%F0%9F%98%80',
  ])('a customer id %.20s… is not found', async (id) => {
    expect((await call('GET', `/api/customers/${id}`, { key: first.sk })).body.code).toBe(
      'customer_not_found',
    );
  });

  it.each(['', 'a\u0007b', 'x'.repeat(129), '%ZZ', '.', '..'])(
    'the own id %j is refused',
    async (id) => {
      const headers = {
        'x-user-id': encodeURI(id).replace('%25ZZ', '%ZZ'),
        'x-user-id-encoding': 'percent',
      };
      const answer = await call('POST', '/api/usage', { key: first.sk, headers });
      expect([answer.status, answer.body.code]).toEqual([400, 'user_id_invalid']);
    },
  );

  it.each(['.', '..'])('nobody gets the own id %j, and the answer says why', async (id) => {
    const reason = 'Must not be "." or "..": a URL cannot carry it.';
    const used = await call('POST', '/api/usage', { key: first.sk, user: id });
    expect(used.body).toMatchObject({ code: 'user_id_invalid', reason });
    const body = { email: 'dot@example.com', externalId: id };
    const created = await call('POST', '/api/customers', { key: first.sk, body });
    expect(created.body).toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'externalId', message: reason }],
    });
  });

  it('a body is refused as soon as it is too large, also one that does not say how large it is', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        if (sent > 4_000_000) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const request = new Request('https://edge.test/api/customers', {
      method: 'POST',
      headers: { authorization: `Bearer ${first.sk}`, 'content-type': 'application/json' },
      body: endless,
    });
    expect((await exports.default.fetch(request)).status).toBe(413);
  });

  it('nobody is sent to an address that is not listed: not by a page, nor by a server in live mode', async () => {
    const elsewhere = 'https://elsewhere.example/';
    const origin = 'https://shop.example';
    for (const [path, body] of [
      ['/api/create-checkout', { tier: 'team', successUrl: elsewhere }],
      ['/api/create-checkout', { tier: 'team', successUrl: origin, cancelUrl: elsewhere }],
      ['/api/customer-portal', { returnUrl: elsewhere }],
    ] as const) {
      const byPage = await call('POST', path, { key: accessToken, body, headers: { origin } });
      const byServer = await call('POST', path, { key: live.sk, user: 'eve', body });
      expect([byPage.body.code, byServer.body.code]).toEqual([
        'redirect_url_not_allowed',
        'redirect_url_not_allowed',
      ]);
    }
  });

  it('a token that opens nothing is no key, where only a key would do', async () => {
    const codeOf = async (method: string, path: string) =>
      (await call(method, path, { key: 'eyJhbGciOiJub25lIn0.e30.', user: 'ada' })).body.code;
    expect(await codeOf('GET', '/api/orders')).toBe('secret_key_required');
    expect(await codeOf('GET', '/api/bootstrap')).toBe('key_required');
    expect(await codeOf('GET', '/api/me')).toBe('token_invalid');
  });

  it('an unknown path is a 404 and a wrong method a 405 with Allow', async () => {
    expect((await call('GET', '/api/nothing')).body.code).toBe('route_not_found');
    const wrong = await call('DELETE', '/api/tiers');
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'GET',
    ]);
  });

  it('a project that was deleted answers 410 at once', async () => {
    const gone = await createEnvironment();
    await manage('DELETE', `/api/projects/${gone.id}`);
    const answer = await call('POST', '/api/usage', { key: gone.sk, user: 'ada' });
    expect([answer.status, answer.body.code]).toEqual([410, 'project_deleted']);
  });

  it('answers carry the headers that keep browsers from doing anything with them', async () => {
    const { headers } = await call('GET', '/api/tiers', { key: first.sk });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('strict-transport-security')).toContain('max-age');
  });
});
