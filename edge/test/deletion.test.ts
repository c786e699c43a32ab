import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { MODES } from '@dream/contract/primitives';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { projectId } from '../src/auth/keys.ts';
import { customerId, shardNames, shardOf } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';
import worker from '../src/index.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { initialSettings } from '../src/projects/initial-settings.ts';
import { beginDeletion, finishCreation } from '../src/projects/lifecycle.job.ts';
import { beginCreation, findProject, markDeleting } from '../src/projects/projects.store.ts';
import { erase } from '../src/storage/erase.ts';
import { call, checkoutIdOf, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';
import { createEnvironment, type TestEnvironment } from './harness.ts';
import { one, pay, Store } from './store.ts';

afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
const runCron = () => worker.scheduled(createScheduledController(), env as unknown as Bindings);
const act = () => ({ actor: 'test', nowMs: Date.now() });
const stateOf = async (id: string) => (await findProject(deps.directory, id))?.state;
const deleteProject = (id: string) =>
  call('DELETE', `/api/projects/${id}`, deps.config.operatorSecret);

const tables = (_object: unknown, { storage }: DurableObjectState) =>
  storage.sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray()
    .map(({ name }) => name);

/** The tables of every object of a project, each once. */
async function tablesOf(projectId: string): Promise<string[]> {
  const found = new Set<string>();
  for (const mode of MODES) {
    const ref = { projectId, mode };
    const objects = [
      runInDurableObject(deps.project(ref), tables),
      ...shardNames().map((shard) => runInDurableObject(deps.shard(ref, shard), tables)),
    ];
    for (const names of await Promise.all(objects)) for (const name of names) found.add(name);
  }
  return [...found];
}

/** A project with a customer who has a password, a session and usage. */
async function usedProject(): Promise<TestEnvironment & { customer: string }> {
  const environment = await createEnvironment();
  const { sk } = environment;
  const made = await call('POST', '/api/customers', sk, {
    email: `${crypto.randomUUID()}@example.com`,
    password: 'a long enough passphrase',
  });
  const customer: string = made.body.customer.id;
  await call('POST', '/api/usage', sk, {}, { 'x-user-id': customer });
  return { ...environment, customer };
}

/** A project that is in the directory, whose objects were not made any more. */
async function halfMadeProject(): Promise<string> {
  const id = await projectId(deps.random(8), deps.tagKey);
  await beginCreation(deps.directory, {
    key: crypto.randomUUID(),
    fingerprint: '',
    projectId: id,
    owner: { accountId: deps.newId('plt_'), email: 'ada@example.com' },
    name: 'Half',
    nowMs: Date.now(),
  });
  return id;
}

describe('deleting a project', () => {
  it('stops its keys at once, and leaves nothing of a customer anywhere', async () => {
    const { id, pk, sk } = await usedProject();
    expect(await tablesOf(id)).toEqual(expect.arrayContaining(['customer', 'meter', 'session']));
    expect((await deleteProject(id)).status).toBe(200);
    for (const key of [pk, sk]) {
      const answer = await call('GET', '/api/tiers', key);
      expect([answer.status, answer.body.code]).toEqual([410, 'project_deleted']);
    }
    expect(await tablesOf(id)).toEqual(['erased']);
    expect(await stateOf(id)).toBe('deleted');
  });

  it('again, or anything else with it, is answered that it was deleted', async () => {
    const { id } = await createEnvironment();
    await deleteProject(id);
    const secret = deps.config.operatorSecret;
    const answers = [
      await deleteProject(id),
      await call('GET', `/api/projects/${id}`, secret),
      await call('POST', `/api/projects/${id}/test/keys`, secret, {}, { 'idempotency-key': 'k' }),
      await call('GET', `/api/projects/${id}/live/settings`, secret),
    ];
    for (const { status, body } of answers)
      expect([status, body.code]).toEqual([410, 'project_deleted']);
  });

  it('ends the subscriptions of its customers and deletes them at Stripe', async () => {
    const shop = await Shop.open();
    // Another project with the same account keeps it connected, and lets us look.
    const other = await Shop.open({ connected: false });
    await other.connect(shop.account);
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    await deleteProject(shop.ref.projectId);
    const atStripe = await shop.stripe.subscriptions.retrieve(bought?.id ?? '', {}, shop.onAccount);
    expect(atStripe.status).toBe('canceled');
    const customerAtStripe = await shop.stripe.customers.retrieve(
      bought?.customer ?? '',
      {},
      shop.onAccount,
    );
    expect(customerAtStripe.deleted).toBe(true);
    expect((await call('GET', '/api/tiers', other.sk)).status).toBe(200);
  });

  it('closes the checkouts of carts and tiers that are open, and leaves what was paid before', async () => {
    const shop = await Shop.open();
    // Another project with the same account keeps it connected, and lets us look.
    const other = await Shop.open({ connected: false });
    await other.connect(shop.account);
    const store = await Store.open(shop);
    const mug = await store.product({ stockUnits: null });
    const cart = (await store.asGuest([one(mug)])).body;
    const paid = (await store.asGuest([one(mug)])).body;
    const tier = (await shop.checkout(await shop.newCustomer(), { tier: 'pro' })).body;
    await pay(paid.url);
    expect(await whileStripeIsDown(() => deleteProject(shop.ref.projectId))).toMatchObject({
      status: 200,
    });
    later(60_000);
    await runCron();
    expect(await stateOf(shop.ref.projectId)).toBe('deleted');
    const statusOf = async ({ url }: { url: string }) =>
      (await shop.stripe.checkout.sessions.retrieve(checkoutIdOf(url), {}, shop.onAccount)).status;
    expect(await Promise.all([cart, tier, paid].map(statusOf))).toEqual([
      'expired',
      'expired',
      'complete',
    ]);
  });

  it('gives the permission to use its Stripe account back', async () => {
    const shop = await Shop.open();
    await deleteProject(shop.ref.projectId);
    await expect(shop.stripe.accounts.retrieve(shop.account)).rejects.toThrow(/access/);
  });
});

describe('a deletion that was killed', () => {
  it('before the keys were dead is finished by the cron', async () => {
    const { id, sk } = await usedProject();
    await markDeleting(deps.directory, id);
    await runCron();
    // Other isolates notice within 10 s.
    later(10_000);
    expect((await call('GET', '/api/tiers', sk)).status).toBe(410);
    expect([await stateOf(id), await tablesOf(id)]).toEqual(['deleted', ['erased']]);
  });

  it('after some shards were erased is finished by the cron', async () => {
    const { id, customer } = await usedProject();
    const ref = { projectId: id, mode: 'test' as const };
    await markDeleting(deps.directory, id);
    await beginDeletion(deps, id, act());
    await deps.shard(ref, shardOf(customer) ?? '').erase(Date.now());
    await runCron();
    expect([await stateOf(id), await tablesOf(id)]).toEqual(['deleted', ['erased']]);
  });

  it('while Stripe was down has dead keys, and is finished when Stripe is back', async () => {
    const shop = await Shop.open();
    const { projectId } = shop.ref;
    await shop.buy(await shop.newCustomer(), 'pro');
    expect((await whileStripeIsDown(() => deleteProject(projectId))).status).toBe(200);
    expect((await call('GET', '/api/tiers', shop.sk)).status).toBe(410);
    expect(await stateOf(projectId)).toBe('deleting');
    later(60_000);
    await runCron();
    expect([await stateOf(projectId), await tablesOf(projectId)]).toEqual(['deleted', ['erased']]);
  });
});

describe('nothing late revives a deleted project', () => {
  it('no webhook', async () => {
    const shop = await Shop.open();
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    await deleteProject(shop.ref.projectId);
    const heard = await shop.hear('customer.subscription.updated', {
      id: bought?.id,
      object: 'subscription',
      customer: bought?.customer,
    });
    expect(heard.status).toBe(200);
    expect(await tablesOf(shop.ref.projectId)).toEqual(['erased']);
  });

  it('no queued job, no creation, and no call that was admitted before', async () => {
    const { id, customer } = await usedProject();
    const ref = { projectId: id, mode: 'test' as const };
    await deleteProject(id);
    const shard = deps.shard(ref, shardOf(customer) ?? '');
    const snapshot = {
      customerId: customer,
      version: 9,
      plan: 'free',
      headerPlan: null,
      banned: false,
    };
    const late = [
      async () => shard.meter().putCustomer(snapshot, Date.now()),
      async () => shard.sessions().endAll(customer, Date.now()),
      async () => deps.project(ref).billing().mark('sub_1', 'job_1', Date.now()),
      async () =>
        deps
          .project(ref)
          .customers()
          .create({ id: customerId(deps.random(14)), email: 'late@example.com' }, Date.now()),
      async () => deliverJobs(deps, ref),
    ];
    for (const write of late) await expect(write()).rejects.toThrow('project_deleted');
    const init = deps
      .project(ref)
      .access()
      .init(id, 'test', initialSettings('Late', 'test'), act());
    expect(await init).toMatchObject({ ok: false, code: 'project_deleted' });
    await runInDurableObject(deps.project(ref), (object) => object.alarm());
    expect(await tablesOf(id)).toEqual(['erased']);
  });

  it('no alarm that was at work when it was erased', async () => {
    const { id } = await createEnvironment();
    const ref = { projectId: id, mode: 'test' } as const;
    await runInDurableObject(deps.project(ref), async (object, { storage }) => {
      const running = object.alarm();
      await erase(storage, Date.now());
      await running;
      expect(await storage.getAlarm()).toBeNull();
    });
    expect(await runInDurableObject(deps.project(ref), tables)).toEqual(['erased']);
  });

  it('no call while it is being erased', async () => {
    const { id } = await createEnvironment();
    const ref = { projectId: id, mode: 'test' as const };
    await beginDeletion(deps, id, act());
    const late = async () => deps.project(ref).billing().mark('sub_1', 'job_1', Date.now());
    await expect(late()).rejects.toThrow('project_deleted');
  });
});

describe('a creation that was killed', () => {
  it('is finished by the cron', async () => {
    const id = await halfMadeProject();
    await runCron();
    expect(await stateOf(id)).toBe('creating');
    later(60_000);
    await runCron();
    expect(await stateOf(id)).toBe('active');
    const { settings } = await manage('GET', `/api/projects/${id}/live/settings`);
    expect(settings.displayName).toBe('Half');
  });

  it('and is deleted then is not finished by whoever began it', async () => {
    const id = await halfMadeProject();
    expect((await deleteProject(id)).status).toBe(200);
    await expect(finishCreation(deps, { id, name: 'Half' }, act())).rejects.toMatchObject({
      code: 'project_deleted',
    });
    expect([await stateOf(id), await tablesOf(id)]).toEqual(['deleted', ['erased']]);
  });
});
