import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { unwrap } from '../src/http/fail.ts';
import { call, createEnvironment, manage } from './harness.ts';
import { allow, OauthWindow } from './oauth-window.ts';
import { Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const { frontendUrl } = deps.config.clerk.test;
const MINUTE_MS = 60_000;

let people = 0;
const newEmail = () => `eva${(people += 1)}.${Date.now()}+clerk_test@example.com`;

/** Moves the clock of the edge alone. */
const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

/** Makes somebody known to Clerk, by a sign-in at a project of no interest. */
async function knownToClerk(email: string): Promise<void> {
  await new OauthWindow((await createEnvironment()).pk).signIn({ email });
}

/** A window that is about to land, of somebody Clerk knows. */
async function aboutToLand(pk: string, email = newEmail()) {
  await knownToClerk(email);
  const window = new OauthWindow(pk);
  const { url } = (await window.begin()).body;
  return { window, url, back: await allow(url, { email }) };
}

/** Puts another URL into what Clerk answers as the provider's. */
function clerkSends(url: string): void {
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const answer = await real(input, init);
    if (!String(input).startsWith(`${frontendUrl}/v1/client/sign_ins`)) return answer;
    const body: any = await answer.json();
    body.response.first_factor_verification.external_verification_redirect_url = url;
    return new Response(JSON.stringify(body), answer);
  });
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('beginning', () => {
  it.each([
    ['a foreign page', { origin: 'https://elsewhere.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['the plain address of the edge', { origin: 'http://edge.test' }],
  ])('is refused from %s', async (_what, headers) => {
    const { pk } = await createEnvironment();
    const window = new OauthWindow(pk);
    const refused = await window.begin({}, headers);
    expect([refused.status, refused.body.code]).toEqual([403, 'oauth_window_required']);
    expect(window.cookie).toBe('');
  });

  it.each([
    'null',
    '*',
    'https://*.example.com',
    'https://a.example/path',
    'javascript:alert(1)',
    '',
  ])('is refused for a page whose origin is %j, also in test mode', async (origin) => {
    const { pk } = await createEnvironment();
    const refused = await new OauthWindow(pk, origin).begin();
    expect(refused.body.code).toBe('origin_not_allowed');
  });

  it('is refused in live mode for a page that is not listed', async () => {
    const { pk } = await createEnvironment('live');
    const refused = await new OauthWindow(pk, 'https://elsewhere.example').begin();
    expect([refused.status, refused.body.code]).toEqual([403, 'origin_not_allowed']);
  });

  it('is refused with a secret key, and with a key of a made-up project', async () => {
    const { sk } = await createEnvironment();
    expect((await new OauthWindow(sk).begin()).body.code).toBe('key_invalid');
    const pk = 'pk_test_000000000000abcdefgh000000';
    expect((await new OauthWindow(pk).begin()).body.code).toBe('key_invalid');
  });

  it('is refused for a request that was begun already: nobody takes over another’s', async () => {
    const { pk } = await createEnvironment();
    const window = new OauthWindow(pk);
    await window.begin();
    expect((await window.begin()).body.code).toBe('oauth_request_used');
    expect((await window.result()).body.status).toBe('pending');
  });

  it('is refused to a visitor who does nothing else', async () => {
    const { pk } = await createEnvironment();
    const headers = { 'cf-connecting-ip': '203.0.113.77' };
    const codes = [];
    for (let i = 0; i < 61; i++) codes.push((await new OauthWindow(pk).begin({}, headers)).status);
    expect(codes.slice(0, 60).every((status) => status === 200)).toBe(true);
    expect(codes[60]).toBe(429);
  });

  it.each([
    'javascript:alert(document.domain)',
    'data:text/html,<script>alert(1)</script>',
    'http://accounts.example.com/',
  ])('sends no window to %s, whatever Clerk answers', async (url) => {
    const { pk } = await createEnvironment();
    const window = new OauthWindow(pk);
    await call('GET', `/api/bootstrap?pk=${pk}`);
    clerkSends(url);
    const refused = await window.begin();
    expect([refused.status, refused.body.code]).toEqual([502, 'provider_refused']);
    expect(JSON.stringify(refused.body)).not.toContain(url);
    expect(window.cookie).toBe('');
  });
});

describe('landing', () => {
  it('proves nothing in another browser than the one that began', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    const victim = await new OauthWindow(pk).land(back);
    expect([victim.status, victim.html.includes('no longer open')]).toEqual([410, true]);
    expect((await window.result()).body).toEqual({ status: 'pending' });
  });

  it('in the place of somebody who was sent to the provider proves nothing', async () => {
    const { pk } = await createEnvironment();
    const { window: attacker } = await aboutToLand(pk);
    const { html } = await attacker.land('https://edge.test/oauth/landed');
    expect(html).toContain('failed');
    expect((await attacker.result()).body.code).toBe('oauth_failed');
  });

  it('in the place of somebody new to Clerk leads to the provider, not to a proof', async () => {
    const { pk } = await createEnvironment();
    const attacker = new OauthWindow(pk);
    const { url } = (await attacker.begin()).body;
    const email = newEmail();
    await allow(url, { email });
    const landed = await attacker.land('https://edge.test/oauth/landed');
    expect([landed.status, landed.headers.has('location')]).toEqual([303, true]);
    expect((await attacker.result()).body).toEqual({ status: 'pending' });
    // The victim is lured a second time; the attacker lands again, without what the victim got.
    await allow(landed.headers.get('location') ?? '', { email });
    await attacker.land('https://edge.test/oauth/landed');
    expect((await attacker.result()).body.code).toBe('oauth_failed');
  });

  it('leads to the provider twice and no more', async () => {
    const { pk } = await createEnvironment();
    const window = new OauthWindow(pk);
    const { url } = (await window.begin()).body;
    const first = await window.land(await allow(url, { email: newEmail() }));
    const again = first.headers.get('location') ?? '';
    const second = await window.land(await allow(again, { email: newEmail() }));
    expect([first.status, second.status]).toEqual([303, 200]);
    expect((await window.result()).body.code).toBe('oauth_failed');
  });

  it('with a made-up nonce, or with that of another attempt, proves nothing', async () => {
    const { pk } = await createEnvironment();
    const [one, two, three] = await Promise.all([
      aboutToLand(pk),
      aboutToLand(pk),
      aboutToLand(pk),
    ]);
    await one.window.land(two.back);
    await three.window.land('https://edge.test/oauth/landed?rotating_token_nonce=made-up');
    for (const { window } of [one, three])
      expect((await window.result()).body.code).toBe('oauth_failed');
    expect((await two.window.land(two.back)).html).toContain('You are signed in');
  });

  it('counts once', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    const { cookie } = window;
    const pages = await Promise.all([window.land(back), window.land(back)]);
    expect(pages.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 410]));
    window.cookie = cookie;
    expect((await window.land(back)).status).toBe(410);
    expect((await window.exchange()).status).toBe(200);
  });

  it('counts within ten minutes of the beginning', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    later(10 * MINUTE_MS + 1_000);
    expect((await window.land(back)).status).toBe(410);
    expect((await window.result()).body.code).toBe('oauth_expired');
  });

  it('takes the cookie away that tied it to the beginning', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    expect(window.cookie).toMatch(/^__Host-dream-oauth=pk_test_/);
    const { headers } = await window.land(back);
    expect(headers.get('set-cookie')).toContain('Max-Age=0');
  });
});

describe('the result', () => {
  it('is nothing to whoever has another verifier, origin or project, and stays for the page', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { window, back } = await aboutToLand(shop.pk);
    await window.land(back);
    const verifier = new OauthWindow(shop.pk).verifier;
    const answers = [
      await window.result({ verifier }),
      await window.result({ origin: 'https://elsewhere.example' }),
      await window.result({ pk: other.pk }),
      await new OauthWindow(shop.pk).result(),
    ];
    for (const { status, body } of answers)
      expect([status, body.code]).toEqual([410, 'oauth_expired']);
    expect((await window.result()).body.status).toBe('done');
  });

  it('is told once, also when asked for at the same moment', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    await window.land(back);
    const answers = await Promise.all([window.result(), window.result(), window.result()]);
    expect(answers.filter(({ body }) => body.status === 'done')).toHaveLength(1);
    expect((await window.result()).body.code).toBe('oauth_expired');
  });

  it('is told for two minutes', async () => {
    const { pk } = await createEnvironment();
    const { window, back } = await aboutToLand(pk);
    await window.land(back);
    later(2 * MINUTE_MS + 1_000);
    expect((await window.result()).body.code).toBe('oauth_expired');
  });

  it('opens nothing at another project, on another origin, or a second time', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { window, back } = await aboutToLand(shop.pk);
    await window.land(back);
    const { sealedToken } = (await window.result()).body;
    const exchanges = [
      await new Page(other.pk).exchange(sealedToken),
      await new Page(shop.pk, 'https://elsewhere.example').exchange(sealedToken),
      await new Page(shop.pk).exchange(sealedToken),
      await new Page(shop.pk).exchange(sealedToken),
    ];
    expect(exchanges.map(({ status }) => status)).toEqual([401, 401, 200, 401]);
  });

  it('of test mode is nothing in live mode', async () => {
    const shop = await createEnvironment();
    const { project } = await manage('GET', `/api/projects/${shop.id}`);
    const origin = 'https://shop.example';
    await manage('PUT', `/api/projects/${shop.id}/live/origins`, { origins: [origin] });
    const window = new OauthWindow(shop.pk, origin);
    await window.signIn({ email: newEmail() });
    const answer = await window.result({ pk: project.publishableKeys.live });
    expect(answer.body.code).toBe('oauth_expired');
  });
});

describe('the pages of the window', () => {
  it.each(['/oauth/start', '/oauth/landed'])(
    '%s: nobody frames it, keeps it, or learns of it',
    async (path) => {
      const answer = await exports.default.fetch(new Request(`https://edge.test${path}`));
      const policy = answer.headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'nonce-(\w{20,})'/.exec(policy)?.[1] ?? 'none';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      // A page that keeps its opener: another policy would cut it off.
      expect(answer.headers.has('cross-origin-opener-policy')).toBe(false);
      const html = await answer.text();
      expect(html.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
    },
  );

  it('have a new nonce each time', async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => {
        const answer = await exports.default.fetch(new Request('https://edge.test/oauth/start'));
        return answer.headers.get('content-security-policy');
      }),
    );
    expect(policies[0]).not.toBe(policies[1]);
  });

  it('take no message to anybody but the page that began', async () => {
    const { pk } = await createEnvironment();
    const { html } = await new OauthWindow(pk).land('https://edge.test/oauth/landed');
    expect(html).not.toContain('postMessage');
  });
});

describe('a proof by a provider', () => {
  const ref = async () => {
    const { id } = await createEnvironment();
    return { projectId: id, mode: 'test' as const };
  };
  const signIn = async (
    at: Awaited<ReturnType<typeof ref>>,
    proof: { subject: string; email: string | null },
  ) => {
    const clerkSessionId = deps.newId('sess_');
    const given = { ...proof, clerkSessionId, provider: 'oauth_google' as const };
    await deps
      .project(at)
      .identity()
      .recordProof({ ...given, provedAtMs: Date.now() });
    const jobIds: [string, string] = [deps.newId('job_'), deps.newId('job_')];
    const id = `cust_00${deps.newId('')}`;
    return unwrap(await deps.project(at).identity().signIn(clerkSessionId, id, jobIds, Date.now()));
  };

  it('without an address makes a customer without one, found again by the account alone', async () => {
    const at = await ref();
    const first = await signIn(at, { subject: 'g-1', email: null });
    expect(first.customer).toMatchObject({ email: null, emailVerified: false });
    expect((await signIn(at, { subject: 'g-1', email: null })).customer.id).toBe(first.customer.id);
    expect((await signIn(at, { subject: 'g-2', email: null })).customer.id).not.toBe(
      first.customer.id,
    );
  });

  it('stays with its customer when the address at the provider becomes another’s', async () => {
    const at = await ref();
    const ada = await signIn(at, { subject: 'g-1', email: 'ada@example.com' });
    const eve = await signIn(at, { subject: 'g-2', email: 'eve@example.com' });
    const moved = await signIn(at, { subject: 'g-1', email: 'eve@example.com' });
    expect(moved.customer.id).toBe(ada.customer.id);
    expect((await signIn(at, { subject: 'g-2', email: 'ada@example.com' })).customer.id).toBe(
      eve.customer.id,
    );
  });
});
