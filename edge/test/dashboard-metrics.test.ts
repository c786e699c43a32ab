import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import type { Dashboard, DashboardTotals } from '@dream/contract/dashboard';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { shardOf } from '../src/customers/customer-id.ts';
import { call, control, deps, manage, Shop } from './billing-shop.ts';
import { developer, ensurePlatform } from './developers.ts';
import { one, Store } from './store.ts';

beforeAll(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
});

/** Has Stripe's own list of events read: also of charges, of which no webhook told. */
async function reconcile(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await vi.waitFor(() => expect(Math.floor(Date.now() / 1000)).toBeGreaterThan(second), {
    timeout: 2000,
  });
  await deps.directory.prepare('DELETE FROM reconciliation').run();
  await reconcileBilling(deps);
}

async function dashboard(shop: Shop, query = ''): Promise<Dashboard> {
  const { status, body } = await shop.bySecretKey('GET', `/api/dashboard${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

const usd = (nowMinor: number, beforeMinor = 0) => [{ currency: 'usd', nowMinor, beforeMinor }];
const figure = (now: number, before = 0) => ({ now, before });

/** What the numbers of now come to, without those that are nothing. */
async function standing(shop: Shop): Promise<object> {
  const { metrics } = await dashboard(shop);
  const { mrr, active, trialing, pastDue, cancelling } = metrics;
  return {
    mrr: Object.fromEntries(mrr.map(({ currency, nowMinor }) => [currency, nowMinor])),
    counts: [active.now, trialing.now, pastDue.now, cancelling.now],
  };
}

const subscriber = async (shop: Shop, tier: string, body: object = {}) => {
  const made = await shop.bySecretKey('POST', '/api/customers', {
    email: `${crypto.randomUUID()}@example.com`,
    ...body,
  });
  await shop.buy(made.body.customer.id, tier);
  return made.body.customer.id as string;
};

/** Moves what was booked into the past, as if it had happened then. */
const daysAgo = (shop: Shop, days: number) =>
  runInDurableObject(deps.project(shop.ref), (_, { storage }) => {
    const { sql } = storage;
    const moved = `date(day, '-${days} days')`;
    const rows = sql.exec('SELECT * FROM metric_day').toArray();
    sql.exec('DELETE FROM metric_day');
    for (const { metric, key, day, value } of rows)
      sql.exec(
        `INSERT INTO metric_day SELECT ?1, ?2, ${moved}, ?4 FROM (SELECT ?3 AS day) WHERE true
         ON CONFLICT DO UPDATE SET value = value + ?4`,
        metric,
        key,
        day,
        value,
      );
    sql.exec(
      `UPDATE standing SET began_day = date(began_day, '-${days} days'),
       changed_day = date(changed_day, '-${days} days'), ended_day = date(ended_day, '-${days} days')`,
    );
  });

describe('what subscriptions come to a month', () => {
  it('is nothing in a trial, and the price once the trial converts', async () => {
    const shop = await Shop.open();
    await manage('PUT', `${shop.base}/tiers/trial`, {
      displayName: 'Trial',
      features: [],
      prices: [{ priceMinor: 900, currency: 'usd', interval: 'month' }],
      trialDays: 14,
    });
    const id = await subscriber(shop, 'trial', { testClock: true });
    expect(await standing(shop)).toEqual({ mrr: {}, counts: [0, 1, 0, 0] });
    await shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'trial_end' });
    expect(await standing(shop)).toEqual({ mrr: { usd: 900 }, counts: [1, 0, 0, 0] });
  });

  it('follows an upgrade, takes a twelfth of a year, and keeps currencies apart', async () => {
    const shop = await Shop.open();
    await manage('PUT', `${shop.base}/tiers/euro`, {
      displayName: 'Euro',
      features: [],
      prices: [{ priceMinor: 10_001, currency: 'eur', interval: 'year' }],
    });
    const id = await subscriber(shop, 'pro');
    await subscriber(shop, 'euro');
    // 10,001 cents a year are 833.4 a month.
    expect(await standing(shop)).toEqual({ mrr: { eur: 833, usd: 1900 }, counts: [2, 0, 0, 0] });
    await shop.bySecretKey('POST', '/api/subscription/change', { tier: 'team' }, id);
    expect(await standing(shop)).toEqual({ mrr: { eur: 833, usd: 4900 }, counts: [2, 0, 0, 0] });
    // Looked at again, and again, nothing is counted twice.
    const [bought] = await shop.subscriptionsAtStripe(id);
    for (let time = 0; time < 2; time++)
      await shop.hear('customer.subscription.updated', {
        id: bought?.id,
        object: 'subscription',
        customer: bought?.customer,
      });
    expect(await standing(shop)).toEqual({ mrr: { eur: 833, usd: 4900 }, counts: [2, 0, 0, 0] });
  });

  it('lasts to the end of the period that was cancelled, also when the last event never comes', async () => {
    const shop = await Shop.open();
    const id = await subscriber(shop, 'pro');
    await subscriber(shop, 'team');
    await daysAgo(shop, 40);
    await shop.bySecretKey('POST', '/api/subscription/cancel', {}, id);
    expect(await standing(shop)).toEqual({ mrr: { usd: 6800 }, counts: [2, 0, 0, 1] });
    await runInDurableObject(deps.project(shop.ref), (_, { storage }) => {
      storage.sql.exec('UPDATE standing SET until_ms = ? WHERE is_cancelling = 1', Date.now());
    });
    const { metrics, days, events } = await dashboard(shop);
    expect(metrics).toMatchObject({
      mrr: usd(4900, 6800),
      active: figure(1, 2),
      cancelling: figure(0),
      churn: {
        now: { atStart: 2, ended: 1, rate: 0.5 },
        before: { atStart: 0, ended: 0, rate: null },
      },
    });
    expect(days.mrr).toHaveLength(30);
    expect(days.mrr.at(0)).toMatchObject({ currency: 'usd', minor: 6800 });
    expect(days.subscriptions.at(-1)).toMatchObject({ active: 1 });
    expect(events[0]).toMatchObject({ type: 'subscription.ended', customerId: id });
  });

  it('goes on while a payment is late, and ends with the grace', async () => {
    const shop = await Shop.open();
    const id = (
      await shop.bySecretKey('POST', '/api/customers', { email: 'a@b.example', testClock: true })
    ).body.customer.id;
    const { body } = await shop.checkout(id, { tier: 'pro' });
    const checkoutId = /cs_\w+/.exec(body.url)?.[0] ?? '';
    await control(`checkout/${checkoutId}/pay`, { card: '4000000000000341' });
    await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, id);
    await shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'renewal' });
    expect(await standing(shop)).toEqual({ mrr: { usd: 1900 }, counts: [0, 0, 1, 0] });
    await shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'grace_end' });
    expect(await standing(shop)).toEqual({ mrr: {}, counts: [0, 0, 0, 0] });
  });

  it('ends when the customer is erased, and the days before stay as they were', async () => {
    const shop = await Shop.open();
    const id = await subscriber(shop, 'pro');
    await daysAgo(shop, 3);
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    const { metrics, days, customers } = await dashboard(shop, '?range=7d');
    expect(days.mrr.map(({ minor }) => minor)).toEqual([0, 0, 0, 1900, 1900, 1900, 0]);
    expect(metrics).toMatchObject({ active: figure(0), newCustomers: figure(1) });
    expect(customers.total).toBe(0);
    const kept = await runInDurableObject(deps.project(shop.ref), (_, { storage }) =>
      storage.sql.exec('SELECT subscription_id FROM standing').toArray(),
    );
    expect(kept).toEqual([{ subscription_id: null }]);
  });
});

describe('revenue', () => {
  it('is what was charged for subscriptions and orders less what was given back, each once', async () => {
    const store = await Store.open();
    const { shop } = store;
    const mug = await store.product({ name: 'Mug', priceMinor: 2500 });
    await subscriber(shop, 'pro');
    const { orderId, url } = await store.buy([one(mug, 2)]);
    await store.confirm(url);
    await reconcile();
    const before = await dashboard(shop);
    expect(before.metrics.revenue).toEqual(usd(1900 + 5000));
    expect(before.days.revenue).toMatchObject([
      { currency: 'usd', subscriptionsMinor: 1900, ordersMinor: 5000, refundedMinor: 0 },
    ]);
    await store.refund(orderId, { amountMinor: 1200 });
    await reconcile();
    await reconcile();
    const after = await dashboard(shop);
    expect(after.metrics.revenue).toEqual(usd(1900 + 5000 - 1200));
    expect(after.days.revenue).toMatchObject([
      { subscriptionsMinor: 1900, ordersMinor: 5000, refundedMinor: 1200 },
    ]);
    expect(after.orders).toMatchObject([{ id: orderId, refundedMinor: 1200 }]);
    expect(after.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['order.paid', 'payment.succeeded', 'subscription.started']),
    );
    const former = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const past = await dashboard(shop, `?from=${former}&to=${former}`);
    expect(past.metrics).toMatchObject({ revenue: [], active: figure(0) });
  });
});

describe('customers', () => {
  it('are counted by day and by tier, and those at 80 % of a limit are named until it is raised', async () => {
    const shop = await Shop.open();
    await manage('PUT', `${shop.base}/tiers/free`, {
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 10 }],
      prices: [],
    });
    const near = await shop.newCustomer();
    const far = await shop.newCustomer();
    await subscriber(shop, 'pro');
    const track = (id: string, amount: number) =>
      shop.bySecretKey('POST', '/api/usage', { amount }, id);
    await track(near, 8);
    await track(far, 7);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    for (const id of [near, far])
      await runDurableObjectAlarm(deps.shard(shop.ref, shardOf(id) ?? ''));
    vi.useRealTimers();
    const { customers, tiers, metrics, days } = await dashboard(shop);
    expect(customers.total).toBe(3);
    expect(tiers.map(({ name, customers: count }) => [name, count])).toEqual([
      ['free', 2],
      ['pro', 1],
      ['team', 0],
    ]);
    expect(metrics.newCustomers).toEqual(figure(3));
    expect(days.newCustomers.at(-1)).toMatchObject({ customers: 3 });
    expect(metrics.usage).toEqual([{ feature: 'requests', now: 15, before: 0 }]);
    expect(customers.top.map(({ id, units }) => [id, units])).toEqual([
      [near, 8],
      [far, 7],
    ]);
    expect(customers.nearLimit).toMatchObject([
      { id: near, plan: 'free', feature: 'requests', usedUnits: 8, limitUnits: 10 },
    ]);
    await shop.buy(near, 'pro');
    expect((await dashboard(shop)).customers.nearLimit).toEqual([]);
  });
});

describe('a dashboard', () => {
  it('has the days of the time zone of its environment', async () => {
    const shop = await Shop.open();
    await manage('PATCH', `${shop.base}/settings`, { timeZone: 'Pacific/Kiritimati' });
    await shop.newCustomer();
    const { range, days } = await dashboard(shop, '?range=7d');
    const today = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
    expect(range).toMatchObject({ to: today, timeZone: 'Pacific/Kiritimati' });
    expect(days.newCustomers).toHaveLength(7);
    expect(days.newCustomers.at(-1)).toEqual({ day: today, customers: 1 });
  });

  it('is opened by a secret key, or by the developer whose project is named, and by nobody else', async () => {
    await ensurePlatform();
    const [owner, stranger] = [await developer(), await developer()];
    const { body: made } = await call('POST', '/api/projects', owner.key, { name: 'Mine' });
    const { id, publishableKeys } = made.project;
    const named = `/api/dashboard?project=${id}&mode=live`;
    const managed = `/api/projects/${id}/live/dashboard`;
    for (const path of [named, managed]) {
      expect((await call('GET', path, owner.key)).body).toMatchObject({
        mode: 'live',
        metrics: { mrr: [], active: figure(0) },
      });
      const refused = await call('GET', path, stranger.key);
      expect([refused.status, refused.body.code]).toEqual([404, 'project_not_found']);
    }
    const codeOf = async (path: string, key: string | null) =>
      (await call('GET', path, key)).body.code;
    expect(await codeOf('/api/dashboard', null)).toBe('key_required');
    expect(await codeOf('/api/dashboard', publishableKeys.live)).toBe('secret_key_required');
    expect(await codeOf('/api/dashboard', owner.key)).toBe('invalid_request');
    expect(await codeOf('/api/dashboard?project=prj_madeup&mode=live', owner.key)).toBe(
      'project_not_found',
    );
    const { secret } = (await call('POST', `/api/projects/${id}/test/keys`, owner.key, {})).body;
    expect((await call('GET', '/api/dashboard', secret)).body.mode).toBe('test');
    expect(await codeOf(managed, secret)).toBe('developer_required');
  });

  it.each(['?from=2026-11-02&to=2026-11-01', '?from=2025-01-01&to=2026-01-02', '?range=1d'])(
    'is refused for a range like %s',
    async (query) => {
      const shop = await Shop.open({ connected: false });
      const { status, body } = await shop.bySecretKey('GET', `/api/dashboard${query}`);
      expect([status, body.code]).toEqual([400, 'invalid_request']);
    },
  );
});

describe('totals', () => {
  it('add up all projects of the account and no others, test and live apart, and go on without one that fails', async () => {
    await ensurePlatform();
    const [owner, stranger] = [await developer(), await developer()];
    const newProject = async (name: string) => {
      const { body } = await call('POST', '/api/projects', owner.key, { name });
      return body.project.id as string;
    };
    const ids = [await newProject('One'), await newProject('Two')];
    const customersOf = async (id: string, mode: 'test' | 'live', count: number) => {
      const { body } = await call('POST', `/api/projects/${id}/${mode}/keys`, owner.key, {});
      for (let each = 0; each < count; each++)
        await call('POST', '/api/customers', body.secret, {
          email: `${crypto.randomUUID()}@example.com`,
        });
    };
    await customersOf(ids[0] ?? '', 'test', 2);
    await customersOf(ids[1] ?? '', 'test', 1);
    const account = await deps.directory
      .prepare('SELECT account_id FROM project WHERE id = ?')
      .bind(ids[0])
      .first<{ account_id: string }>();
    await deps.directory
      .prepare(
        "INSERT INTO project (id, account_id, name, state, created_ms) VALUES (?, ?, 'Gone', 'active', 1)",
      )
      .bind(`prj_${owner.customerId.slice(-8)}`, account?.account_id)
      .run();
    const totals = async (key: string, query: string): Promise<DashboardTotals> =>
      (await call('GET', `/api/dashboard/totals${query}`, key)).body;
    const test = await totals(owner.key, '?mode=test&range=7d');
    expect(test.metrics.newCustomers).toEqual(figure(3));
    expect(test.days.newCustomers.reduce((sum, { customers }) => sum + customers, 0)).toBe(3);
    expect(test.projects.map(({ name, metrics }) => [name, metrics.newCustomers.now])).toEqual([
      ['One', 2],
      ['Two', 1],
    ]);
    expect(test.unavailable).toEqual([`prj_${owner.customerId.slice(-8)}`]);
    const live = await totals(owner.key, '?range=7d');
    expect([live.mode, live.metrics.newCustomers]).toEqual(['live', figure(0)]);
    expect(await totals(stranger.key, '?mode=test')).toMatchObject({
      projects: [],
      unavailable: [],
      metrics: { newCustomers: figure(0) },
    });
  });
});
