import { createRequire } from 'node:module';
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createClerkClient, verifyToken } from '@clerk/backend';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../core/server.ts';
import { startTestClerk, type TestClerk } from './test-clerk.ts';

/** The clerk-js that our widgets ship, and the browser of the journeys, found where they live. */
const fromWidgets = createRequire(new URL('../../../widgets/package.json', import.meta.url));
const fromJourneys = createRequire(new URL('../../../e2e/package.json', import.meta.url));

type Running = Awaited<ReturnType<typeof listen>>;

let folder: string;
let clerk: TestClerk;
let site: Running;
let proxy: Running;
/** Both are loaded at run time from another package. */
let browser: any;
let page: any;

/**
 * What a page of ours does with clerk-js, and nothing more: native mode, no cookies, the token
 * kept by the page. `clerk` and `steps` stay on the window for the test to drive.
 */
const PAGE = `<!doctype html><title>site</title><script src="/clerk.js"></script><script>
window.openClerk = async (publishableKey, proxyUrl) => {
  const clerk = new Clerk(publishableKey, { proxyUrl });
  let token = '';
  clerk.__internal_onBeforeRequest((request) => {
    request.credentials = 'omit';
    request.url.searchParams.append('_is_native', '1');
    request.headers.set('authorization', token);
  });
  clerk.__internal_onAfterResponse((_, response) => {
    token = response.headers.get('authorization') || token;
  });
  await clerk.load({
    standardBrowser: false,
    telemetry: false,
    experimental: { runtimeEnvironment: 'headless', rethrowOfflineNetworkErrors: true },
    __internal_oauthTransport: {
      getRedirectUrl: () => location.origin + '/landed',
      open: (url) => new Promise((resolve) => {
        const popup = open(url);
        addEventListener('message', ({ data }) => { popup.close(); resolve({ callbackUrl: data }); });
      }),
    },
  });
  window.clerk = clerk;
};
</script>`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clerk-sandbox-'));
  clerk = await startTestClerk(join(folder, 'state.json'));

  const bundle = join(dirname(fromWidgets.resolve('@clerk/clerk-js')), 'clerk.native.js');
  const script = await readFile(bundle, 'utf8');
  site = await listen(
    new Hono()
      .get('/', (c) => c.html(PAGE))
      .get('/landed', (c) => c.html('<script>opener.postMessage(location.href, "*")</script>'))
      .get('/clerk.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' })),
    0,
  );
  proxy = await listen(
    proxyTo(() => clerk.url),
    0,
  );

  const { chromium } = fromJourneys('@playwright/test');
  browser = await chromium.launch({
    executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
    // clerk-js takes navigator.webdriver for "offline" and then refuses to fetch tokens.
    args: ['--no-sandbox', '--disable-blink-features=AutomationControlled'],
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.close(), proxy?.close(), clerk?.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** The least an edge does: it drops Origin and answers CORS itself. */
function proxyTo(target: () => string): Hono {
  return new Hono().all('*', async (c) => {
    const cors = {
      'access-control-allow-origin': c.req.header('origin') ?? '*',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-expose-headers': 'Authorization',
    };
    if (c.req.method === 'OPTIONS') return c.body(null, 204, cors);
    const { pathname, search } = new URL(c.req.url);
    const headers = new Headers({ authorization: c.req.header('authorization') ?? '' });
    const type = c.req.header('content-type');
    if (type) headers.set('content-type', type);
    const answer = await fetch(`${target()}/fapi/test_endusers${pathname}${search}`, {
      method: c.req.method,
      headers,
      body: c.req.method === 'GET' ? null : await c.req.text(),
    });
    const out = new Headers({ ...cors, 'content-type': 'application/json' });
    const token = answer.headers.get('authorization');
    if (token) out.set('authorization', token);
    return new Response(await answer.text(), { status: answer.status, headers: out });
  });
}

async function openPage(): Promise<string[]> {
  const { publishableKey } = await clerk.control('PUT', 'instances', {
    instance: 'test_endusers',
  });
  const context = await browser.newContext();
  page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request: { url(): string; method(): string }) => {
    const url = new URL(request.url());
    if (url.origin === proxy.url && request.method() !== 'OPTIONS') {
      const path = url.pathname.replace(/(su|si|sess)a?_\w{27}/, '{id}');
      requests.push(`${url.searchParams.get('_method') ?? request.method()} ${path}`);
    }
  });
  await page.goto(site.url.replace('127.0.0.1', 'localhost'));
  await page.evaluate(
    ([key, url]: string[]) => (globalThis as any).openClerk(key, url),
    [String(publishableKey), proxy.url],
  );
  return requests;
}

test('the real clerk-js signs up by mailed code, survives a restart, signs out and in', async () => {
  const email = 'visitor@example.com';
  const requests = await openPage();

  await page.evaluate(async (emailAddress: string) => {
    const { signUp } = (globalThis as any).clerk.client;
    await signUp.create({ emailAddress });
    await signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
  }, email);

  await clerk.close();
  clerk = await startTestClerk(join(folder, 'state.json'));

  const signedUp = await page.evaluate(
    async (code: string) => {
      const { clerk: clerkJs } = globalThis as any;
      const wrong = await clerkJs.client.signUp
        .attemptEmailAddressVerification({ code: '000000' })
        .catch((error: { errors: { code: string }[] }) => error.errors[0]?.code);
      const done = await clerkJs.client.signUp.attemptEmailAddressVerification({ code });
      await clerkJs.setActive({ session: done.createdSessionId });
      const token = await clerkJs.session.getToken({ skipCache: true });
      const address = clerkJs.user.primaryEmailAddress.emailAddress;
      return { wrong, status: done.status, userId: clerkJs.user.id, address, token };
    },
    await clerk.codeFor(email),
  );
  expect(signedUp).toMatchObject({
    wrong: 'form_code_incorrect',
    status: 'complete',
    address: email,
  });
  const { jwtKey } = await clerk.control('PUT', 'instances', { instance: 'test_endusers' });
  const claims = await verifyToken(signedUp.token, { jwtKey: String(jwtKey) });
  expect(claims.sub).toBe(signedUp.userId);

  const afterSignOut = await page.evaluate(async () => {
    const { clerk: clerkJs } = globalThis as any;
    await clerkJs.signOut(() => {});
    return { session: clerkJs.session, sessions: clerkJs.client.sessions.length };
  });
  expect(afterSignOut).toEqual({ session: null, sessions: 0 });

  await page.evaluate(async (identifier: string) => {
    const { signIn } = (globalThis as any).clerk.client;
    const { supportedFirstFactors } = await signIn.create({ identifier });
    const factor = supportedFirstFactors.find(
      ({ strategy }: { strategy: string }) => strategy === 'email_code',
    );
    await signIn.prepareFirstFactor({
      strategy: 'email_code',
      emailAddressId: factor.emailAddressId,
    });
  }, email);
  const signedIn = await page.evaluate(
    async (code: string) => {
      const { clerk: clerkJs } = globalThis as any;
      const done = await clerkJs.client.signIn.attemptFirstFactor({ strategy: 'email_code', code });
      await clerkJs.setActive({ session: done.createdSessionId });
      return { status: done.status, userId: clerkJs.user.id };
    },
    await clerk.codeFor(email),
  );
  expect(signedIn).toEqual({ status: 'complete', userId: signedUp.userId });

  expect(requests).toEqual([
    'GET /v1/environment',
    'GET /v1/client',
    'POST /v1/client/sign_ups',
    'POST /v1/client/sign_ups/{id}/prepare_verification',
    'POST /v1/client/sign_ups/{id}/attempt_verification',
    'POST /v1/client/sign_ups/{id}/attempt_verification',
    'POST /v1/client/sessions/{id}/touch',
    'POST /v1/client/sessions/{id}/tokens',
    'DELETE /v1/client/sessions',
    'POST /v1/client/sign_ins',
    'POST /v1/client/sign_ins/{id}/prepare_first_factor',
    'POST /v1/client/sign_ins/{id}/attempt_first_factor',
    'POST /v1/client/sessions/{id}/touch',
  ]);
  expect(await page.context().cookies()).toEqual([]);
}, 60_000);

test('the real clerk-js signs up and in with a social provider in a popup', async () => {
  await openPage();
  const { redirectUrls } = createClerkClient({
    secretKey: 'sk_test_endusers',
    apiUrl: clerk.url,
  });
  await redirectUrls.createRedirectUrl({ url: `${new URL(page.url()).origin}/landed` });

  /** Signs in or up as a person at the provider, then says who that is and signs out. */
  const visit = async (resource: 'signIn' | 'signUp', decision: 'allow' | 'deny') => {
    const popup = page.waitForEvent('popup');
    const outcome = page.evaluate(async (name: string) => {
      const { clerk: clerkJs, location } = globalThis as any;
      let arrived = '';
      const failed = await clerkJs.client[name]
        .authenticateWithRedirect({
          strategy: 'oauth_google',
          redirectUrl: location.href,
          redirectUrlComplete: location.href,
          __internal_callbackParams: {
            __internal_navigateOnSetActive: ({ session }: any) => {
              arrived = session.user.primaryEmailAddress.emailAddress;
            },
          },
        })
        .then(
          () => null,
          (error: { code: string }) => error.code,
        );
      const userId = clerkJs.user?.id ?? null;
      if (userId) await clerkJs.signOut(() => {});
      return { failed, arrived, userId };
    }, resource);
    const provider = await popup;
    await provider.getByLabel('E-mail', { exact: true }).fill('social@example.com');
    await provider.getByRole('button', { name: decision === 'allow' ? 'Allow' : 'Deny' }).click();
    return outcome;
  };

  expect(await visit('signIn', 'deny')).toMatchObject({
    failed: 'oauth_access_denied',
    userId: null,
  });
  const first = await visit('signIn', 'allow');
  expect(first).toMatchObject({ failed: null, arrived: 'social@example.com' });
  const known = { failed: null, arrived: 'social@example.com', userId: first.userId };
  expect(await visit('signUp', 'allow')).toEqual(known);
  expect(await visit('signIn', 'allow')).toEqual(known);
  const cookies = await page.context().cookies();
  // Only the provider remembers who agreed.
  expect(cookies.filter(({ path }: { path: string }) => path !== '/provider')).toEqual([]);
}, 60_000);

test('the real clerk-js answers needs_client_trust with a code on a device that is new', async () => {
  const [email, password] = ['trusted@example.com', 'correct horse battery'];
  const settings = { clientTrust: true };
  await clerk.control('PUT', 'instances', { instance: 'test_endusers', settings });
  const { users } = createClerkClient({ secretKey: 'sk_test_endusers', apiUrl: clerk.url });
  const user = await users.createUser({ emailAddress: [email], password });
  await openPage();
  const asked = await page.evaluate(
    async ([identifier, secret]: string[]) => {
      const { signIn } = (globalThis as any).clerk.client;
      const { status, supportedSecondFactors, clientTrustState } = await signIn.create({
        strategy: 'password',
        identifier,
        password: secret,
      });
      const [{ strategy, emailAddressId }] = supportedSecondFactors;
      await signIn.prepareSecondFactor({ strategy, emailAddressId });
      return { status, clientTrustState, strategy };
    },
    [email, password],
  );
  const isNew = { status: 'needs_client_trust', clientTrustState: 'new', strategy: 'email_code' };
  expect(asked).toEqual(isNew);
  const signedIn = await page.evaluate(
    async (code: string) => {
      const { clerk: clerkJs } = globalThis as any;
      const done = await clerkJs.client.signIn.attemptSecondFactor({
        strategy: 'email_code',
        code,
      });
      await clerkJs.setActive({ session: done.createdSessionId });
      return clerkJs.user.id;
    },
    await clerk.codeFor(email),
  );
  expect(signedIn).toBe(user.id);
}, 60_000);
