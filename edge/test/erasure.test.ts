import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { KEPT } from '../src/customers/kept.ts';
import type { Bindings } from '../src/env.ts';
import { deps, manage as manageShop, Shop } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const everythingKept = await watchEverythingKept();

const bindings = env as unknown as Bindings;
const PASSWORD = 'correct horse battery staple';

let people = 0;
const newEmail = () => `edith${(people += 1)}.${Date.now()}+clerk_test@example.com`;

afterEach(() => {
  vi.useRealTimers();
});

async function signIn(pk: string, email: string) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange();
  expect(answer.status).toBe(200);
  return answer.body;
}

const keyed = (key: string) => ({ 'idempotency-key': key });
const track = ({ sk }: Pick<TestEnvironment, 'sk'>, user: string) =>
  call('POST', '/api/usage', { key: sk, user, headers: keyed(crypto.randomUUID()) });
const usageOf = async (key: string) => (await call('GET', '/api/usage', { key })).body.usageCount;
const eraseMe = (key: string, body: object = {}) => call('DELETE', '/api/me', { key, body });

/** What customers of an environment proved before and no longer have. */
const formerOf = ({ id, mode }: TestEnvironment) =>
  runInDurableObject(bindings.PROJECT.getByName(`${id}:${mode}`), (_, { storage }) =>
    storage.sql.exec('SELECT * FROM former_identity').toArray(),
  );

/** Which of the words stand anywhere. */
const standing = (words: readonly string[], text: string) =>
  words.filter((word) => text.includes(word));

describe('erasing a customer who proved an e-mail', () => {
  it('leaves the e-mail, the names and the id in no table of any object', async () => {
    const shop = await Shop.open();
    const { project } = await manageShop('GET', `/api/projects/${shop.ref.projectId}`);
    const pk: string = project.publishableKeys.test;
    const email = newEmail();
    const { accessToken: key, customer } = await signIn(pk, email);
    await call('PATCH', '/api/me', { key, body: { firstName: 'Edithana', lastName: 'Clarkeson' } });
    await call('PUT', '/api/me/password', { key, body: { password: PASSWORD } });
    await shop.buy(customer.id, 'pro');
    await track(shop, customer.id);
    const again = { key: shop.sk, body: { customer: customer.id }, headers: keyed('a-session') };
    expect((await call('POST', '/api/sessions', again)).status).toBe(200);
    const portal = { key, body: {}, headers: keyed('a-portal') };
    expect((await call('POST', '/api/customer-portal', portal)).status).toBe(200);
    await new Page(pk).proveEmail(email);
    const words = [email, 'Edithana', 'Clarkeson', customer.id, customer.id.slice(7)];
    expect(standing(words, await everythingKept())).toEqual(words);
    const answer = await eraseMe(key);
    expect(answer.body).toEqual({
      success: true,
      deleted: { id: customer.id, email },
      kept: KEPT,
    });
    expect(standing(words, await everythingKept())).toEqual([]);
    expect((await call('GET', '/api/me', { key })).body.code).toBe('session_ended');
    expect((await call('POST', '/api/usage', { key: shop.sk, user: customer.id })).body.code).toBe(
      'customer_not_found',
    );
    expect(await shop.subscriptionsAtStripe(customer.id)).toEqual([]);
  });

  it('goes on, for who signs up again in the same period, from the usage of before', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const first = await signIn(shop.pk, email);
    await track(shop, first.customer.id);
    await track(shop, first.customer.id);
    await eraseMe(first.accessToken);
    const second = await signIn(shop.pk, email);
    expect([second.isNew, second.customer.id === first.customer.id]).toEqual([true, false]);
    expect([second.usage.usageCount, await usageOf(second.accessToken)]).toEqual([2, 2]);
    expect((await track(shop, second.customer.id)).status).toBe(200);
    expect((await track(shop, second.customer.id)).body.code).toBe('limit_reached');
    await eraseMe(second.accessToken);
    expect(await usageOf((await signIn(shop.pk, email)).accessToken)).toBe(3);
  });

  it('loses no unit that is counted while it is erased', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { accessToken, customer } = await signIn(shop.pk, email);
    const big = { key: shop.sk, body: { plan: 'big' } };
    await call('PATCH', `/api/customers/${customer.id}`, big);
    const [erased, ...calls] = await Promise.all([
      eraseMe(accessToken),
      ...Array.from({ length: 20 }, () => track(shop, customer.id)),
    ]);
    expect(erased.status).toBe(200);
    const admitted = calls.filter(({ status }) => status === 200).length;
    expect(await usageOf((await signIn(shop.pk, email)).accessToken)).toBe(admitted);
  });

  it('counts nothing more once its usage was read, however often the erasure is begun', async () => {
    const shop = await createEnvironment();
    const { customer } = await signIn(shop.pk, newEmail());
    await track(shop, customer.id);
    const meter = deps
      .shard({ projectId: shop.id, mode: shop.mode }, shardOf(customer.id) ?? '')
      .meter();
    const read = await meter.retire(customer.id, Date.now());
    expect(read).toMatchObject([{ feature: 'requests', usedUnits: 1 }]);
    expect((await track(shop, customer.id)).body.code).toBe('customer_not_found');
    expect(await meter.retire(customer.id, Date.now())).toEqual(read);
  });

  it('starts anew in the next period, and of the one before nothing is kept', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { accessToken, customer } = await signIn(shop.pk, email);
    await track(shop, customer.id);
    await eraseMe(accessToken);
    const project = bindings.PROJECT.getByName(`${shop.id}:${shop.mode}`);
    const rows = () =>
      runInDurableObject(project, (_, { storage }) =>
        storage.sql.exec('SELECT * FROM kept_usage').toArray(),
      );
    expect(await rows()).toHaveLength(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 32 * 86_400_000 });
    await project.touch(Date.now());
    expect(await rows()).toEqual([]);
    expect(await usageOf((await signIn(shop.pk, email)).accessToken)).toBe(0);
  });

  it('is known again at that project and mode only, and by no other address', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const { accessToken, customer } = await signIn(shop.pk, email);
    await track(shop, customer.id);
    await eraseMe(accessToken);
    expect(await usageOf((await signIn(other.pk, email)).accessToken)).toBe(0);
    expect(await usageOf((await signIn(shop.pk, newEmail())).accessToken)).toBe(0);
  });

  it('is known by each address it had, however often the addresses are swapped', async () => {
    const shop = await createEnvironment();
    const [one, other] = [newEmail(), newEmail()];
    const useUp = async ({ customer }: { customer: { id: string } }) => {
      for (let units = 0; units < 3; units++) await track(shop, customer.id);
    };
    const moveTo = async (email: string, { accessToken }: { accessToken: string }) => {
      const page = new Page(shop.pk);
      await page.proveEmail(email);
      const body = { sealedToken: page.token };
      const headers = { origin: ORIGIN };
      const moved = await call('PUT', '/api/me/email', { key: accessToken, body, headers });
      expect(moved.body.customer?.email).toBe(email);
    };
    const first = await signIn(shop.pk, one);
    await useUp(first);
    await moveTo(other, first);
    const second = await signIn(shop.pk, one);
    await useUp(second);
    await eraseMe(first.accessToken);
    expect(standing([one], JSON.stringify(await formerOf(shop)))).toEqual([]);
    await moveTo(other, await signIn(shop.pk, one));
    const third = await signIn(shop.pk, one);
    expect([third.isNew, await usageOf(third.accessToken)]).toEqual([true, 3]);
    await eraseMe(third.accessToken);
    const last = await signIn(shop.pk, newEmail());
    await eraseMe((await signIn(shop.pk, other)).accessToken);
    await moveTo(other, last);
    expect(await usageOf(last.accessToken)).toBe(3);
  });

  it('gets no second trial, and is promised none', async () => {
    const shop = await Shop.open();
    await manageShop('PUT', `${shop.base}/tiers/pro`, {
      displayName: 'Pro',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
      prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
      trialDays: 14,
    });
    const { project } = await manageShop('GET', `/api/projects/${shop.ref.projectId}`);
    const email = newEmail();
    const statuses: (string | undefined)[] = [];
    const hadTrials: boolean[] = [];
    for (let rounds = 0; rounds < 3; rounds++) {
      const { accessToken, customer } = await signIn(project.publishableKeys.test, email);
      hadTrials.push(customer.hadTrial);
      if (rounds !== 1) {
        await shop.buy(customer.id, 'pro');
        statuses.push((await shop.subscriptionsAtStripe(customer.id))[0]?.status);
      }
      expect((await eraseMe(accessToken)).body.kept).toBe(KEPT);
    }
    expect(statuses).toEqual(['trialing', 'active']);
    expect(hadTrials).toEqual([false, true, true]);
  });
});

describe('erasing a customer who proved nothing', () => {
  it('leaves nothing anybody can read, of its own id only a keyed hash, and says so', async () => {
    const shop = await createEnvironment();
    const email = 'planted.person@example.com';
    const made = await call('POST', '/api/customers', {
      key: shop.sk,
      body: { email, externalId: 'own-id-of-planted', firstName: 'Plantina', password: PASSWORD },
      headers: keyed('create-planted'),
    });
    const { id } = made.body.customer;
    await track(shop, 'own-id-of-planted');
    const words = [email, 'own-id-of-planted', 'Plantina', id];
    expect(standing(words, await everythingKept())).toEqual(words);
    const path = '/api/customers/own-id-of-planted';
    const erased = await call('DELETE', path, { key: shop.sk });
    expect(erased.body).toEqual({ success: true, deleted: { id, email }, kept: KEPT });
    expect(standing(words, await everythingKept())).toEqual([]);
    expect((await call('GET', path, { key: shop.sk })).body.code).toBe('customer_not_found');
    expect((await track(shop, 'own-id-of-planted')).body.usage.count).toBe(2);
  });

  it('leaves nothing at all without an own id, and says so', async () => {
    const shop = await createEnvironment();
    const body = { email: 'named.person@example.com' };
    const { customer } = (await call('POST', '/api/customers', { key: shop.sk, body })).body;
    await track(shop, customer.id);
    const erased = await call('DELETE', `/api/customers/${customer.id}`, { key: shop.sk });
    expect(erased.body.kept).toBeNull();
    expect(standing([body.email, customer.id], await everythingKept())).toEqual([]);
  });

  it('lets nothing that comes late write it down again', async () => {
    const shop = await createEnvironment();
    const body = { externalId: 'late' };
    const { customer } = (await call('POST', '/api/sessions', { key: shop.sk, body })).body;
    await track(shop, customer.id);
    await call('DELETE', `/api/customers/${customer.id}`, { key: shop.sk });
    const shard = deps.shard({ projectId: shop.id, mode: shop.mode }, shardOf(customer.id) ?? '');
    const late = { customerId: customer.id, version: 99, plan: 'team', headerPlan: null };
    await shard.meter().putCustomer({ ...late, banned: false }, Date.now());
    const session = { id: 'ses_late', customerId: customer.id, salt: 'x', device: null };
    const begun = await shard
      .sessions()
      .create({ ...session, expiresAtMs: Date.now() + 60_000 }, Date.now());
    expect(begun).toMatchObject({ ok: false, code: 'customer_not_found' });
    expect(standing([customer.id], await everythingKept())).toEqual([]);
  });
});

describe('erasing oneself', () => {
  it('takes a fresh session or the current password', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const first = await signIn(shop.pk, email);
    const set = { key: first.accessToken, body: { password: PASSWORD } };
    await call('PUT', '/api/me/password', set);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    const { accessToken } = (
      await call('POST', `/api/sessions/refresh?pk=${shop.pk}`, {
        body: { refreshToken: first.refreshToken },
      })
    ).body;
    for (const body of [{}, { currentPassword: 'a guess' }])
      expect((await eraseMe(accessToken, body)).body.code).toBe('confirmation_required');
    expect((await call('GET', '/api/me', { key: accessToken })).body.customer.email).toBe(email);
    expect((await eraseMe(accessToken, { currentPassword: PASSWORD })).status).toBe(200);
    const byPassword = { body: { email, password: PASSWORD } };
    const answer = await call('POST', `/api/sessions/password?pk=${shop.pk}`, byPassword);
    expect(answer.body.code).toBe('credentials_wrong');
  });
});
