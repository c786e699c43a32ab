import { env, exports } from 'cloudflare:workers';
import { ROUTES } from '@dream/contract';
import { ERRORS } from '@dream/contract/errors';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { hashSecret } from '../src/auth/keys.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { guardOf } from '../src/gate/public-routes.ts';
import { LIMITS } from '../src/sessions/gate.ts';
import { createEnvironment, type TestEnvironment } from './harness.ts';
import { ORIGIN } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const FLOODER = '203.0.113.7';
const OTHER = '203.0.113.8';

/** Routes that ask for a secret: a key of a server, a customer's token, or the operator's. */
const secret = new Set(
  [...ROUTES.values()]
    .filter((row) => !row.auth.includes('pk') && !row.auth.includes('none'))
    .flatMap((row) =>
      [row.path, ...(row.aliases ?? [])].map((path) => `${row.method.toUpperCase()} ${path}`),
    ),
);

/** Every public route that the app really serves; `ALL /*` is its middleware. */
const open = createApp(deps)
  .routes.filter(({ method, path }) => `${method} ${path}` !== 'ALL /*')
  .filter(({ method, path }) => !secret.has(`${method} ${path}`))
  .map(({ method, path }) => ({ method, path, guard: guardOf(method, path) }));
const limited = open.filter(({ guard }) => 'limit' in guard);
const unlimited = open.filter(({ guard }) => 'unlimited' in guard);

let shop: TestEnvironment;

beforeAll(async () => {
  shop = await createEnvironment();
  const name = `address:${await hashSecret(FLOODER)}`;
  const all = Array.from({ length: LIMITS.address.max }, () => ({
    name: 'address',
    ...LIMITS.address,
  }));
  await deps.gate(name).attempt(all, deps.nowMs());
});

/** Calls a public route as a page would, from a network address. */
async function from(address: string, method: string, path: string) {
  const url = new URL(path.replace(':pk', shop.pk).replace('*', 'v1/client'), 'https://edge.test');
  if (!path.includes(':pk')) url.searchParams.set('pk', shop.pk);
  const sent = method === 'ALL' ? 'GET' : method;
  const headers = { origin: ORIGIN, 'cf-connecting-ip': address };
  const answer = await exports.default.fetch(new Request(url, { method: sent, headers }));
  const text = await answer.text();
  // A window is told by a page.
  const code = text.startsWith('{')
    ? (JSON.parse(text) as { code?: string }).code
    : text.includes(ERRORS.too_many_attempts.title) && 'too_many_attempts';
  return { status: answer.status, code, retryAfter: answer.headers.get('retry-after') };
}

describe('a route that opens without a secret', () => {
  it('is found in the app, among those the route table does not have as well', () => {
    const paths = open.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/__clerk/:pk/*', '/docs/*', '/health']));
  });

  it.each(limited)('$method $path is refused to an address that floods', async (row) => {
    const refused = await from(FLOODER, row.method, row.path);
    expect([refused.status, refused.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect((await from(OTHER, row.method, row.path)).status).not.toBe(429);
  });

  it.each(unlimited)('$method $path has no limit for a reason in words', ({ guard }) => {
    expect('unlimited' in guard && guard.unlimited).toMatch(/^[A-Z].{30,}\.$/);
  });

  it('that was given no guard stops the boot', () => {
    expect(() => guardOf('get', '/api/new')).toThrow('GET /api/new is public');
  });
});
