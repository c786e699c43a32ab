import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { customerId as newCustomerId } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { unwrap } from '../src/http/fail.ts';
import { developer, ensurePlatform } from './developers.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { OauthWindow } from './oauth-window.ts';
import { OwnClerk, send, type SentEvent } from './own-clerk.ts';
import { Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const PASSWORD = 'correct horse battery staple';
const newEmail = () => `${crypto.randomUUID()}+clerk_test@example.com`;
const pathOf = ({ id, mode }: TestEnvironment) => `/webhook/clerk/${id}/${mode}`;

async function signIn({ pk }: TestEnvironment, email = newEmail()) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange();
  expect(answer.status).toBe(200);
  return { ...answer.body, email };
}

/** A shop with an own application, and a customer signed up in it. */
async function shopWithCustomer() {
  const shop = await createEnvironment();
  const own = new OwnClerk();
  await own.connect(shop, own.webhookSecret);
  await own.listen();
  const session = await signIn(shop);
  const [user] = await own.users();
  return { shop, own, session, userId: String(user.id) };
}

/** Sends the newest event of a type to the edge. */
async function forward(shop: TestEnvironment, own: OwnClerk, type: string): Promise<SentEvent> {
  const event = await vi.waitFor(async () => {
    const newest = (await own.events(type)).at(-1);
    if (!newest) throw new Error(`No ${type} yet`);
    return newest;
  });
  expect((await send(pathOf(shop), event, own.webhookSecret)).body).toEqual({ received: true });
  return event;
}

const me = (accessToken: string) => call('GET', '/api/me', { key: accessToken });
const codeOf = async (accessToken: string) => (await me(accessToken)).body.code ?? 'signed in';
const customerOf = async ({ sk }: TestEnvironment, id: string) =>
  (await call('GET', `/api/customers/${id}`, { key: sk })).body.customer;
const ended = (accessToken: string) =>
  vi.waitFor(async () => expect(await codeOf(accessToken)).toBe('session_ended'));

/** Resolves when the environment has nothing left to do. */
const settled = ({ id, mode }: TestEnvironment) =>
  vi.waitFor(async () =>
    expect(await deps.project({ projectId: id, mode }).outbox().nextDueMs()).toBeNull(),
  );

describe("a user deleted in a project's own Clerk application", () => {
  it('is signed out; the customer stays, unproved, for whoever proves the e-mail again', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    await call('PUT', '/api/me/password', {
      key: session.accessToken,
      body: { password: PASSWORD },
    });
    await call('POST', '/api/usage', { key: shop.sk, user: session.customer.id });
    await own.backend('DELETE', `users/${userId}`);
    await forward(shop, own, 'user.deleted');
    await ended(session.accessToken);
    await settled(shop);
    expect(await customerOf(shop, session.customer.id)).toMatchObject({
      email: session.email,
      emailVerified: false,
      hasPassword: false,
    });
    const body = { email: session.email, password: PASSWORD };
    const tried = await call('POST', `/api/sessions/password?pk=${shop.pk}`, { body });
    expect(tried.body.code).toBe('credentials_wrong');
    expect((await own.users()).map((user) => user.username)).not.toContain(session.customer.id);
    const again = await signIn(shop, session.email);
    expect([again.customer.id, again.isNew, again.usage.usageCount]).toEqual([
      session.customer.id,
      false,
      1,
    ]);
  });

  it('is signed out when banned, too, and cannot come back', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    await own.backend('POST', `users/${userId}/ban`);
    await forward(shop, own, 'user.updated');
    await ended(session.accessToken);
    expect((await customerOf(shop, session.customer.id)).emailVerified).toBe(false);
    const page = new Page(shop.pk);
    for (const [path, form] of [
      ['client/sign_ins', { identifier: session.email }],
      ['client/sign_ups', { email_address: session.email }],
    ] as const)
      expect((await page.send(path, form)).status).toBeGreaterThanOrEqual(400);
  });

  it('is the same customer, banned as before, by an account at a provider that vouches for no e-mail', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    await own.connect(shop, own.webhookSecret);
    await own.listen();
    const project = deps.project({ projectId: shop.id, mode: shop.mode });
    const atProvider = async () => {
      const { id: clerkUserId } = await own.backend('POST', 'users', {
        email_address: [newEmail()],
      });
      const clerkSessionId = `sess_${crypto.randomUUID()}`;
      const proof = {
        clerkSessionId,
        provider: 'oauth_google',
        subject: 'g-1',
        email: null,
      } as const;
      await project.identity().recordProof({ ...proof, provedAtMs: Date.now() });
      const jobIds: [string, string] = [deps.newId('job_'), deps.newId('job_')];
      const given = { clerkSessionId, clerkUserId: String(clerkUserId) };
      const answer = await project
        .clerkUsers()
        .signIn(given, newCustomerId(deps.random(14)), jobIds, Date.now());
      return { clerkUserId: String(clerkUserId), customer: unwrap(answer).customer };
    };
    const first = await atProvider();
    const banned = { key: shop.sk, body: { banned: true } };
    await call('PATCH', `/api/customers/${first.customer.id}`, banned);
    await own.backend('DELETE', `users/${first.clerkUserId}`);
    await forward(shop, own, 'user.deleted');
    await settled(shop);
    const again = await atProvider();
    expect([again.customer.id, again.customer.banned]).toEqual([first.customer.id, true]);
  });

  it('lets whoever proves the e-mail next have the customer alone', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    await own.connect(shop, own.webhookSecret);
    await own.listen();
    const person = { email: newEmail(), subject: `sub-${crypto.randomUUID()}` };
    const window = new OauthWindow(shop.pk);
    await window.signIn(person);
    const before = (await window.exchange()).body.customer;
    const [user] = await own.users();
    await own.backend('DELETE', `users/${user.id}`);
    await forward(shop, own, 'user.deleted');
    await settled(shop);
    const next = await signIn(shop, person.email);
    expect([next.customer.id, next.isNew]).toEqual([before.id, false]);
    const late = new OauthWindow(shop.pk);
    await late.signIn({ ...person, email: newEmail() });
    expect((await late.exchange()).body.customer.id).not.toBe(before.id);
  });

  it('ends nothing of other customers', async () => {
    const { shop, own, userId } = await shopWithCustomer();
    const other = await signIn(shop);
    await own.backend('DELETE', `users/${userId}`);
    await forward(shop, own, 'user.deleted');
    await settled(shop);
    expect(await codeOf(other.accessToken)).toBe('signed in');
    expect((await customerOf(shop, other.customer.id)).emailVerified).toBe(true);
  });

  it('that only held a password takes the password with it', async () => {
    const { shop, own, session } = await shopWithCustomer();
    await call('PUT', '/api/me/password', {
      key: session.accessToken,
      body: { password: PASSWORD },
    });
    const holder = (await own.users()).find((user) => user.username === session.customer.id);
    await own.backend('DELETE', `users/${holder.id}`);
    await forward(shop, own, 'user.deleted');
    await ended(session.accessToken);
    expect(await customerOf(shop, session.customer.id)).toMatchObject({
      emailVerified: true,
      hasPassword: false,
    });
  });
});

describe('a user changed there', () => {
  it('is followed: names, and the primary e-mail once it is verified', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const email = newEmail();
    await changeUser(own, userId, { first_name: 'Ada', last_name: 'Lovelace' }, email);
    await forward(shop, own, 'user.updated');
    await vi.waitFor(async () =>
      expect(await customerOf(shop, session.customer.id)).toMatchObject({
        firstName: 'Ada',
        lastName: 'Lovelace',
        email,
        emailVerified: true,
      }),
    );
    const again = await signIn(shop, email);
    expect([again.customer.id, again.isNew]).toEqual([session.customer.id, false]);
    expect(await codeOf(session.accessToken)).toBe('signed in');
  });

  it('is followed in the address beside an account at a provider, and deleted with it', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    await own.connect(shop, own.webhookSecret);
    await own.listen();
    const window = new OauthWindow(shop.pk);
    await window.signIn({ email: newEmail() });
    const { customer } = (await window.exchange()).body;
    const [user] = await own.users();
    const email = newEmail();
    await changeUser(own, user.id, {}, email);
    await forward(shop, own, 'user.updated');
    await vi.waitFor(async () =>
      expect(await customerOf(shop, customer.id)).toMatchObject({ email, emailVerified: true }),
    );
    expect((await signIn(shop, email)).customer.id).toBe(customer.id);
    await own.backend('DELETE', `users/${user.id}`);
    await forward(shop, own, 'user.deleted');
    await vi.waitFor(async () =>
      expect((await customerOf(shop, customer.id)).emailVerified).toBe(false),
    );
  });

  it('keeps the e-mail when another customer has the new one', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const taken = newEmail();
    await call('POST', '/api/customers', { key: shop.sk, body: { email: taken } });
    await changeUser(own, userId, { first_name: 'Ada' }, taken);
    await forward(shop, own, 'user.updated');
    await vi.waitFor(async () =>
      expect(await customerOf(shop, session.customer.id)).toMatchObject({
        firstName: 'Ada',
        email: session.email,
      }),
    );
  });

  it('loses no name that only the developer knows', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const { id } = session.customer;
    await call('PATCH', `/api/customers/${id}`, { key: shop.sk, body: { firstName: 'Augusta' } });
    await own.backend('PATCH', `users/${userId}`, { last_name: 'King' });
    await forward(shop, own, 'user.updated');
    await vi.waitFor(async () =>
      expect(await customerOf(shop, id)).toMatchObject({ firstName: 'Augusta', lastName: 'King' }),
    );
  });
});

describe('a session revoked there', () => {
  it("ends that person's sessions here, once", async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const event = revoked(userId, 'sess_begun_elsewhere');
    await send(pathOf(shop), event, own.webhookSecret);
    await ended(session.accessToken);
    const again = await signIn(shop, session.email);
    expect((await send(pathOf(shop), event, own.webhookSecret)).status).toBe(200);
    await settled(shop);
    expect(await codeOf(again.accessToken)).toBe('signed in');
  });

  it('by the edge, which ends the one that signed somebody in, signs nobody out', async () => {
    const { shop, own, session } = await shopWithCustomer();
    await forward(shop, own, 'session.revoked');
    await settled(shop);
    expect(await codeOf(session.accessToken)).toBe('signed in');
  });
});

describe('an event', () => {
  it.each([
    ['another secret', new OwnClerk().webhookSecret, 0],
    ['a signature of 6 minutes ago', null, 360_000],
  ])('with %s is refused and changes nothing', async (_, other, agoMs) => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const answer = await send(pathOf(shop), revoked(userId), other ?? own.webhookSecret, agoMs);
    expect([answer.status, answer.body.code]).toEqual([400, 'signature_invalid']);
    expect(await codeOf(session.accessToken)).toBe('signed in');
  });

  it('of one project is refused at another', async () => {
    const [one, two] = [await shopWithCustomer(), await shopWithCustomer()];
    const answer = await send(pathOf(two.shop), revoked(two.userId), one.own.webhookSecret);
    expect(answer.body.code).toBe('signature_invalid');
    expect(await codeOf(two.session.accessToken)).toBe('signed in');
  });

  it('that says a user is deleted who is not changes nothing', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const body = JSON.stringify({ type: 'user.deleted', data: { id: userId, deleted: true } });
    await send(pathOf(shop), { id: 'msg_late', body }, own.webhookSecret);
    await settled(shop);
    expect(await codeOf(session.accessToken)).toBe('signed in');
    expect((await customerOf(shop, session.customer.id)).emailVerified).toBe(true);
  });

  it('without a mode in its address is taken by the environment whose secret signed it', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const path = `/webhook/clerk/${shop.id}`;
    expect((await send(path, revoked(userId), own.webhookSecret)).status).toBe(200);
    await ended(session.accessToken);
  });

  it('of an application that was left is refused, and its users are nobody here', async () => {
    const { shop, own, session, userId } = await shopWithCustomer();
    const next = new OwnClerk();
    await next.connect(shop, next.webhookSecret);
    const old = await send(pathOf(shop), revoked(userId), own.webhookSecret);
    expect(old.body.code).toBe('signature_invalid');
    await send(pathOf(shop), revoked(userId), next.webhookSecret);
    await settled(shop);
    expect(await codeOf(session.accessToken)).toBe('signed in');
  });

  it.each([
    ['/webhook/clerk/prj_000000000000abcdefgh/test', 404, 'project_not_found'],
    ['/webhook/clerk/prj_000000000000abcdefgh', 404, 'project_not_found'],
  ])('for %s finds no project', async (path, status, code) => {
    const answer = await send(path, revoked('user_x'), new OwnClerk().webhookSecret);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('for a project without an own application is refused', async () => {
    const shop = await createEnvironment();
    const answer = await send(pathOf(shop), revoked('user_x'), new OwnClerk().webhookSecret);
    expect(answer.body.code).toBe('signature_invalid');
  });
});

describe('events of applications of the deployment', () => {
  it('a user deleted from the shared one stays a customer everywhere, signed in', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const sessions = [await signIn(one, email), await signIn(two, email)];
    const { apiUrl, test } = deps.config.clerk;
    const headers = { authorization: `Bearer ${test.secretKey}` };
    const found = await fetch(`${apiUrl}/v1/users?email_address=${encodeURIComponent(email)}`, {
      headers,
    });
    const [user] = await found.json<{ id: string }[]>();
    const userId = user?.id ?? '';
    expect((await fetch(`${apiUrl}/v1/users/${userId}`, { method: 'DELETE', headers })).ok).toBe(
      true,
    );
    const body = JSON.stringify({ type: 'user.deleted', data: { id: userId, deleted: true } });
    for (const event of [{ id: 'msg_gone', body }, revoked(userId)]) {
      const answer = await send('/webhook/clerk', event, test.webhookSecret);
      expect(answer.body).toEqual({ received: true });
    }
    for (const [shop, { accessToken, customer }] of [
      [one, sessions[0]],
      [two, sessions[1]],
    ] as const) {
      await settled(shop);
      expect((await me(accessToken)).body.customer).toMatchObject({ email, emailVerified: true });
      expect(await clerkUsersKnown(shop)).toEqual([null]);
      expect((await signIn(shop, email)).customer.id).toBe(customer.id);
    }
  });

  it("a developer deleted from the platform's own is signed out, and keeps the account", async () => {
    await ensurePlatform();
    const owner = await developer();
    const { body: made } = await call('POST', '/api/projects', {
      key: owner.key,
      body: { name: 'Versa' },
    });
    const platform = { id: 'prj_dream', mode: 'live', pk: '', sk: '' } as const;
    const userId = await runInDurableObject(
      deps.project({ projectId: 'prj_dream', mode: 'live' }),
      (_, { storage }) =>
        storage.sql
          .exec<{ id: string }>(
            'SELECT clerk_user_id AS id FROM identity WHERE customer_id = ?',
            owner.customerId,
          )
          .one().id,
    );
    const { apiUrl, platform: app } = deps.config.clerk;
    await fetch(`${apiUrl}/v1/users/${userId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${app.secretKey}` },
    });
    const body = JSON.stringify({ type: 'user.deleted', data: { id: userId, deleted: true } });
    await send('/webhook/clerk', { id: 'msg_developer', body }, app.webhookSecret);
    await vi.waitFor(async () =>
      expect((await call('GET', '/api/projects', { key: owner.key })).body.code).toBe(
        'session_ended',
      ),
    );
    await settled(platform);
    const again = await developer(owner.email);
    expect(again.customerId).toBe(owner.customerId);
    const { body: listed } = await call('GET', '/api/projects', { key: again.key });
    expect(listed.projects).toEqual([made.project]);
  });
});

/** Changes a user as its owner does in Clerk's dashboard: names, and another e-mail address. */
async function changeUser(
  own: OwnClerk,
  userId: string,
  names: object,
  email: string,
): Promise<void> {
  const { primary_email_address_id: old } = await own.backend('PATCH', `users/${userId}`, names);
  await own.backend('POST', 'email_addresses', {
    user_id: userId,
    email_address: email,
    verified: true,
    primary: true,
  });
  await own.backend('DELETE', `email_addresses/${old}`);
}

function revoked(userId: string, sessionId = 'sess_elsewhere'): SentEvent {
  const body = JSON.stringify({
    type: 'session.revoked',
    data: { id: sessionId, user_id: userId, status: 'revoked' },
  });
  return { id: `msg_${crypto.randomUUID()}`, body };
}

/** The Clerk users an environment remembers for its identities. */
function clerkUsersKnown({ id, mode }: TestEnvironment): Promise<(string | null)[]> {
  return runInDurableObject(deps.project({ projectId: id, mode }), (_, { storage }) =>
    storage.sql
      .exec<{ id: string | null }>('SELECT clerk_user_id AS id FROM identity')
      .toArray()
      .map((row) => row.id),
  );
}
