import { expect, it } from 'vitest';
import { call, connectStripe, createEnvironment, manage } from './harness.ts';

it('walks from a new customer to the limit and on to a checkout, as the first contract says', async () => {
  const shop = await createEnvironment();
  await connectStripe(shop);
  await manage('PUT', `/api/projects/${shop.id}/test/tiers/pro`, {
    displayName: 'Pro',
    prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
  });

  const created = await call('POST', '/api/customers', {
    key: shop.sk,
    body: { email: 'Ada@Example.com', password: 'correct horse battery', plan: 'free' },
  });
  expect(created.body).toMatchObject({
    success: true,
    customer: { email: 'ada@example.com', plan: 'free', hasPassword: true },
  });
  const user = created.body.customer.id;

  const fresh = await call('GET', '/api/usage', { key: shop.sk, user });
  expect(fresh.body).toMatchObject({
    userId: user,
    plan: 'free',
    usageCount: 0,
    limit: 3,
    remaining: 3,
  });

  for (const count of [1, 2, 3]) {
    const counted = await call('POST', '/api/data', { key: shop.sk, user });
    expect(counted.body).toMatchObject({
      success: true,
      usage: { count, limit: 3, remaining: 3 - count, plan: 'free' },
    });
  }
  const refused = await call('POST', '/api/data', { key: shop.sk, user });
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    error: 'Tier limit reached',
    message: 'Please upgrade to unlock more requests',
    code: 'limit_reached',
    usageCount: 3,
    limit: 3,
  });

  const checkout = await call('POST', '/api/create-checkout', {
    key: shop.sk,
    user,
    body: {
      tier: 'pro',
      successUrl: 'http://localhost:5174/',
      cancelUrl: 'http://localhost:5174/',
    },
  });
  expect(checkout.status).toBe(200);
  expect(checkout.body.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/c\/pay\/cs_test_/);
});
