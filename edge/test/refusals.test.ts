import { ROUTES } from '@dream/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { secretKey } from '../src/auth/keys.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

let first: TestEnvironment;
let second: TestEnvironment;
let customer: string;

beforeAll(async () => {
  [first, second] = await Promise.all([createEnvironment(), createEnvironment()]);
  const made = await call('POST', '/api/customers', {
    key: first.sk,
    body: { email: 'ada@example.com', externalId: 'ada' },
  });
  customer = made.body.customer.id;
});

const pathOf = (path: string) =>
  path
    .replace(':id', customer)
    .replace(':project', first.id)
    .replace(':mode', 'test')
    .replace(/:\w+/g, 'x');
const routes = [...ROUTES].map(([name, row]) => ({ name, row }));

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

  it.each(routes.filter(({ row }) => row.auth.includes('operator')))(
    '$name is not opened by a secret key',
    async ({ row }) => {
      expect(
        (await call(row.method.toUpperCase(), pathOf(row.path), { key: first.sk })).body.code,
      ).toBe('operator_required');
    },
  );

  it.each(routes.filter(({ row }) => row.auth.includes('sk') && row.path.includes(':id')))(
    '$name shows a second tenant nothing of the first',
    async ({ row }) => {
      const answer = await call(row.method.toUpperCase(), pathOf(row.path), {
        key: second.sk,
        body: row.body ? {} : undefined,
      });
      expect([answer.status, answer.body.code]).toEqual([404, 'customer_not_found']);
    },
  );
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

  it('stops a revoked key, and lets a rotated one go on for its overlap', async () => {
    const base = `/api/projects/${second.id}/test/keys`;
    const made = await manage('POST', base, { name: 'Old' });
    const next = await manage('POST', `${base}/${made.key.id}/rotate`, { overlapHours: 1 });
    for (const { secret } of [made, next])
      expect((await call('GET', '/api/tiers', { key: secret })).status).toBe(200);
    await manage('DELETE', `${base}/${next.key.id}`);
    expect((await call('GET', '/api/tiers', { key: next.secret })).body.code).toBe('key_revoked');
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
