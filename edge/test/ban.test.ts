import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Bindings } from '../src/env.ts';
import { developer, ensurePlatform } from './developers.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const bindings = env as unknown as Bindings;
const PASSWORD = 'correct horse battery staple';
let people = 0;
const newEmail = () => `trudy${(people += 1)}.${Date.now()}+clerk_test@example.com`;

const signIn = async ({ pk }: TestEnvironment, email: string) => {
  const page = new Page(pk);
  await page.proveEmail(email);
  return page.exchange();
};

/** A customer with an own id and a password, who is signed in. */
async function member(shop: TestEnvironment) {
  const email = newEmail();
  const { body } = await signIn(shop, email);
  const set = { key: body.accessToken, body: { password: PASSWORD } };
  expect((await call('PUT', '/api/me/password', set)).status).toBe(200);
  return { ...body, email };
}

const ban = ({ sk }: TestEnvironment, id: string, banned = true) =>
  call('PATCH', `/api/customers/${id}`, { key: sk, body: { banned } });
const me = async (key: string) => (await call('GET', '/api/me', { key })).body;
const ways = (shop: TestEnvironment, email: string, customer: string) => [
  () => signIn(shop, email),
  () =>
    call('POST', `/api/sessions/password?pk=${shop.pk}`, { body: { email, password: PASSWORD } }),
  () => call('POST', '/api/sessions', { key: shop.sk, body: { customer } }),
  () => call('POST', '/api/usage', { key: shop.sk, user: customer }),
];

describe('banning a customer', () => {
  it('ends its sessions at once, and closes every way in and the metered calls', async () => {
    const shop = await createEnvironment();
    const { accessToken, refreshToken, customer, email } = await member(shop);
    const answer = await ban(shop, customer.id);
    expect(answer.body.customer).toMatchObject({ id: customer.id, banned: true });
    expect((await me(accessToken)).code).toBe('session_ended');
    const body = { refreshToken };
    const refreshed = await call('POST', `/api/sessions/refresh?pk=${shop.pk}`, { body });
    expect(refreshed.body.code).toBe('session_ended');
    for (const way of ways(shop, email, customer.id)) {
      const refused = await way();
      expect([refused.status, refused.body.code]).toEqual([403, 'customer_banned']);
    }
  });

  it('counts nothing from then on, and usage can still be read', async () => {
    const shop = await createEnvironment();
    const { customer } = await member(shop);
    const options = { key: shop.sk, user: customer.id };
    await call('POST', '/api/usage', options);
    await ban(shop, customer.id);
    await call('POST', '/api/usage', options);
    expect((await call('GET', '/api/usage', options)).body.usageCount).toBe(1);
  });

  it('can be lifted: whoever was banned signs in again as the same customer', async () => {
    const shop = await createEnvironment();
    const { customer, email, accessToken } = await member(shop);
    await ban(shop, customer.id);
    expect((await ban(shop, customer.id, false)).body.customer.banned).toBe(false);
    expect((await me(accessToken)).code).toBe('session_ended');
    for (const way of ways(shop, email, customer.id)) expect((await way()).status).toBe(200);
    expect((await signIn(shop, email)).body.customer.id).toBe(customer.id);
  });

  it('tells a wrong password from a banned customer to nobody who does not know the right one', async () => {
    const shop = await createEnvironment();
    const { customer, email } = await member(shop);
    await ban(shop, customer.id);
    const body = { email, password: 'a guess of sixteen' };
    const guessed = await call('POST', `/api/sessions/password?pk=${shop.pk}`, { body });
    expect(guessed.body.code).toBe('credentials_wrong');
  });

  it('closes the open pages, and keeps away whoever signs in at that very moment', async () => {
    const shop = await createEnvironment();
    const { accessToken, customer, email } = await member(shop);
    const shard = customer.id.slice(5, 7);
    const { webSocket: socket } = await exports.default.fetch(
      new Request(`https://edge.test/api/live?pk=${shop.pk}&shard=${shard}`, {
        headers: { upgrade: 'websocket' },
      }),
    );
    const closed = new Promise<number>((resolve) => {
      socket?.addEventListener('close', ({ code }) => resolve(code));
    });
    const ready = new Promise((resolve) => socket?.addEventListener('message', resolve));
    socket?.accept();
    socket?.send(JSON.stringify({ type: 'auth', accessToken }));
    await ready;
    const [, byPassword, byKey] = ways(shop, email, customer.id);
    const [banned, ...tries] = await Promise.all([
      ban(shop, customer.id),
      ...Array.from({ length: 4 }, () => byPassword?.()),
      ...Array.from({ length: 4 }, () => byKey?.()),
    ]);
    expect(banned.status).toBe(200);
    expect(await closed).toBe(4401);
    const begun = tries.filter((answer) => answer?.status === 200);
    for (const answer of begun)
      expect((await me(answer?.body.accessToken)).code).toBe('session_ended');
  });

  it('is not undone by deleting the account, also before the sessions end', async () => {
    const shop = await createEnvironment();
    const { accessToken, customer } = await member(shop);
    // The ban is written; the shard, which ends the sessions, has not heard of it.
    const project = bindings.PROJECT.getByName(`${shop.id}:${shop.mode}`);
    await runInDurableObject(project, (_, { storage }) => {
      storage.sql.exec('UPDATE customer SET banned = 1 WHERE id = ?', customer.id);
    });
    const erased = await call('DELETE', '/api/me', { key: accessToken, body: {} });
    expect(erased.body.code).toBe('session_ended');
    const kept = await call('GET', `/api/customers/${customer.id}`, { key: shop.sk });
    expect(kept.body.customer.banned).toBe(true);
  });

  it('closes the management of a developer, also before the sessions end', async () => {
    await ensurePlatform();
    const { key, customerId } = await developer();
    const platform = bindings.PROJECT.getByName('prj_dream:live');
    expect((await call('GET', '/api/projects', { key })).status).toBe(200);
    await runInDurableObject(platform, (_, { storage }) => {
      storage.sql.exec('UPDATE customer SET banned = 1 WHERE id = ?', customerId);
    });
    expect((await call('GET', '/api/projects', { key })).body.code).toBe('session_ended');
  });

  it('is not for customers themselves, nor for another tenant', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken, customer } = await member(shop);
    const own = await call('PATCH', '/api/me', { key: accessToken, body: { banned: false } });
    expect(own.body.code).toBe('invalid_request');
    expect((await ban(other, customer.id)).body.code).toBe('customer_not_found');
    expect((await me(accessToken)).customer.banned).toBe(false);
  });
});
