import { beforeAll, describe, expect, it } from 'vitest';
import { call, control, manage, Shop } from './billing-shop.ts';

let shop: Shop;
/** Prices that this environment does not sell as its tier pro, by what is wrong with them. */
let wrong: Record<string, string>;
let unlistedPrice: string;
beforeAll(async () => {
  shop = await Shop.open();
  const retired = await priceOf(shop.base, 'pro');
  await manage('PUT', `${shop.base}/tiers/pro`, {
    displayName: 'Pro',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
    prices: [{ priceMinor: 2100, currency: 'usd', interval: 'month' }],
  });
  await manage('PUT', `${shop.base}/tiers/secret`, {
    displayName: 'Secret',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
    prices: [{ priceMinor: 100, currency: 'usd', interval: 'month' }],
    listed: false,
  });
  await manage('PUT', `${shop.base}/tiers/gone`, {
    displayName: 'Gone',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
    prices: [{ priceMinor: 100, currency: 'usd', interval: 'month' }],
  });
  const archived = await priceOf(shop.base, 'gone');
  await manage('DELETE', `${shop.base}/tiers/gone`);
  unlistedPrice = await priceOf(shop.base, 'secret');
  const other = await Shop.open();
  const made = await shop.stripe.prices.create(
    {
      unit_amount: 1,
      currency: 'usd',
      recurring: { interval: 'month' },
      product_data: { name: 'Almost free' },
      metadata: { dream_price: 'price_of_ours' },
    },
    shop.onAccount,
  );
  wrong = {
    'made up': 'price_made_up',
    'that was replaced': retired,
    'of an archived tier': archived,
    'of another tier': await priceOf(shop.base, 'team'),
    'of an unlisted tier': unlistedPrice,
    'of another project': await priceOf(other.base, 'pro'),
    'of the other mode': await livePrice(),
    'made by hand in the account, with our mark': made.id,
  };
});

async function priceOf(base: string, name: string): Promise<string> {
  const { tiers } = await manage('GET', `${base}/tiers`);
  return tiers.find((tier: { name: string }) => tier.name === name).prices[0].priceId;
}

async function livePrice(): Promise<string> {
  const base = shop.base.replace(/test$/, 'live');
  await manage('PUT', `${base}/tiers/pro`, {
    displayName: 'Pro',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
    prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
  });
  const { account, code } = await control<{ account: string; code: string }>('connect', {
    mode: 'live',
  });
  const { state } = await manage('POST', `${base}/stripe/start`, {
    redirectUrl: 'https://dashboard.example/connected',
  });
  await manage('POST', `${base}/stripe`, { code, state });
  await manage('POST', `${base}/stripe/confirm`, { stripeAccountId: account });
  return priceOf(base, 'pro');
}

/** The three doors to a price, as a server uses them and as a page does. */
const DOORS = ['/api/create-checkout', '/api/subscription/preview', '/api/subscription/change'];

describe('a price', () => {
  it.each([
    'made up',
    'that was replaced',
    'of an archived tier',
    'of another tier',
    'of an unlisted tier',
    'of another project',
    'of the other mode',
    'made by hand in the account, with our mark',
  ])('%s buys nothing, by whatever door and key', async (kind) => {
    const newcomer = await shop.newCustomer();
    const subscriber = await shop.newCustomer();
    await shop.buy(subscriber, 'team');
    const asked = { tier: 'pro', priceId: wrong[kind] };
    for (const customer of [newcomer, subscriber]) {
      const key = await sessionOf(customer);
      for (const door of DOORS) {
        const answers = [
          await shop.bySecretKey('POST', door, asked, customer),
          await call('POST', door, key, asked),
        ];
        for (const { status, body } of answers)
          expect({ status, code: body.code }).toEqual({ status: 400, code: 'price_not_found' });
      }
    }
    expect(await shop.subscriptionsAtStripe(newcomer)).toEqual([]);
    expect((await shop.customer(subscriber)).subscription).toMatchObject({
      plan: 'team',
      next: null,
    });
  });
});

describe('a tier', () => {
  it.each([
    ['unlisted', 'secret', true],
    ['archived', 'gone', false],
    ['made up', 'nothing', false],
  ])('%s is sold to a server alone, if at all', async (_, tier, byServer) => {
    const customer = await shop.newCustomer();
    const key = await sessionOf(customer);
    for (const door of DOORS.slice(0, 2)) {
      const byPage = await call('POST', door, key, { tier });
      expect(byPage.body.code).toBe('tier_not_found');
      expect(JSON.stringify(byPage.body)).not.toContain('secret');
      const bySecretKey = await shop.bySecretKey('POST', door, { tier }, customer);
      expect(bySecretKey.status < 400).toBe(byServer);
    }
  });

  it('that is unlisted, once it is had, is not to be had again by a page', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'secret');
    expect(await shop.shardPlan(customer)).toBe('secret');
    const key = await sessionOf(customer);
    const asked = { tier: 'secret', priceId: unlistedPrice };
    expect((await call('POST', '/api/create-checkout', key, asked)).body.code).toBe(
      'tier_not_found',
    );
  });
});

async function sessionOf(customer: string): Promise<string> {
  const { body } = await shop.bySecretKey('POST', '/api/sessions', { customer });
  return body.accessToken;
}
