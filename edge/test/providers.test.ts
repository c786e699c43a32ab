import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { OauthWindow, type Person } from './oauth-window.ts';
import { ORIGIN, Page } from './sign-in.ts';

let people = 0;
const newEmail = () => `lina${(people += 1)}.${Date.now()}+clerk_test@example.com`;

afterEach(() => {
  vi.useRealTimers();
});

async function at({ pk }: TestEnvironment, person: Person, provider = 'google') {
  const window = new OauthWindow(pk);
  await window.signIn(person, provider);
  const answer = await window.exchange();
  expect(answer.status).toBe(200);
  return answer.body;
}
async function byCode({ pk }: TestEnvironment, email: string) {
  const page = new Page(pk);
  await page.proveEmail(email);
  return (await page.exchange()).body;
}
const me = async (key: string) => (await call('GET', '/api/me', { key })).body;
const unlink = (key: string, provider: string, body: object = {}) =>
  call('DELETE', `/api/me/providers/${provider}`, { key, body });
const settings = ({ id, mode }: TestEnvironment, body: object) =>
  manage('PATCH', `/api/projects/${id}/${mode}/settings`, body);

describe('a provider linked to a customer', () => {
  it('is shown, and unlinked by the customer alone, whose other sessions end', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const person = { email, subject: `sub-${crypto.randomUUID()}` };
    const before = await at(shop, person);
    const stranger = await at(shop, { email: newEmail() });
    const { accessToken, customer } = await byCode(shop, email);
    expect((await me(accessToken)).providers).toEqual(['google']);
    const unlinked = await unlink(accessToken, 'google');
    expect([unlinked.status, unlinked.body.providers]).toEqual([200, []]);
    expect((await me(accessToken)).customer.id).toBe(customer.id);
    expect((await me(before.accessToken)).code).toBe('session_ended');
    expect((await me(stranger.accessToken)).providers).toEqual(['google']);
    expect((await unlink(accessToken, 'google')).status).toBe(200);
  });

  it('opens the account no more, but for the address it vouches for', async () => {
    const shop = await createEnvironment();
    const person = { email: newEmail(), subject: `sub-${crypto.randomUUID()}` };
    const { accessToken, customer } = await at(shop, person);
    await unlink(accessToken, 'google');
    const again = await at(shop, person);
    expect([again.customer.id, again.isNew]).toEqual([customer.id, false]);
    const page = new Page(shop.pk);
    await page.proveEmail(newEmail());
    const body = { sealedToken: page.token };
    const moved = await call('PUT', '/api/me/email', {
      key: again.accessToken,
      body,
      headers: { origin: ORIGIN },
    });
    expect(moved.status).toBe(200);
    expect((await unlink(again.accessToken, 'google')).body.providers).toEqual([]);
    const other = await at(shop, person);
    expect([other.customer.id === customer.id, other.isNew]).toEqual([false, true]);
  });

  it('is never the last way in that was open', async () => {
    const shop = await createEnvironment();
    const { accessToken } = await at(shop, { email: newEmail() });
    await settings(shop, { emailCode: false });
    const refused = await unlink(accessToken, 'google');
    expect([refused.status, refused.body.code]).toEqual([409, 'last_way_in']);
    expect((await me(accessToken)).providers).toEqual(['google']);
    const body = { password: 'correct horse battery staple' };
    expect((await call('PUT', '/api/me/password', { key: accessToken, body })).status).toBe(200);
    await settings(shop, { password: false });
    expect((await unlink(accessToken, 'google')).body.code).toBe('last_way_in');
    await settings(shop, { password: true });
    expect((await unlink(accessToken, 'google')).body.providers).toEqual([]);
  });

  it('may go when another provider is open, and not when that one is switched off', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    await at(shop, { email });
    const { accessToken } = await at(shop, { email }, 'github');
    expect((await me(accessToken)).providers).toEqual(['github', 'google']);
    await settings(shop, { emailCode: false, oauth: ['google'] });
    expect((await unlink(accessToken, 'google')).body.code).toBe('last_way_in');
    await settings(shop, { oauth: ['google', 'github'] });
    const both = await Promise.all(['google', 'github'].map((one) => unlink(accessToken, one)));
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it('takes a fresh session or the current password', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { accessToken, refreshToken } = await at(shop, { email });
    const password = 'correct horse battery staple';
    await call('PUT', '/api/me/password', { key: accessToken, body: { password } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    const refreshed = await call('POST', `/api/sessions/refresh?pk=${shop.pk}`, {
      body: { refreshToken },
    });
    const key = refreshed.body.accessToken;
    for (const body of [{}, { currentPassword: 'a guess' }])
      expect((await unlink(key, 'google', body)).body.code).toBe('confirmation_required');
    expect((await me(key)).providers).toEqual(['google']);
    expect((await unlink(key, 'google', { currentPassword: password })).status).toBe(200);
  });

  it('is unlinked by no key, and at no other project', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken } = await at(shop, { email: newEmail() });
    expect((await unlink(shop.sk, 'google')).body.code).toBe('session_required');
    const path = `/api/me/providers/google?pk=${other.pk}`;
    const answer = await call('DELETE', path, { key: accessToken, body: {} });
    expect(answer.body.code).toBe('token_invalid');
    expect((await me(accessToken)).providers).toEqual(['google']);
  });
});
