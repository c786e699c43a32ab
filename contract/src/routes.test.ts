import { describe, expect, it } from 'vitest';
import { answererOf } from '../scripts/error-pages.ts';
import { COMMON_ERRORS, ERRORS, type ErrorCode, IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { ROUTES } from './index.ts';
import type { Auth, Route } from './respond.ts';

const routes = [...ROUTES].map(([name, row]) => ({ name, row }));
const having = (accept: (row: Route) => boolean) => routes.filter(({ row }) => accept(row));
const opens = (row: Route, ...ways: Auth[]) => ways.some((way) => row.auth.includes(way));

describe('the route table', () => {
  it('has every method and path once, aliases included', () => {
    const places = routes.flatMap(({ row }) =>
      [row.path, ...(row.aliases ?? [])].map((path) => `${row.method} ${path}`),
    );
    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
  });

  it('has no two paths that the same address fits', () => {
    const shapes = routes.flatMap(({ row }) =>
      [row.path, ...(row.aliases ?? [])].map(
        (path) => `${row.method} ${path.replace(/:\w+/g, ':')}`,
      ),
    );
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('answers to /api/data what it answers to /api/usage', () => {
    expect(ROUTES.get('trackUsage')).toMatchObject({
      method: 'post',
      path: '/api/usage',
      aliases: ['/api/data'],
    });
  });

  it.each([
    ['POST', '/api/customers'],
    ['GET', '/api/customers/:id'],
    ['PATCH', '/api/customers/:id'],
    ['DELETE', '/api/customers/:id'],
    ['POST', '/api/usage'],
    ['GET', '/api/usage'],
    ['POST', '/api/create-checkout'],
    ['POST', '/api/customer-portal'],
    ['GET', '/api/tiers'],
    ['POST', '/webhook/stripe'],
    ['POST', '/webhook/clerk'],
    ['GET', '/health'],
  ])('keeps %s %s of the first contract', (method, path) => {
    const found = having((row) => row.method.toUpperCase() === method && row.path === path);
    expect(found).toHaveLength(1);
  });

  it.each(routes)(
    '$name lists known errors, each once, and none that every route has',
    ({ row }) => {
      expect(row.errors.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
      expect(new Set(row.errors).size).toBe(row.errors.length);
      const common: readonly ErrorCode[] = COMMON_ERRORS;
      expect(row.errors.filter((code) => common.includes(code))).toEqual([]);
    },
  );

  // A password has no place in a URL or a header, which are logged on the way.
  const isBodiless = ({ method, path }: Route) =>
    method === 'get' ||
    (method === 'delete' && path !== '/api/me' && path !== '/api/me/providers/:provider');
  it.each(having(isBodiless))('$name takes no body, for its method has none', ({ row }) => {
    expect(row.body).toBeUndefined();
  });

  it.each(having(({ method }) => method === 'put' || method === 'patch'))(
    '$name says what its body is',
    ({ row }) => {
      expect(row.body).toBeDefined();
    },
  );

  it.each(having((row) => opens(row, 'sk', 'pk', 'session', 'user')))(
    '$name, opened by a key or a token, says what can be wrong with it',
    ({ row }) => {
      expect(row.errors).toEqual(expect.arrayContaining([...KEY_ERRORS]));
    },
  );

  it.each(having((row) => opens(row, 'pk', 'session')))(
    '$name, which pages call, can refuse their origin',
    ({ row }) => {
      expect(row.errors).toContain('origin_not_allowed');
    },
  );

  it.each(having((row) => opens(row, 'session')))(
    '$name, for signed-in customers, says what can be wrong with a session',
    ({ row }) => {
      expect(row.errors).toEqual(
        expect.arrayContaining([
          'session_required',
          'session_expired',
          'session_ended',
          'token_invalid',
        ]),
      );
    },
  );

  it.each(having((row) => opens(row, 'user')))(
    '$name, for a named customer, says what can be wrong with the name',
    ({ row }) => {
      expect(row.errors).toEqual(
        expect.arrayContaining([
          'user_id_required',
          'user_id_invalid',
          'user_mismatch',
          'customer_not_found',
        ]),
      );
    },
  );

  it('opens no route to managers and secret keys alike but the dashboard', () => {
    const both = having((row) => opens(row, 'operator') && opens(row, 'sk'));
    expect(both.map(({ name }) => name)).toEqual(['getDashboard']);
  });

  it.each(having((row) => opens(row, 'operator') && !opens(row, 'developer')))(
    '$name, for those who run the platform, is opened by operators alone',
    ({ row }) => {
      expect(row.auth).toEqual(['operator']);
      expect(row.errors).toContain('operator_required');
    },
  );

  it.each(having((row) => opens(row, 'developer') && !opens(row, 'sk')))(
    '$name, a management route, is opened by operators and developers, and by no key',
    ({ row }) => {
      expect(row.auth).toEqual(['operator', 'developer']);
      expect(row.errors).toEqual(
        expect.arrayContaining([
          'developer_required',
          'session_expired',
          'session_ended',
          'token_invalid',
          'origin_not_allowed',
        ]),
      );
    },
  );

  it.each(having((row) => row.path.includes(':project')))(
    '$name, of one project, says when there is none',
    ({ row }) => {
      expect(row.errors).toEqual(expect.arrayContaining(['project_not_found', 'project_deleted']));
    },
  );

  it.each(having((row) => row.method === 'post' && !opens(row, 'none')))(
    '$name, a POST, refuses a malformed Idempotency-Key',
    ({ row }) => {
      expect(row.errors).toContain('idempotency_key_invalid');
    },
  );

  it.each(having((row) => row.method !== 'post'))(
    '$name, safe to repeat by its method, lists no error of idempotency keys',
    ({ row }) => {
      const keyed = new Set<ErrorCode>([...IDEMPOTENCY_ERRORS, 'already_done']);
      expect(row.errors.filter((code) => keyed.has(code))).toEqual([]);
    },
  );

  it.each(routes)('$name answers already_done exactly if its answer holds a secret', ({ row }) => {
    expect(row.errors.includes('already_done')).toBe(row.secretAnswer === true);
  });
});

describe('the error catalogue', () => {
  const rows = Object.entries(ERRORS).map(([code, row]) => ({ code: code as ErrorCode, ...row }));

  it.each(rows)('$code is answered by something', ({ code }) => {
    expect(answererOf(code, ROUTES)).not.toBeNull();
  });

  it.each(rows)('$code has a status of an error, a short title and advice', (row) => {
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect(row.title.length).toBeLessThanOrEqual(40);
    expect(row.title).not.toMatch(/[.!]$/);
    expect(row.message.length).toBeGreaterThan(10);
  });

  it.each(rows)('$code is written in words and underscores', ({ code }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('says of a passing failure that a retry can help', () => {
    const passing = rows.filter(({ status }) => status === 429 || status === 500 || status === 503);
    expect(passing.filter(({ retry }) => !retry)).toEqual([]);
  });

  it('keeps title and message of the limit as the first contract has them', () => {
    expect(ERRORS.limit_reached).toMatchObject({
      status: 403,
      title: 'Tier limit reached',
      message: 'Please upgrade to unlock more requests',
    });
  });
});
