import type { Stripe } from 'stripe';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  checkoutIdOf,
  control,
  deps,
  manage,
  Shop,
  whileStripeIsDown,
} from './billing-shop.ts';

const DAY_MS = 86_400_000;
const FAILS_LATER = '4000000000000341';

let shop: Shop;
beforeAll(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
  await manage('PATCH', `${shop.base}/settings`, { period: 'subscription' });
  await manage('PUT', `${shop.base}/tiers/trial`, {
    displayName: 'Trial',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 3 }],
    prices: [{ priceMinor: 900, currency: 'usd', interval: 'month' }],
    trialDays: 14,
  });
});

/** A customer whose time stands still. */
async function newCustomer(): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  const made = await shop.bySecretKey('POST', '/api/customers', { email, testClock: true });
  expect(made.status).toBe(200);
  return made.body.customer.id;
}

const move = (id: string, to: string, more: object = {}): Promise<Answer> =>
  shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to, ...more });

/** Moves a customer, and answers it as it is then. */
async function moved(id: string, to: string): Promise<Answer['body']> {
  const { status, body } = await move(id, to);
  expect({ status, body }).toMatchObject({ status: 200 });
  return { ...body.customer, atMs: body.atMs };
}

async function buyWith(id: string, tier: string, card: string): Promise<void> {
  const { body } = await shop.checkout(id, { tier });
  const checkoutId = checkoutIdOf(body.url);
  await control(`checkout/${checkoutId}/pay`, { card });
  await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, id);
}

const track = (id: string, amount = 1) => shop.bySecretKey('POST', '/api/usage', { amount }, id);
const usageOf = async (id: string) =>
  (await shop.bySecretKey('GET', '/api/usage', undefined, id)).body;

/** The Stripe customer of a customer. */
async function atStripe(id: string): Promise<Stripe.Customer | Stripe.DeletedCustomer> {
  const [subscription] = await shop.subscriptionsAtStripe(id);
  return shop.stripe.customers.retrieve(subscription?.customer ?? '', {}, shop.onAccount);
}

describe('a test customer is moved', () => {
  it('from its trial into the first period that is paid', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'trial');
    const before = (await shop.customer(id)).subscription;
    expect(before).toMatchObject({ status: 'trialing', plan: 'trial' });
    const after = await moved(id, 'trial_end');
    expect(after).toMatchObject({ plan: 'trial', subscription: { status: 'active' } });
    expect(after.atMs).toBe((before?.trialEndsAtMs ?? 0) + DAY_MS / 12);
    expect(await move(id, 'trial_end')).toMatchObject({
      status: 409,
      body: { code: 'nothing_ahead', to: 'trial_end' },
    });
  });

  it('to its renewal, where the count starts anew with the period of the subscription', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'pro');
    await track(id, 7);
    const { subscription } = await shop.customer(id);
    expect(await usageOf(id)).toMatchObject({
      usageCount: 7,
      resetsAtMs: subscription?.renewsAtMs,
    });
    for (let renewals = 0; renewals < 2; renewals++) {
      const after = await moved(id, 'renewal');
      expect(after.subscription).toMatchObject({ status: 'active', plan: 'pro' });
      expect(after.subscription.renewsAtMs - after.atMs).toBeGreaterThan(27 * DAY_MS);
      expect(await usageOf(id)).toMatchObject({
        usageCount: 0,
        resetsAtMs: after.subscription.renewsAtMs,
      });
      expect((await track(id, 5)).body.usage.count).toBe(5);
    }
  });

  it('to a renewal that fails, through the grace, to the loss of the plan', async () => {
    const id = await newCustomer();
    await buyWith(id, 'pro', FAILS_LATER);
    const late = await moved(id, 'renewal');
    expect(late).toMatchObject({ plan: 'pro', subscription: { status: 'past_due' } });
    expect(late.subscription.graceEndsAtMs).toBeGreaterThan(late.atMs);
    const lost = await moved(id, 'grace_end');
    expect(lost).toMatchObject({ plan: 'free', subscription: null });
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('to the end of what was cancelled', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'pro');
    await shop.bySecretKey('POST', '/api/subscription/cancel', {}, id);
    expect((await move(id, 'renewal')).body.code).toBe('nothing_ahead');
    const ended = await moved(id, 'period_end');
    expect(ended).toMatchObject({ plan: 'free', subscription: null });
    expect(await shop.shardPlan(id)).toBe('free');
    expect(await shop.subscriptionsAtStripe(id)).toMatchObject([{ status: 'canceled' }]);
  });

  it('to its limit, so that the next call is refused', async () => {
    const id = await newCustomer();
    expect((await track(id)).status).toBe(200);
    const { limit } = await usageOf(id);
    await moved(id, 'limit');
    expect(await usageOf(id)).toMatchObject({ usageCount: limit, remaining: 0 });
    expect(await track(id)).toMatchObject({ status: 403, body: { code: 'limit_reached' } });
    const answer = await move(id, 'limit', { feature: 'nothing' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'feature_not_found' } });
  });

  it('by a developer as well, and can change the plan in the middle of a moved period', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'pro');
    const { customer } = await manage('POST', `${shop.base}/customers/${id}/clock`, {
      to: 'renewal',
    });
    expect(customer.subscription.status).toBe('active');
    const preview = await shop.bySecretKey(
      'POST',
      '/api/subscription/preview',
      { tier: 'team' },
      id,
    );
    expect(preview).toMatchObject({ status: 200, body: { kind: 'upgrade' } });
    const { tier, priceId, prorationAtMs } = preview.body;
    const body = { tier, priceId, prorationAtMs };
    const changed = await shop.bySecretKey('POST', '/api/subscription/change', body, id);
    expect(changed).toMatchObject({ status: 200, body: { subscription: { plan: 'team' } } });
  });
});

describe('a move', () => {
  it('that Stripe did not answer is finished by the same call, and not made twice', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'pro');
    const { subscription } = await shop.customer(id);
    const failed = await whileStripeIsDown(() => move(id, 'renewal'));
    expect(failed).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
    const { test_clock: clock } = (await atStripe(id)) as Stripe.Customer;
    const targetMs = (subscription?.renewsAtMs ?? 0) + DAY_MS / 12;
    // As if Stripe had moved it, and the answer was lost.
    await shop.stripe.testHelpers.testClocks.advance(
      String(clock),
      { frozen_time: targetMs / 1000 },
      shop.onAccount,
    );
    const renewed = async () => (await shop.customer(id)).subscription?.renewsAtMs ?? 0;
    await vi.waitFor(async () => {
      const [atStripe] = await shop.subscriptionsAtStripe(id);
      await shop.hear('customer.subscription.updated', { id: atStripe?.id });
      expect(await renewed()).toBeGreaterThan(targetMs);
    });
    expect((await moved(id, 'renewal')).atMs).toBe(targetMs);
  });

  it('of a customer without a clock says how to make one', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    expect(await move(id, 'renewal')).toMatchObject({
      status: 409,
      body: { code: 'test_clock_missing', message: expect.stringContaining('testClock') },
    });
  });

  it('and a clock are refused in live mode', async () => {
    const live = await Shop.open({ connected: false, mode: 'live' });
    const id = await live.newCustomer();
    const body = { email: 'ada@example.com', testClock: true };
    for (const answer of [
      await live.bySecretKey('POST', '/api/customers', body),
      await live.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'renewal' }),
    ])
      expect(answer).toMatchObject({ status: 400, body: { code: 'test_mode_only' } });
  });

  it('ends with the customer: its clock is deleted at Stripe', async () => {
    const id = await newCustomer();
    await shop.buy(id, 'pro');
    const { test_clock: clock } = (await atStripe(id)) as Stripe.Customer;
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    const clocks = await shop.stripe.testHelpers.testClocks.list({}, shop.onAccount);
    expect(clocks.data.map((one) => one.id)).not.toContain(clock);
  });
});
