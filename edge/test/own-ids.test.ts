import { describe, expect, it } from 'vitest';
import { KEPT } from '../src/customers/kept.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const everythingKept = await watchEverythingKept();

let people = 0;
const newEmail = () => `owen${(people += 1)}.${Date.now()}+clerk_test@example.com`;

/** A session of the developer's own login. */
const login = ({ sk }: TestEnvironment, externalId: string, email?: string) =>
  call('POST', '/api/sessions', { key: sk, body: { externalId, ...(email && { email }) } });
const track = ({ sk }: TestEnvironment, user: string) =>
  call('POST', '/api/usage', { key: sk, user });
const ban = ({ sk }: TestEnvironment, id: string, banned = true) =>
  call('PATCH', `/api/customers/${id}`, { key: sk, body: { banned } });
const erase = ({ sk }: TestEnvironment, id: string) =>
  call('DELETE', `/api/customers/${id}`, { key: sk });
const eraseMe = (key: string) => call('DELETE', '/api/me', { key, body: {} });
const all = async ({ sk }: TestEnvironment) =>
  (await call('GET', '/api/customers', { key: sk })).body.customers;

async function prove({ pk }: TestEnvironment, email: string) {
  const page = new Page(pk);
  await page.proveEmail(email);
  return page.exchange();
}

describe('a customer with an own id who erases itself', () => {
  it('goes on from the usage of before, however it comes back, and leaves no own id', async () => {
    const shop = await createEnvironment();
    const first = (await login(shop, 'own-of-erased')).body;
    await track(shop, 'own-of-erased');
    const erased = await eraseMe(first.accessToken);
    expect(erased.body).toMatchObject({ deleted: { id: first.customer.id }, kept: KEPT });
    expect(await everythingKept()).not.toContain('own-of-erased');
    const second = (await login(shop, 'own-of-erased')).body;
    expect(second.customer.id).not.toBe(first.customer.id);
    expect(second.usage.usageCount).toBe(1);
    await eraseMe(second.accessToken);
    expect((await track(shop, 'own-of-erased')).body.usage.count).toBe(2);
    await erase(shop, 'own-of-erased');
    const body = { email: newEmail(), externalId: 'own-of-erased' };
    const made = await call('POST', '/api/customers', { key: shop.sk, body });
    expect(made.status).toBe(200);
    expect((await track(shop, 'own-of-erased')).body.usage.count).toBe(3);
    expect((await track(shop, 'own-of-erased')).body.code).toBe('limit_reached');
  });

  it('is known again at that project only, and by no other own id', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken } = (await login(shop, 'u1')).body;
    await track(shop, 'u1');
    await eraseMe(accessToken);
    expect((await login(other, 'u1')).body.usage.usageCount).toBe(0);
    expect((await login(shop, 'u2')).body.usage.usageCount).toBe(0);
  });
});

describe('a banned customer who is erased', () => {
  it('is still banned when its own id comes back, also to many calls at once', async () => {
    const shop = await createEnvironment();
    const { customer } = (await login(shop, 'u1')).body;
    await ban(shop, customer.id);
    expect((await erase(shop, customer.id)).body.kept).toBe(KEPT);
    const back = await Promise.all([
      login(shop, 'u1'),
      track(shop, 'u1'),
      login(shop, 'u1'),
      track(shop, 'u1'),
    ]);
    expect(back.map(({ body }) => body.code)).toEqual(Array(4).fill('customer_banned'));
    expect((await login(shop, 'u2')).status).toBe(200);
  });

  it('is still banned when it proves its e-mail again, until the ban is lifted', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { customer } = (await prove(shop, email)).body;
    await ban(shop, customer.id);
    await erase(shop, customer.id);
    expect((await prove(shop, email)).body.code).toBe('customer_banned');
    expect((await prove(shop, email)).body.code).toBe('customer_banned');
    const [{ id }] = await all(shop);
    expect((await ban(shop, id, false)).body.customer.banned).toBe(false);
    const again = await prove(shop, email);
    expect([again.status, again.body.customer.id]).toEqual([200, id]);
  });

  it('is still banned when it proves an e-mail it had only named before', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { customer } = (await call('POST', '/api/customers', { key: shop.sk, body: { email } }))
      .body;
    await ban(shop, customer.id);
    expect((await erase(shop, customer.id)).body.kept).toBe(KEPT);
    expect((await prove(shop, email)).body.code).toBe('customer_banned');
    expect((await prove(shop, newEmail())).status).toBe(200);
  });
});

describe('a banned customer', () => {
  it('keeps its own id when its e-mail is proved, so that the id is free for nobody', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { customer } = (await login(shop, 'u1', email)).body;
    await ban(shop, customer.id);
    expect((await prove(shop, email)).body.code).toBe('customer_banned');
    expect((await login(shop, 'u1')).body.code).toBe('customer_banned');
    expect(await all(shop)).toMatchObject([{ id: customer.id, externalId: 'u1' }]);
  });
});

describe('a session by own id', () => {
  it('is refused with the e-mail of another customer, and makes nobody', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { customer } = (await login(shop, 'u1', email)).body;
    const refused = await login(shop, 'u2', email);
    expect([refused.status, refused.body.code]).toEqual([409, 'customer_exists']);
    expect(refused.body.customerId).toBe(customer.id);
    expect(await all(shop)).toHaveLength(1);
    expect((await call('GET', '/api/customers/u2', { key: shop.sk })).status).toBe(404);
  });
});

describe('an own id given by PATCH', () => {
  const give = ({ sk }: TestEnvironment, id: string, externalId: string) =>
    call('PATCH', `/api/customers/${id}`, { key: sk, body: { externalId } });

  it('confirms the customer whose e-mail its owner proved: the own id names it again', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { customer } = (await login(shop, 'u1', email)).body;
    await track(shop, 'u1');
    expect((await prove(shop, email)).body.customer).toMatchObject({
      id: customer.id,
      externalId: null,
    });
    const given = await give(shop, customer.id, 'u1');
    expect([given.status, given.body.customer.externalId]).toEqual([200, 'u1']);
    expect((await give(shop, customer.id, 'u1')).status).toBe(200);
    expect((await login(shop, 'u1')).body.customer.id).toBe(customer.id);
    expect((await track(shop, 'u1')).body.usage.count).toBe(2);
  });

  it('is refused when it is another customer’s, or the customer has another', async () => {
    const shop = await createEnvironment();
    const one = (await login(shop, 'u1')).body.customer;
    const two = (await prove(shop, newEmail())).body.customer;
    const taken = await give(shop, two.id, 'u1');
    expect([taken.status, taken.body.code]).toEqual([409, 'customer_exists']);
    expect(taken.body.customerId).toBe(one.id);
    const second = await give(shop, one.id, 'u2');
    expect([second.status, second.body.code]).toEqual([409, 'external_id_set']);
    expect((await give(shop, two.id, 'cust_u1')).body.code).toBe('invalid_request');
    expect((await all(shop)).map(({ externalId }: any) => externalId)).toEqual([null, 'u1']);
  });

  it('reaches no customer of another tenant, whose ids are nobody here', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { customer } = (await prove(other, newEmail())).body;
    await login(other, 'u1');
    expect((await give(shop, customer.id, 'u2')).body.code).toBe('customer_not_found');
    const own = (await prove(shop, newEmail())).body.customer;
    expect((await give(shop, own.id, 'u1')).status).toBe(200);
    expect((await login(other, 'u1')).body.customer.id).not.toBe(own.id);
    expect(await all(other)).toMatchObject([{ externalId: 'u1' }, { externalId: null }]);
  });

  it('brings with it what was kept of whoever had it and was erased', async () => {
    const shop = await createEnvironment();
    await track(shop, 'u1');
    await erase(shop, 'u1');
    const { customer } = (await prove(shop, newEmail())).body;
    await give(shop, customer.id, 'u1');
    expect((await track(shop, customer.id)).body.usage.count).toBe(2);
    const { customer: bad } = (await login(shop, 'u2')).body;
    await ban(shop, bad.id);
    await erase(shop, bad.id);
    const next = (await prove(shop, newEmail())).body;
    expect((await give(shop, next.customer.id, 'u2')).body.customer.banned).toBe(true);
    const me = await call('GET', '/api/me', { key: next.accessToken });
    expect(me.body.code).toBe('session_ended');
  });
});
