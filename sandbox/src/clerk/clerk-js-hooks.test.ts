import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { listen } from '../core/server.ts';

/**
 * The hooks by which our widgets bring clerk-js to a page without cookies. They are Clerk's own and
 * unstable: when a new version of clerk-js fails here, the widgets cannot take it.
 */
const fromWidgets = createRequire(new URL('../../../widgets/package.json', import.meta.url));
const bundle = join(dirname(fromWidgets.resolve('@clerk/clerk-js')), 'clerk.native.js');
/** Loaded at run time from another package, as the widgets ship it. */
const { Clerk } = fromWidgets(bundle);

type Received = { call: string; native: string | null; token?: string; header?: string };

const REFUSAL = { code: 'form_identifier_exists', message: 'Taken.', meta: {} };
let received: Received[] = [];
let server: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  server = await listen(
    new Hono().all('*', (c) => {
      const { pathname, searchParams } = new URL(c.req.url);
      received.push({
        call: `${c.req.method} ${pathname}`,
        native: searchParams.get('_is_native'),
        token: c.req.header('authorization'),
        header: c.req.header('x-added'),
      });
      const isSignUp = pathname.endsWith('/sign_ups');
      const body = isSignUp ? { errors: [REFUSAL] } : { response: null, client: null };
      return c.json(body, isSignUp ? 422 : 200, { authorization: `token-${received.length}` });
    }),
    0,
  );
});
afterAll(() => server.close());
afterEach(() => {
  received = [];
  vi.restoreAllMocks();
});

/** A clerk-js as the widgets open it, with what the hooks were told. */
async function open() {
  const told: string[] = [];
  const answers: { status: number; token: string | null; payload: any }[] = [];
  const clerk = new Clerk(`pk_test_${btoa('hooks.clerk.sandbox$')}`, { proxyUrl: server.url });
  clerk.__internal_onBeforeRequest((request: any) => {
    told.push(`before ${request.path}`);
    request.credentials = 'omit';
    request.url.searchParams.set('_is_native', '1');
    request.headers.set('authorization', 'sealed');
    request.headers.set('x-added', 'by the hook');
  });
  clerk.__internal_onAfterResponse((request: any, { status, headers, payload }: any) => {
    told.push(`after ${request.path}`);
    answers.push({ status, token: headers.get('authorization'), payload });
  });
  await clerk.load({
    standardBrowser: false,
    telemetry: false,
    experimental: { runtimeEnvironment: 'headless', rethrowOfflineNetworkErrors: true },
  });
  return { clerk, told, answers };
}

test('what a hook sets before a request is what is sent: token, headers, query, no cookies', async () => {
  const sent = vi.spyOn(globalThis, 'fetch');
  await open();
  expect(new Set(received.map(({ call }) => call))).toEqual(
    new Set(['GET /v1/client', 'GET /v1/environment']),
  );
  for (const { native, token, header } of received)
    expect([native, token, header]).toEqual(['1', 'sealed', 'by the hook']);
  expect(sent.mock.calls.map(([, init]) => init?.credentials)).toEqual(['omit', 'omit']);
});

test('the hook after an answer reads its headers and body before the page goes on', async () => {
  const { answers } = await open();
  expect(new Set(answers.map(({ token }) => token))).toEqual(new Set(['token-1', 'token-2']));
  for (const { status, payload } of answers)
    expect([status, payload]).toEqual([200, { response: null, client: null }]);
});

test('both hooks see a refused call, too, and the page gets the refusal after them', async () => {
  const { clerk, told, answers } = await open();
  told.length = 0;
  await expect(clerk.client.signUp.create({ emailAddress: 'a@example.com' })).rejects.toMatchObject(
    {
      errors: [{ code: REFUSAL.code }],
    },
  );
  expect(told).toEqual(['before /client/sign_ups', 'after /client/sign_ups']);
  expect(answers.at(-1)).toMatchObject({ status: 422, payload: { errors: [REFUSAL] } });
  expect(received.at(-1)).toMatchObject({ call: 'POST /v1/client/sign_ups', token: 'sealed' });
});
