import { beforeAll, describe, expect, it } from 'vitest';
import { syncObject } from '../src/billing/stripe.job.ts';
import { checkoutIdOf, control, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

/** A customer whose subscription to pro is to end with its period. */
const cancelledLater = async () => {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const [bought] = await shop.subscriptionsAtStripe(id);
  const subscriptionId = bought?.id ?? '';
  await shop.stripe.subscriptions.update(
    subscriptionId,
    { cancel_at_period_end: true },
    shop.onAccount,
  );
  await shop.hear('customer.subscription.updated', {
    id: subscriptionId,
    object: 'subscription',
    customer: bought?.customer,
  });
  return { id, subscriptionId };
};

/** A customer who paid for pro, and the checkout as an event names it; nobody told the edge. */
const paidUnnoticed = async () => {
  const id = await shop.newCustomer();
  const { body } = await shop.checkout(id, { tier: 'pro' });
  const checkoutId = checkoutIdOf(body.url);
  await control(`checkout/${checkoutId}/pay`, {});
  const { customer } = await shop.stripe.checkout.sessions.retrieve(checkoutId, {}, shop.onAccount);
  return { id, object: { id: checkoutId, object: 'checkout.session', customer } };
};

describe('a checkout', () => {
  it('that was paid gives the plan on return, without any webhook, and the shard knows', async () => {
    const id = await shop.newCustomer();
    const { status, body } = await shop.checkout(id, { tier: 'pro' });
    expect(status).toBe(200);
    const checkoutId = checkoutIdOf(body.url);
    expect((await shop.customer(id)).plan).toBe('free');
    await control(`checkout/${checkoutId}/pay`, {});
    const back = await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, id);
    expect(back.body).toMatchObject({
      status: 'complete',
      customer: { plan: 'pro', planSource: 'subscription' },
    });
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('that was not paid is open on return and gives nothing', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    const back = await shop.bySecretKey(
      'POST',
      '/api/checkout/confirm',
      { checkoutId: checkoutIdOf(body.url) },
      id,
    );
    expect(back.body).toMatchObject({ status: 'open', customer: { plan: 'free' } });
  });

  it('whose card was declined gives nothing and can still be paid', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    const checkoutId = checkoutIdOf(body.url);
    await control(`checkout/${checkoutId}/pay`, { card: '4000000000000002' });
    const declined = await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, id);
    expect(declined.body).toMatchObject({ status: 'open', customer: { plan: 'free' } });
    await control(`checkout/${checkoutId}/pay`, {});
    const paid = await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, id);
    expect(paid.body).toMatchObject({ status: 'complete', customer: { plan: 'pro' } });
  });

  it('asked for again is the same page', async () => {
    const id = await shop.newCustomer();
    const first = await shop.checkout(id, { tier: 'pro' });
    const second = await shop.checkout(id, { tier: 'pro' });
    expect(second.body.url).toBe(first.body.url);
  });

  it('asked for many times at once is one page', async () => {
    const id = await shop.newCustomer();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => shop.checkout(id, { tier: 'pro' })),
    );
    expect(new Set(answers.map(({ body }) => body.url)).size).toBe(1);
  });

  it('closes the one before it, so that only one can be paid', async () => {
    const id = await shop.newCustomer();
    const first = await shop.checkout(id, { tier: 'pro' });
    const second = await shop.checkout(id, { tier: 'team' });
    expect(second.body.url).not.toBe(first.body.url);
    const sessions = await shop.stripe.checkout.sessions.list({ limit: 100 }, shop.onAccount);
    const statusOf = (url: string) =>
      sessions.data.find((session) => session.id === checkoutIdOf(url))?.status;
    expect([statusOf(first.body.url), statusOf(second.body.url)]).toEqual(['expired', 'open']);
  });

  it('of several tiers asked for at once leaves one that can be paid', async () => {
    const id = await shop.newCustomer();
    const tiers = ['pro', 'team', 'pro', 'team'];
    await Promise.all(tiers.map((tier) => shop.checkout(id, { tier })));
    const sessions = await shop.stripe.checkout.sessions.list({ limit: 100 }, shop.onAccount);
    expect(
      sessions.data.filter(
        (session) => session.client_reference_id === id && session.status === 'open',
      ),
    ).toHaveLength(1);
  });

  it('of another customer is not found', async () => {
    const [ada, eve] = [await shop.newCustomer(), await shop.newCustomer()];
    const { body } = await shop.checkout(ada, { tier: 'pro' });
    const stolen = await shop.bySecretKey(
      'POST',
      '/api/checkout/confirm',
      { checkoutId: checkoutIdOf(body.url) },
      eve,
    );
    expect(stolen).toMatchObject({ status: 404, body: { code: 'checkout_not_found' } });
  });

  it.each([
    [{ tier: 'nope' }, 400, 'tier_not_found'],
    [{ tier: 'free' }, 400, 'tier_not_for_sale'],
    [{ tier: 'pro', priceId: 'price_nope' }, 400, 'price_not_found'],
    [{ tier: 'pro', successUrl: 'javascript:alert(1)' }, 400, 'invalid_request'],
  ])('of %o is refused', async (body, status, code) => {
    const id = await shop.newCustomer();
    expect(await shop.checkout(id, body)).toMatchObject({ status, body: { code } });
  });

  it('needs an account in live mode', async () => {
    const unconnected = await Shop.open({ connected: false, mode: 'live' });
    const id = await unconnected.newCustomer();
    const refused = await unconnected.checkout(id, { tier: 'pro' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'stripe_not_connected' } });
  });

  it('fails as provider_unavailable while Stripe is down, and works when it is back', async () => {
    const id = await shop.newCustomer();
    const failed = await whileStripeIsDown(() => shop.checkout(id, { tier: 'pro' }));
    expect(failed).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
    expect((await shop.checkout(id, { tier: 'pro' })).status).toBe(200);
  });
});

describe('a subscriber', () => {
  it('cannot buy the same tier again', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    expect(await shop.checkout(id, { tier: 'pro' })).toMatchObject({
      status: 409,
      body: { code: 'already_subscribed' },
    });
  });

  it('who paid unnoticed is noticed when buying again', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
    expect(await shop.checkout(id, { tier: 'pro' })).toMatchObject({
      status: 409,
      body: { code: 'already_subscribed' },
    });
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('who paid unnoticed and asks for another tier changes the plan', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
    expect((await shop.checkout(id, { tier: 'team' })).body.url).toBe('https://shop.example/done');
    expect(await shop.shardPlan(id)).toBe('team');
  });

  it('moves to another tier at once, and is sent back without a checkout', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const moved = await shop.checkout(id, { tier: 'team' });
    expect(moved.body).toEqual({ url: 'https://shop.example/done' });
    expect((await shop.customer(id)).plan).toBe('team');
    expect(await shop.shardPlan(id)).toBe('team');
    const running = await shop.subscriptionsAtStripe(id);
    expect(running.filter(({ status }) => status !== 'canceled')).toHaveLength(1);
  });

  it('opens the portal; somebody who bought nothing has none', async () => {
    const id = await shop.newCustomer();
    const none = await shop.bySecretKey('POST', '/api/customer-portal', {}, id);
    expect(none).toMatchObject({ status: 404, body: { code: 'billing_account_missing' } });
    await shop.buy(id, 'pro');
    expect((await shop.bySecretKey('POST', '/api/customer-portal', {}, id)).body.url).toMatch(
      /^http/,
    );
  });

  it('who is erased leaves no customer and no running subscription at Stripe', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    const left = await deps.stripe(shop.ref, shop.account).fetchObject(bought?.customer ?? '');
    expect(left.kind).toBe('gone');
    expect(await deps.stripe(shop.ref, shop.account).fetchObject(bought?.id ?? '')).toMatchObject({
      status: 'canceled',
    });
  });
});

describe('a cancelled subscription', () => {
  it('gives the plan to its end, and says when that is', async () => {
    const { id } = await cancelledLater();
    const customer = await shop.customer(id);
    expect(customer.plan).toBe('pro');
    expect(customer.subscription?.endsAtMs).toBeGreaterThan(Date.now());
    expect(customer.subscription?.renewsAtMs).toBeNull();
  });

  it('gives nothing after its end, once Stripe is asked', async () => {
    const { id, subscriptionId } = await cancelledLater();
    await control(`subscriptions/${subscriptionId}/period-end`, {});
    await syncObject(deps, shop.ref, subscriptionId);
    expect((await shop.customer(id)).plan).toBe('free');
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('gives way to a new one', async () => {
    const { id, subscriptionId } = await cancelledLater();
    await control(`subscriptions/${subscriptionId}/period-end`, {});
    await syncObject(deps, shop.ref, subscriptionId);
    await shop.buy(id, 'team');
    expect(await shop.shardPlan(id)).toBe('team');
  });

  it('goes on when its customer moves to another tier', async () => {
    const { id } = await cancelledLater();
    await shop.checkout(id, { tier: 'team' });
    expect((await shop.customer(id)).subscription).toMatchObject({ plan: 'team', endsAtMs: null });
  });
});

describe('an event', () => {
  it('makes the edge look, and the plan is right', async () => {
    const { id, object } = await paidUnnoticed();
    expect(await shop.hear('checkout.session.completed', object)).toEqual({
      status: 200,
      body: { received: true },
    });
    expect((await shop.customer(id)).plan).toBe('pro');
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('heard many times at once and in any order gives one plan', async () => {
    const { id, object } = await paidUnnoticed();
    const [bought] = await shop.subscriptionsAtStripe(id);
    const subscription = { id: bought?.id, object: 'subscription', customer: bought?.customer };
    await Promise.all([
      shop.hear('customer.subscription.updated', subscription),
      shop.hear('checkout.session.completed', object),
      shop.hear('customer.subscription.created', subscription),
      shop.hear('checkout.session.completed', object),
    ]);
    expect((await shop.customer(id)).plan).toBe('pro');
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('that lies about its object changes nothing', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    const { customer } = await shop.stripe.checkout.sessions.retrieve(
      checkoutIdOf(body.url),
      {},
      shop.onAccount,
    );
    await shop.hear('checkout.session.completed', {
      id: checkoutIdOf(body.url),
      object: 'checkout.session',
      customer,
      status: 'complete',
      metadata: { plan: 'team' },
    });
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it.each([
    ['with another secret', { secret: 'whsec_of_somebody_else' }],
    ['that is older than five minutes', { atSeconds: Math.floor(Date.now() / 1000) - 301 }],
  ])('%s is refused and changes nothing', async (_, given) => {
    const { id, object } = await paidUnnoticed();
    expect(await shop.hear('checkout.session.completed', object, given)).toMatchObject({
      status: 400,
      body: { code: 'signature_invalid' },
    });
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it.each([
    ['of the other mode', { livemode: true }],
    ['of no account at the endpoint of connected ones', { account: null }],
    ['of an account nobody here uses', { account: 'acct_nobody' }],
  ])('%s is taken and changes nothing', async (_, given) => {
    const { id, object } = await paidUnnoticed();
    expect((await shop.hear('checkout.session.completed', object, given)).status).toBe(200);
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it.each([
    ['checkout.session.completed', {}],
    ['checkout.session.completed', { object: 'checkout.session' }],
    ['customer.subscription.updated', { id: 5, customer: 5 }],
    ['invoice.paid', { customer: null, parent: { subscription_details: null } }],
    ['customer.deleted', null],
  ])(
    '%s signed well that does not say what it is about, as %j, is let be',
    async (type, object) => {
      expect(await shop.hear(type, object)).toEqual({ status: 200, body: { received: true } });
    },
  );

  it('of the platform that names an account changes nothing', async () => {
    const { id, object } = await paidUnnoticed();
    await shop.hear('checkout.session.completed', object, {
      secret: deps.config.stripe.test.webhookSecret,
    });
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it('of one shop changes nothing in another', async () => {
    const other = await Shop.open();
    const { id, object } = await paidUnnoticed();
    await shop.hear('checkout.session.completed', object, { account: other.account });
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it('without a signature is refused', async () => {
    const { call } = await import('./billing-shop.ts');
    expect(await call('POST', '/webhook/stripe', null, {})).toMatchObject({
      status: 400,
      body: { code: 'signature_invalid' },
    });
    expect(await call('POST', '/webhook/clerk', null, {})).toMatchObject({
      status: 400,
      body: { code: 'signature_invalid' },
    });
  });

  it('that a customer was deleted ends what it had', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    await shop.stripe.customers.del(bought?.customer ?? '', {}, shop.onAccount);
    await shop.hear('customer.deleted', { id: bought?.customer, object: 'customer' });
    expect((await shop.customer(id)).plan).toBe('free');
    await shop.buy(id, 'team');
    expect(await shop.shardPlan(id)).toBe('team');
  });

  it('that a customer was deleted may be lost: the next checkout makes a new one', async () => {
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    await shop.stripe.customers.del(bought?.customer ?? '', {}, shop.onAccount);
    await syncObject(deps, shop.ref, bought?.id ?? '');
    await shop.buy(id, 'team');
    expect(await shop.shardPlan(id)).toBe('team');
  });
});

describe('a price', () => {
  it('that was replaced still gives its tier to those who pay it', async () => {
    const own = await Shop.open();
    const id = await own.newCustomer();
    const { body } = await own.checkout(id, { tier: 'pro' });
    await manage('PUT', `${own.base}/tiers/pro`, {
      displayName: 'Pro',
      features: [],
      prices: [{ priceMinor: 2900, currency: 'usd', interval: 'month' }],
    });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
    await own.bySecretKey(
      'POST',
      '/api/checkout/confirm',
      { checkoutId: checkoutIdOf(body.url) },
      id,
    );
    expect((await own.customer(id)).plan).toBe('pro');
  });
});
