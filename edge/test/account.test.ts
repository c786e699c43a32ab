import { describe, expect, it } from 'vitest';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const CHROME =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36';

let people = 0;
const newEmail = () => `grace${(people += 1)}.${Date.now()}+clerk_test@example.com`;

async function signedIn({ pk }: TestEnvironment, email = newEmail(), userAgent = CHROME) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange(page.token, { 'user-agent': userAgent });
  expect(answer.status).toBe(200);
  return { ...answer.body, email };
}

const me = async (key: string) => (await call('GET', '/api/me', { key })).body;
const sessionsOf = async (key: string) =>
  (await call('GET', '/api/me/sessions', { key })).body.sessions;

describe('a customer’s sessions', () => {
  it('are listed with what they were begun on and which one asks, and nothing secret', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    const second = await signedIn(shop, first.email, 'a-very-particular-agent/1.0');
    const listed = await sessionsOf(second.accessToken);
    const shape = {
      id: expect.stringMatching(/^ses_/),
      createdAtMs: expect.any(Number),
      lastUsedAtMs: expect.any(Number),
      expiresAtMs: expect.any(Number),
    };
    expect(listed).toHaveLength(2);
    expect(listed).toContainEqual({ ...shape, device: 'Chrome on macOS', current: false });
    expect(listed).toContainEqual({ ...shape, device: null, current: true });
  });

  it('end one by one; ending an ended one is a success', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    const second = await signedIn(shop, first.email);
    const listed = await sessionsOf(first.accessToken);
    const other = listed.find((session: { current: boolean }) => !session.current).id;
    const end = () => call('DELETE', `/api/me/sessions/${other}`, { key: first.accessToken });
    expect((await end()).body).toEqual({ success: true });
    expect((await end()).body).toEqual({ success: true });
    expect((await me(second.accessToken)).code).toBe('session_ended');
    expect(await sessionsOf(first.accessToken)).toHaveLength(1);
  });

  it('end all at once, the one that asks too', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    const second = await signedIn(shop, first.email);
    const answer = await call('DELETE', '/api/me/sessions', { key: first.accessToken });
    expect(answer.body).toEqual({ success: true });
    for (const { accessToken, refreshToken } of [first, second]) {
      expect((await me(accessToken)).code).toBe('session_ended');
      const body = { refreshToken };
      const refreshed = await call('POST', `/api/sessions/refresh?pk=${shop.pk}`, { body });
      expect(refreshed.body.code).toBe('session_ended');
    }
  });

  it('are not another customer’s to end, at the same project or elsewhere', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const ada = await signedIn(shop);
    const [mine] = await sessionsOf(ada.accessToken);
    for (const mallory of [await signedIn(shop), await signedIn(other, ada.email)])
      await call('DELETE', `/api/me/sessions/${mine.id}`, { key: mallory.accessToken });
    const bob = (await signedIn(shop)).customer.id;
    await call('DELETE', `/api/customers/${bob}/sessions/${mine.id}`, { key: shop.sk });
    expect((await me(ada.accessToken)).customer.id).toBe(ada.customer.id);
  });

  it('are listed and ended by key, also by the own id', async () => {
    const { sk } = await createEnvironment();
    const body = { externalId: 'ada' };
    const made = [
      await call('POST', '/api/sessions', { key: sk, body }),
      await call('POST', '/api/sessions', { key: sk, body }),
      await call('POST', '/api/sessions', { key: sk, body }),
    ].map((answer) => answer.body);
    const list = async () =>
      (await call('GET', '/api/customers/ada/sessions', { key: sk })).body.sessions;
    const [first, ...more] = await list();
    expect([more.length, first.device, 'current' in first]).toEqual([2, null, false]);
    await call('DELETE', `/api/customers/ada/sessions/${first.id}`, { key: sk });
    expect((await list()).map(({ id }: { id: string }) => id).sort()).toEqual(
      more.map(({ id }: { id: string }) => id).sort(),
    );
    await call('DELETE', `/api/customers/${made[0].customer.id}/sessions`, { key: sk });
    expect(await list()).toEqual([]);
    for (const { accessToken } of made) expect((await me(accessToken)).code).toBe('session_ended');
  });
});
