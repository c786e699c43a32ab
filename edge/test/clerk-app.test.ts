import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { inspectApp } from '../src/providers/clerk/inspect.ts';
import { ensurePlatform } from './developers.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';
import { OwnClerk } from './own-clerk.ts';
import { Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const PASSWORD = 'correct horse battery staple';
const newEmail = () => `${crypto.randomUUID()}+clerk_test@example.com`;
const pathOf = ({ id, mode }: TestEnvironment) => `/api/projects/${id}/${mode}/clerk-app`;
const refOf = ({ id, mode }: TestEnvironment) => ({ projectId: id, mode });

async function signedIn({ pk }: TestEnvironment, email = newEmail()) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange();
  expect(answer.status).toBe(200);
  return { ...answer.body, page, email };
}

/** A customer signed in who set a password. */
async function withPassword(shop: TestEnvironment, email = newEmail()) {
  const session = await signedIn(shop, email);
  const set = await call('PUT', '/api/me/password', {
    key: session.accessToken,
    body: { password: PASSWORD },
  });
  expect(set.status).toBe(200);
  return session;
}

const byPassword = ({ pk }: TestEnvironment, email: string) =>
  call('POST', `/api/sessions/password?pk=${pk}`, { body: { email, password: PASSWORD } });

const sharedUser = async (username: string) => {
  const url = `${deps.config.clerk.apiUrl}/v1/users?username=${username}`;
  const { secretKey } = deps.config.clerk.test;
  return (await fetch(url, { headers: { authorization: `Bearer ${secretKey}` } })).json();
};

describe("a project's own Clerk application", () => {
  it('is known by what Clerk itself says of its key', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    expect(await manage('GET', pathOf(shop))).toEqual({ clerkApp: null });
    const { id: instanceId } = await own.backend('GET', 'instance');
    const put = await own.connect(shop, own.webhookSecret);
    const { host } = new URL(deps.config.clerk.apiUrl);
    expect(put).toEqual({
      clerkApp: {
        instanceId,
        host,
        publishableKey: `pk_test_${btoa(`${host}$`)}`,
        secretKeyLast4: own.secretKey.slice(-4),
        webhookSecretLast4: own.webhookSecret.slice(-4),
        webhookUrl: `https://edge.test/webhook/clerk/${shop.id}/test`,
        connectedAtMs: expect.any(Number),
      },
      passwordsEnded: 0,
    });
    expect(await manage('GET', pathOf(shop))).toEqual({ clerkApp: put.clerkApp });
    const { body } = await call('GET', `/api/bootstrap?pk=${shop.pk}`);
    expect(body.signIn.clerkPublishableKey).toBe(put.clerkApp.publishableKey);
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    expect(entries[0]).toMatchObject({ action: 'clerk.connected', subject: instanceId });
  });

  it('keeps its secrets where nobody reads them: not in an answer, not in the tables', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    const put = await own.connect(shop, own.webhookSecret);
    const seen = [put, await manage('GET', pathOf(shop)), await everyRow(shop)].map((value) =>
      JSON.stringify(value),
    );
    expect(seen[2]).toContain(put.clerkApp.instanceId);
    for (const secret of [own.secretKey, own.webhookSecret])
      for (const text of seen) expect(text).not.toContain(secret);
  });

  it.each([
    ['of the other mode', 'sk_live_somebody', 'This is a key of a live application.'],
    ['Clerk does not know', 'sk_test_-nobody', 'Clerk does not know this secret key.'],
  ])('is refused by a key %s, and nothing changes', async (_, secretKey, reason) => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    const { clerkApp } = await own.connect(shop);
    const { email } = await withPassword(shop);
    const answer = await call('PUT', pathOf(shop), { key: OPERATOR, body: { secretKey } });
    expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
      400,
      'clerk_app_invalid',
      reason,
    ]);
    expect((await manage('GET', pathOf(shop))).clerkApp).toEqual(clerkApp);
    expect((await byPassword(shop, email)).status).toBe(200);
  });

  it('is judged by Clerk only: while that does not answer, none is taken', async () => {
    const { secretKey } = new OwnClerk();
    await expect(inspectApp('http://127.0.0.1:9', secretKey, 'test')).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });

  it('signs people up there, and nobody of another project', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const own = new OwnClerk();
    await own.connect(shop);
    const { page, email } = await signedIn(shop);
    await signedIn(other);
    const users = await own.users();
    expect(users.map((user) => user.email_addresses[0].email_address)).toEqual([email]);
    expect((await new Page(other.pk).exchange(page.token)).body.code).toBe('identity_not_proved');
  });

  it('serves its own mode only', async () => {
    const shop = await createEnvironment();
    await new OwnClerk().connect(shop);
    expect(await manage('GET', `/api/projects/${shop.id}/live/clerk-app`)).toEqual({
      clerkApp: null,
    });
  });

  it('finds the customer of an e-mail again that was proved in the shared one', async () => {
    const shop = await createEnvironment();
    const before = await signedIn(shop);
    await new OwnClerk().connect(shop);
    const after = await signedIn(shop, before.email);
    expect([after.customer.id, after.isNew]).toEqual([before.customer.id, false]);
  });
});

describe('passwords', () => {
  it('set in the shared application are void in an own one, and gone from there', async () => {
    const shop = await createEnvironment();
    const { email, customer } = await withPassword(shop);
    expect(await sharedUser(customer.id)).toHaveLength(1);
    const own = new OwnClerk();
    expect((await own.connect(shop)).passwordsEnded).toBe(1);
    expect((await byPassword(shop, email)).body.code).toBe('credentials_wrong');
    await deliverJobs(deps, refOf(shop));
    expect(await sharedUser(customer.id)).toEqual([]);
    const again = await withPassword(shop, email);
    expect(again.customer.id).toBe(customer.id);
    expect((await own.users()).map((user) => user.username)).toContain(customer.id);
    expect((await byPassword(shop, email)).status).toBe(200);
  });

  it('stay when the same application is given again, and so does its webhook secret', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    const first = await own.connect(shop, own.webhookSecret);
    const { email } = await withPassword(shop);
    const again = await own.connect(shop);
    expect(again).toEqual({ clerkApp: first.clerkApp, passwordsEnded: 0 });
    expect((await byPassword(shop, email)).status).toBe(200);
  });

  it('of an own application are void when the project goes back, which may be said twice', async () => {
    const shop = await createEnvironment();
    await new OwnClerk().connect(shop);
    const { email } = await withPassword(shop);
    const left = { clerkApp: null, passwordsEnded: 1 };
    expect(await manage('DELETE', pathOf(shop))).toEqual(left);
    expect(await manage('DELETE', pathOf(shop))).toEqual({ ...left, passwordsEnded: 0 });
    expect((await byPassword(shop, email)).body.code).toBe('credentials_wrong');
    await withPassword(shop, email);
    expect((await byPassword(shop, email)).status).toBe(200);
  });

  it('that were being set while the application changed are not set', async () => {
    const shop = await createEnvironment();
    const { customer } = await signedIn(shop);
    const before = await deps.clerk.for(refOf(shop));
    const clerkUserId = await before.createPasswordUser(customer.id, PASSWORD);
    await new OwnClerk().connect(shop);
    const customers = deps.project(refOf(shop)).customers();
    const holder = { clerkUserId, ownInstanceId: before.ownInstanceId };
    expect(await customers.setPasswordHolder(customer.id, holder, true)).toEqual({
      ok: true,
      value: false,
    });
  });

  it('of a deleted project are deleted from its own application', async () => {
    const shop = await createEnvironment();
    const own = new OwnClerk();
    await own.connect(shop);
    const { customer } = await withPassword(shop);
    const holders = async () => (await own.users()).map((user) => user.username);
    expect(await holders()).toContain(customer.id);
    await manage('DELETE', `/api/projects/${shop.id}`);
    expect(await holders()).not.toContain(customer.id);
  });
});

it("the platform's own application is not to be changed here", async () => {
  await ensurePlatform();
  const path = '/api/projects/prj_dream/live/clerk-app';
  const body = { secretKey: new OwnClerk('live').secretKey };
  for (const answer of [
    await call('PUT', path, { key: OPERATOR, body }),
    await call('DELETE', path, { key: OPERATOR }),
  ])
    expect([answer.status, answer.body.code]).toEqual([403, 'platform_protected']);
});

/** Every row of every table of an environment's object. */
function everyRow(shop: TestEnvironment): Promise<object> {
  return runInDurableObject(deps.project(refOf(shop)), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray()
      .filter(({ name }) => !name.startsWith('_cf'));
    return Object.fromEntries(
      tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]),
    );
  });
}
