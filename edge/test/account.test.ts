import { afterEach, describe, expect, it, vi } from 'vitest';
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

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass; the session is refreshed, as its page would do. */
async function later({ pk }: TestEnvironment, minutes: number, refreshToken: string) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
  const answer = await call('POST', `/api/sessions/refresh?pk=${pk}`, { body: { refreshToken } });
  expect(answer.status).toBe(200);
  return answer.body;
}

const PASSWORD = 'correct horse battery staple';
const setPassword = (key: string, body: object) => call('PUT', '/api/me/password', { key, body });
const byPassword = (pk: string, email: string, password: string) =>
  call('POST', `/api/sessions/password?pk=${pk}`, { body: { email, password } });

const me = async (key: string) => (await call('GET', '/api/me', { key })).body;
const sessionsOf = async (key: string) =>
  (await call('GET', '/api/me/sessions', { key })).body.sessions;

/** Another customer whose sessions are kept beside this one's: whom a mistake would mix up. */
async function inShardOf({ sk }: TestEnvironment, id: string) {
  for (let nth = 0; ; nth++) {
    const body = { externalId: `person-${nth}` };
    const { body: made } = await call('POST', '/api/sessions', { key: sk, body });
    if (made.customer.id.slice(0, 7) === id.slice(0, 7)) return made;
  }
}

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
    const neighbour = await inShardOf(shop, ada.customer.id);
    await call('DELETE', `/api/me/sessions/${mine.id}`, { key: neighbour.accessToken });
    const path = `/api/customers/${neighbour.customer.id}/sessions/${mine.id}`;
    expect((await call('DELETE', path, { key: shop.sk })).status).toBe(200);
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

describe('a customer’s names', () => {
  it('are changed by the customer; null removes one, and nothing else can be changed so', async () => {
    const shop = await createEnvironment();
    const { accessToken: key, customer } = await signedIn(shop);
    const patch = (body: object) => call('PATCH', '/api/me', { key, body });
    const named = { firstName: 'Grace', lastName: 'Hopper' };
    expect((await patch(named)).body.customer).toEqual({ ...customer, ...named });
    expect((await patch({ lastName: null })).body.customer).toEqual({
      ...customer,
      firstName: 'Grace',
    });
    for (const body of [{ plan: 'team' }, { email: newEmail() }, { emailVerified: true }])
      expect((await patch(body)).body.code).toBe('invalid_request');
    expect((await me(key)).customer.plan).toBe('free');
  });
});

describe('setting a password', () => {
  it('ends the customer’s other sessions and keeps the one that asks', async () => {
    const shop = await createEnvironment();
    const other = await signedIn(shop);
    const { accessToken } = await signedIn(shop, other.email);
    expect((await setPassword(accessToken, { password: PASSWORD })).body).toEqual({
      success: true,
    });
    expect((await me(other.accessToken)).code).toBe('session_ended');
    expect((await me(accessToken)).customer).toMatchObject({
      email: other.email,
      hasPassword: true,
    });
  });

  it('asks an old session, refreshed or not, for the current password, and no young one', async () => {
    const shop = await createEnvironment();
    const { refreshToken, accessToken, email } = await signedIn(shop);
    await setPassword(accessToken, { password: PASSWORD });
    const old = await later(shop, 10, refreshToken);
    const password = 'a new one of sixteen';
    const without = await setPassword(old.accessToken, { password });
    expect([without.status, without.body.code]).toEqual([403, 'confirmation_required']);
    expect(without.body).toMatchObject({ canUsePassword: true, wasWrong: false });
    const wrong = await setPassword(old.accessToken, { password, currentPassword: 'a guess' });
    expect(wrong.body).toMatchObject({ code: 'confirmation_required', wasWrong: true });
    expect((await byPassword(shop.pk, email, password)).body.code).toBe('credentials_wrong');
    const right = await setPassword(old.accessToken, { password, currentPassword: PASSWORD });
    expect(right.status).toBe(200);
    expect((await byPassword(shop.pk, email, PASSWORD)).body.code).toBe('credentials_wrong');
    expect((await byPassword(shop.pk, email, password)).status).toBe(200);
  });

  it('needs no old one after a sign-in by code: that is how a forgotten one is replaced', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    await setPassword(first.accessToken, { password: PASSWORD });
    const old = await later(shop, 60, first.refreshToken);
    const { accessToken } = await signedIn(shop, first.email);
    const password = 'a new one of sixteen';
    expect((await setPassword(accessToken, { password })).status).toBe(200);
    expect((await me(old.accessToken)).code).toBe('session_ended');
    expect((await byPassword(shop.pk, first.email, password)).status).toBe(200);
  });

  it('takes ten guesses of the current one in a quarter of an hour', async () => {
    const shop = await createEnvironment();
    const { refreshToken } = await signedIn(shop);
    const { accessToken } = await later(shop, 10, refreshToken);
    const codes: string[] = [];
    for (let guesses = 0; guesses < 11; guesses++) {
      const body = { password: PASSWORD, currentPassword: `guess ${guesses}` };
      codes.push((await setPassword(accessToken, body)).body.code);
    }
    expect(codes[9]).toBe('confirmation_required');
    expect(codes[10]).toBe('too_many_attempts');
  });

  it('leaves no session to whoever signs in by the old one at that moment', async () => {
    const shop = await createEnvironment();
    const { accessToken, email } = await signedIn(shop);
    await setPassword(accessToken, { password: PASSWORD });
    const [set, ...tries] = await Promise.all([
      setPassword(accessToken, { password: 'a new one of sixteen' }),
      ...Array.from({ length: 6 }, () => byPassword(shop.pk, email, PASSWORD)),
    ]);
    expect(set.status).toBe(200);
    for (const { status, body } of tries)
      if (status === 200) expect((await me(body.accessToken)).code).toBe('session_ended');
  });
});
