import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Bindings } from '../src/env.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const bindings = env as unknown as Bindings;
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
    const begun = tries.filter(({ status }) => status === 200);
    for (const { body } of begun) expect((await me(body.accessToken)).code).toBe('session_ended');
  });
});

/** A page of the project on which an address is proved, and not exchanged. */
async function proved({ pk }: TestEnvironment, email: string): Promise<Page> {
  const page = new Page(pk);
  await page.proveEmail(email);
  return page;
}

const changeEmail = (key: string, { token }: Page, more: object = {}, origin = ORIGIN) =>
  call('PUT', '/api/me/email', {
    key,
    headers: { origin },
    body: { sealedToken: token, ...more },
  });

describe('changing the e-mail', () => {
  it('makes the proved address the one to sign in with, and the old one a stranger’s', async () => {
    const shop = await createEnvironment();
    const elsewhere = await signedIn(shop);
    const { accessToken, customer, email } = await signedIn(shop, elsewhere.email);
    await setPassword(accessToken, { password: PASSWORD });
    const another = await signedIn(shop, email);
    const next = newEmail();
    const changed = await changeEmail(accessToken, await proved(shop, next));
    expect(changed.body.customer).toMatchObject({
      id: customer.id,
      email: next,
      emailVerified: true,
    });
    expect((await me(another.accessToken)).code).toBe('session_ended');
    expect((await me(accessToken)).customer.email).toBe(next);
    expect((await byPassword(shop.pk, email, PASSWORD)).body.code).toBe('credentials_wrong');
    expect((await byPassword(shop.pk, next, PASSWORD)).body.customer.id).toBe(customer.id);
    const again = await signedIn(shop, next);
    expect([again.customer.id, again.isNew]).toEqual([customer.id, false]);
    const stranger = await signedIn(shop, email);
    expect([stranger.customer.id === customer.id, stranger.isNew]).toEqual([false, true]);
  });

  it('takes a proof of this project and page, once, and no other', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken: key, email } = await signedIn(shop);
    const page = await proved(shop, newEmail());
    const refused = [
      await changeEmail(key, await proved(other, newEmail())),
      await changeEmail(key, page, {}, 'https://elsewhere.example'),
      await changeEmail(key, new Page(shop.pk)),
    ];
    for (const { body } of refused) expect(body.code).toBe('identity_not_proved');
    expect((await me(key)).customer.email).toBe(email);
    expect((await changeEmail(key, page)).status).toBe(200);
    expect((await changeEmail(key, page)).body.code).toBe('identity_not_proved');
    expect((await page.exchange()).body.code).toBe('identity_not_proved');
  });

  it('asks an old session for the current password, and leaves the proof for then', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    await setPassword(first.accessToken, { password: PASSWORD });
    const { accessToken: key } = await later(shop, 10, first.refreshToken);
    const page = await proved(shop, newEmail());
    expect((await changeEmail(key, page)).body.code).toBe('confirmation_required');
    const wrong = await changeEmail(key, page, { currentPassword: 'a guess' });
    expect(wrong.body.code).toBe('confirmation_required');
    expect((await changeEmail(key, page, { currentPassword: PASSWORD })).status).toBe(200);
  });

  it('refuses an address another customer of the project proved, and of another project not', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const ada = await signedIn(shop);
    const { accessToken: key, email } = await signedIn(shop);
    const taken = await changeEmail(key, await proved(shop, ada.email));
    expect([taken.status, taken.body.code]).toEqual([409, 'email_taken']);
    expect((await me(key)).customer.email).toBe(email);
    expect((await signedIn(shop, ada.email)).customer.id).toBe(ada.customer.id);
    const free = (await signedIn(other)).email;
    expect((await changeEmail(key, await proved(shop, free))).status).toBe(200);
  });

  it('takes the address from a customer who never proved it, and nothing else, and notes it', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const body = { email, externalId: 'planted', plan: 'team', password: PASSWORD };
    const planted = (await call('POST', '/api/customers', { key: shop.sk, body })).body.customer;
    const { accessToken: key, customer } = await signedIn(shop);
    expect((await changeEmail(key, await proved(shop, email))).body.customer.email).toBe(email);
    const left = await call('GET', `/api/customers/${planted.id}`, { key: shop.sk });
    expect(left.body.customer).toEqual({ ...planted, email: null });
    expect((await byPassword(shop.pk, email, PASSWORD)).body.code).toBe('credentials_wrong');
    expect((await signedIn(shop, email)).customer.id).toBe(customer.id);
    const project = bindings.PROJECT.getByName(`${shop.id}:${shop.mode}`);
    const noted = await runInDurableObject(project, (_, { storage }) =>
      storage.sql.exec("SELECT subject FROM audit WHERE action = 'customer.email_moved'").toArray(),
    );
    expect(noted).toEqual([{ subject: planted.id }]);
  });
});
