import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { type Answer, checkoutIdOf, control, deps, Shop } from './billing-shop.ts';

/** Stripe may take 10 s for one verb; an answer takes no longer than that and what we do ourselves. */
const TIME_LIMIT_MS = 15_000;
const OUTAGES = ['errors', 'rate_limit', 'down'] as const;

let shop: Shop;
let newcomer: string;
let subscriber: string;
let openCheckout: string;
beforeAll(async () => {
  shop = await Shop.open();
  newcomer = await shop.newCustomer();
  subscriber = await shop.newCustomer();
  await shop.buy(subscriber, 'pro');
  openCheckout = checkoutIdOf((await shop.checkout(newcomer, { tier: 'pro' })).body.url);
});
afterEach(() => outage('none'));

/** What Stripe does to calls for this shop's account; other tests still reach it. */
const outage = (mode: string, ms?: number) =>
  control('outage', { mode, account: shop.account, ...(ms !== undefined && { ms }) });

/** Every route that asks Stripe, as somebody who could use it. */
const ROUTES: [string, () => Promise<Answer>][] = [
  ['a first checkout', async () => shop.checkout(await shop.newCustomer(), { tier: 'pro' })],
  ['another checkout', () => shop.checkout(newcomer, { tier: 'team' })],
  ['a checkout by a subscriber', () => shop.checkout(subscriber, { tier: 'team' })],
  [
    'the return from one',
    () => post('/api/checkout/confirm', newcomer, { checkoutId: openCheckout }),
  ],
  ['the portal', () => post('/api/customer-portal', subscriber, {})],
  ['a preview', () => post('/api/subscription/preview', subscriber, { tier: 'team' })],
  ['a change', () => post('/api/subscription/change', subscriber, { tier: 'team' })],
  ['a cancellation', () => post('/api/subscription/cancel', subscriber, {})],
  ['a resumption', () => post('/api/subscription/resume', subscriber, {})],
];

const post = (path: string, customer: string, body: object) =>
  shop.bySecretKey('POST', path, body, customer);

describe.each(OUTAGES)('while Stripe fails by "%s"', (mode) => {
  it('every route answers in time that it may be tried again, and use is counted as ever', async () => {
    const before = await shop.customer(subscriber);
    await outage(mode);
    const beganMs = Date.now();
    const answers = await Promise.all(
      ROUTES.map(async ([name, route]) => {
        const { status, body, retryAfter } = await route();
        return [name, status, body.code, Number(retryAfter) > 0];
      }),
    );
    expect(Date.now() - beganMs).toBeLessThan(TIME_LIMIT_MS);
    expect(answers).toEqual(ROUTES.map(([name]) => [name, 503, 'provider_unavailable', true]));
    const used = await shop.bySecretKey('POST', '/api/usage', {}, subscriber);
    expect(used).toMatchObject({ status: 200, body: { success: true, usage: { plan: 'pro' } } });
    await outage('none');
    expect(await shop.customer(subscriber)).toEqual(before);
  });
});

describe('Stripe', () => {
  it('that is slow is waited for', async () => {
    await outage('slow', 200);
    const { status } = await post('/api/subscription/preview', subscriber, { tier: 'team' });
    expect(status).toBe(200);
  });

  it.each(OUTAGES)('that failed by "%s" while somebody paid heals by itself', async (mode) => {
    const customer = await shop.newCustomer();
    const checkoutId = checkoutIdOf((await shop.checkout(customer, { tier: 'team' })).body.url);
    await control(`checkout/${checkoutId}/pay`, {});
    await outage(mode);
    expect((await shop.hear('checkout.session.completed', { id: checkoutId })).status).toBe(200);
    expect(await shop.shardPlan(customer)).toBe('free');
    await outage('none');
    await expect
      .poll(() => shop.shardPlan(customer), { timeout: 30_000, interval: 200 })
      .toBe('team');
  });
});

describe('a job that can never succeed', () => {
  it('delays no other, however many there are', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    await shop.stripe.subscriptions.cancel(bought?.id ?? '', {}, shop.onAccount);
    const nowMs = Date.now();
    const poison = JSON.stringify({ kind: 'shard.resume', customerId: 'nobody', usage: [] });
    const good = JSON.stringify({ kind: 'stripe.sync', objectId: bought?.id });
    const stub = deps.project(shop.ref);
    await runInDurableObject(stub, (_, { storage }) => {
      const add = (id: string, body: string, dueMs: number) =>
        storage.sql.exec(
          `INSERT INTO outbox (id, kind, body, state, tries, fence, due_ms, created_ms)
           VALUES (?, 'test', ?, 'open', 0, 0, ?, ?)`,
          id,
          body,
          dueMs,
          nowMs,
        );
      for (let index = 0; index < 30; index++) add(`poison_${index}`, poison, nowMs - 1000);
      add('good', good, nowMs);
    });
    // What the alarm does: one run takes the first of them, the next one goes on.
    await deliverJobs(deps, shop.ref);
    await deliverJobs(deps, shop.ref);
    expect(await shop.shardPlan(customer)).toBe('free');
    const states = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql
        .exec(
          "SELECT state, min(tries) AS tries FROM outbox WHERE id LIKE 'poison%' GROUP BY state",
        )
        .toArray(),
    );
    expect(states).toMatchObject([{ state: 'open' }]);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("DELETE FROM outbox WHERE id LIKE 'poison%'");
    });
  });
});
