import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../src/env.ts';
import { call, createEnvironment, manage } from './harness.ts';
import { allow, deny, OauthWindow } from './oauth-window.ts';
import { ORIGIN, Page } from './sign-in.ts';

const { frontendUrl } = parseConfig(env).clerk.test;

let people = 0;
const newEmail = () => `ola${(people += 1)}.${Date.now()}+clerk_test@example.com`;

/** Makes Clerk's Frontend API not answer. */
function clerkAway(): void {
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(frontendUrl)) throw new TypeError('Network connection lost.');
    return real(input, init);
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('signing in at a provider', () => {
  it('makes a customer of somebody new, with the address the provider vouches for', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const window = new OauthWindow(shop.pk);
    const html = await window.signIn({ email });
    expect(html).toContain('You are signed in');
    const session = await window.exchange();
    expect([session.status, session.body.isNew]).toEqual([200, true]);
    expect(session.body.customer).toMatchObject({ email, emailVerified: true });
    const me = await call('GET', '/api/me', { key: session.body.accessToken });
    expect(me.body.customer.id).toBe(session.body.customer.id);
  });

  it('finds the customer again, in one trip', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const first = new OauthWindow(shop.pk);
    await first.signIn({ email });
    const { customer } = (await first.exchange()).body;
    const second = new OauthWindow(shop.pk);
    const { url } = (await second.begin()).body;
    expect((await second.land(await allow(url, { email }))).status).toBe(200);
    const again = (await second.exchange()).body;
    expect([again.isNew, again.customer.id]).toEqual([false, customer.id]);
  });

  it.each(['first', 'last'])(
    'is the same customer as by e-mail code, which came %s',
    async (when) => {
      const shop = await createEnvironment();
      const email = newEmail();
      const byCode = async () => {
        const page = new Page(shop.pk);
        await page.proveEmail(email);
        return (await page.exchange()).body.customer.id;
      };
      const byGoogle = async () => {
        const window = new OauthWindow(shop.pk);
        await window.signIn({ email });
        return (await window.exchange()).body.customer.id;
      };
      const ways = when === 'first' ? [byCode, byGoogle] : [byGoogle, byCode];
      const ids = [await ways[0]?.(), await ways[1]?.()];
      expect(ids[0]).toMatch(/^cust_/);
      expect(ids[1]).toBe(ids[0]);
    },
  );

  it('is the same customer at two providers that vouch for one address', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const google = new OauthWindow(shop.pk);
    await google.signIn({ email });
    const { customer } = (await google.exchange()).body;
    const github = new OauthWindow(shop.pk);
    await github.signIn({ email }, 'github');
    expect((await github.exchange()).body.customer.id).toBe(customer.id);
  });

  it('is another customer at another project, and feels like signing up', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const sessions = [];
    for (const { pk } of [one, two]) {
      const window = new OauthWindow(pk);
      await window.signIn({ email });
      sessions.push((await window.exchange()).body);
    }
    expect(sessions.map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(sessions[0].customer.id).not.toBe(sessions[1].customer.id);
  });

  it('claims a customer made by key with the address, and leaves who made it no way in', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const made = await call('POST', '/api/customers', {
      key: shop.sk,
      body: { email, externalId: 'mallory', password: 'correct horse battery staple' },
    });
    const window = new OauthWindow(shop.pk);
    await window.signIn({ email });
    const { customer, isNew } = (await window.exchange()).body;
    expect(isNew).toBe(false);
    expect(customer).toMatchObject({
      id: made.body.customer.id,
      externalId: null,
      hasPassword: false,
    });
  });

  it('joins nobody by an address the provider does not vouch for', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const body = { email, externalId: 'ada' };
    const made = await call('POST', '/api/customers', { key: shop.sk, body });
    const window = new OauthWindow(shop.pk);
    await window.signIn({ email, email_verified: '' });
    const ended = await window.result();
    expect([ended.status, ended.body.code]).toEqual([409, 'oauth_incomplete']);
    const now = await call('GET', `/api/customers/${made.body.customer.id}`, { key: shop.sk });
    expect(now.body.customer).toMatchObject({ emailVerified: false, externalId: 'ada' });
  });

  it('is pending until the window is back, and tells the page that opened it', async () => {
    const shop = await createEnvironment();
    const window = new OauthWindow(shop.pk);
    const { url } = (await window.begin()).body;
    expect((await window.result()).body).toEqual({ status: 'pending' });
    const { html } = await window.land(await deny(url));
    expect(html).toContain(`"${ORIGIN}"`);
    expect(html).toContain(window.request);
    expect(html).not.toContain("'*'");
  });

  it('says so when the visitor does not agree, once', async () => {
    const shop = await createEnvironment();
    const window = new OauthWindow(shop.pk);
    const { url } = (await window.begin()).body;
    expect((await window.land(await deny(url))).html).toContain('Sign-in was cancelled');
    const codes = [await window.result(), await window.result()].map(({ body }) => body.code);
    expect(codes).toEqual(['oauth_denied', 'oauth_expired']);
  });

  it('works in live mode on a listed origin', async () => {
    const live = await createEnvironment('live');
    const origin = 'https://shop.example';
    await manage('PUT', `/api/projects/${live.id}/live/origins`, { origins: [origin] });
    const window = new OauthWindow(live.pk, origin);
    await window.signIn({ email: `live${Date.now()}@example.com` });
    expect((await window.exchange()).status).toBe(200);
  });
});

describe('the providers of an environment', () => {
  const shown = async (pk: string) =>
    (await call('GET', `/api/bootstrap?pk=${pk}`)).body.signIn.oauth;

  it('are those of its settings that Clerk has too, in the order of the settings', async () => {
    const shop = await createEnvironment();
    expect(await shown(shop.pk)).toEqual(['google', 'github']);
    const settings = `/api/projects/${shop.id}/test/settings`;
    await manage('PATCH', settings, { oauth: ['apple', 'github', 'google'] });
    const second = await createEnvironment();
    await manage('PATCH', `/api/projects/${second.id}/test/settings`, { oauth: ['github'] });
    expect(await shown(second.pk)).toEqual(['github']);
    const refused = await new OauthWindow(second.pk).begin();
    expect([refused.status, refused.body.code]).toEqual([403, 'oauth_not_enabled']);
    expect(refused.body.enabled).toEqual(['github']);
    expect((await new OauthWindow(shop.pk).begin({ provider: 'apple' })).body.enabled).toEqual([
      'github',
      'google',
    ]);
  });
});

describe('while Clerk is away', () => {
  it('nothing is begun', async () => {
    const shop = await createEnvironment();
    const window = new OauthWindow(shop.pk);
    clerkAway();
    const refused = await window.begin();
    expect([refused.status, refused.body.code]).toEqual([503, 'provider_unavailable']);
    expect(window.cookie).toBe('');
    expect((await window.result()).body.code).toBe('oauth_expired');
  });

  it('a window that comes back says that it failed, and so does the result', async () => {
    const shop = await createEnvironment();
    const window = new OauthWindow(shop.pk);
    const { url } = (await window.begin()).body;
    const back = await allow(url, { email: newEmail() });
    clerkAway();
    expect((await window.land(back)).html).toContain('Sign-in at the provider failed');
    expect((await window.result()).body.code).toBe('oauth_failed');
  });

  it('a page loads all the same', async () => {
    const shop = await createEnvironment();
    clerkAway();
    expect((await call('GET', `/api/bootstrap?pk=${shop.pk}`)).status).toBe(200);
  });
});
