import { describe, expect, it } from 'vitest';
import { releaseUnused } from '../src/projects/release-account.job.ts';
import { type AtStripe, call, deps, manage, Shop } from './billing-shop.ts';

const operator = deps.config.operatorSecret;

/** Whether Stripe still lets the platform use a shop's account. */
const isUsable = (shop: Shop): Promise<boolean> =>
  shop.stripe.accounts.retrieveCurrent({}, { stripeAccount: shop.account }).then(
    () => true,
    () => false,
  );

describe('disconnecting', () => {
  it('ends selling, keeps what was bought, and connecting again goes on with it', async () => {
    const shop = await Shop.open();
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    const { connection } = await manage('DELETE', `${shop.base}/stripe`);
    expect(connection).toMatchObject({ connected: false, stripeAccountId: null });
    expect((await shop.checkout(bob, { tier: 'pro' })).body.code).toBe('stripe_not_connected');
    expect((await shop.customer(ada)).plan).toBe('pro');
    await shop.connect(shop.account);
    expect(await shop.checkout(ada, { tier: 'pro' })).toMatchObject({
      status: 409,
      body: { code: 'already_subscribed' },
    });
    await shop.buy(bob, 'pro');
    expect(await shop.shardPlan(bob)).toBe('pro');
  });

  it('keeps nobody from being erased, at Stripe as soon as the account is connected again', async () => {
    const shop = await Shop.open();
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    await shop.buy(bob, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(ada);
    const [kept] = await shop.subscriptionsAtStripe(bob);
    const status = async (of: AtStripe | undefined) =>
      (await shop.stripe.subscriptions.retrieve(of?.id ?? '', {}, shop.onAccount)).status;
    await manage('DELETE', `${shop.base}/stripe`);
    expect((await shop.bySecretKey('DELETE', `/api/customers/${ada}`)).status).toBe(200);
    expect((await shop.bySecretKey('GET', `/api/customers/${ada}`)).status).toBe(404);
    const before = shop.account;
    await shop.connect();
    await shop.connect(before);
    await expect.poll(() => status(bought), { timeout: 10_000 }).toBe('canceled');
    expect(await status(kept)).toBe('active');
  });

  it('keeps what was bought to the end of the period that is paid, and not longer', async () => {
    const shop = await Shop.open();
    const ada = await shop.newCustomer();
    await shop.buy(ada, 'pro');
    const renewsAtMs = (await shop.customer(ada)).subscription?.renewsAtMs ?? 0;
    await manage('DELETE', `${shop.base}/stripe`);
    const planAt = async (nowMs: number) => {
      const found = await deps.project(shop.ref).customers().get(ada, nowMs);
      return found.ok && found.value.plan;
    };
    expect([await planAt(renewsAtMs - 1), await planAt(renewsAtMs)]).toEqual(['pro', 'free']);
    await shop.connect(shop.account);
    expect((await shop.customer(ada)).subscription).toMatchObject({ endsAtMs: null, renewsAtMs });
  });

  it('works while Stripe is down, and gives the permission back as soon as it is there again', async () => {
    const shop = await Shop.open();
    const { config } = deps;
    deps.config = { ...config, stripe: { ...config.stripe, connectUrl: 'http://127.0.0.1:9' } };
    try {
      const { connection } = await manage('DELETE', `${shop.base}/stripe`);
      expect(connection).toMatchObject({ connected: false });
    } finally {
      deps.config = config;
    }
    expect(await isUsable(shop)).toBe(true);
    const later = Date.now() + 3_600_000;
    const jobs = await deps.project(shop.ref).outbox().claim(later, 20);
    expect(jobs.map(({ job }) => job.kind)).toEqual(['stripe.release_account']);
    await releaseUnused(deps, shop.ref, shop.account);
    expect(await isUsable(shop)).toBe(false);
  });

  it('by two projects of an account at the same time gives the permission back', async () => {
    const [one, two] = [await Shop.open(), await Shop.open({ connected: false })];
    await two.connect(one.account);
    await Promise.all([one, two].map(({ base }) => manage('DELETE', `${base}/stripe`)));
    expect(await isUsable(one)).toBe(false);
  });

  it('at Stripe is noticed by the first call that is refused, without any event', async () => {
    const shop = await Shop.open();
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    await shop.stripe.oauth.deauthorize({
      client_id: 'ca_test_platform',
      stripe_user_id: shop.account,
    });
    expect(await shop.checkout(bob, { tier: 'pro' })).toMatchObject({
      status: 409,
      body: { code: 'stripe_not_connected' },
    });
    expect((await manage('GET', `${shop.base}/stripe`)).connection.connected).toBe(false);
    expect((await shop.customer(ada)).plan).toBe('pro');
    await shop.connect(shop.account);
    await shop.buy(bob, 'pro');
    expect(await shop.shardPlan(bob)).toBe('pro');
  });

  it('leaves no work that can only fail', async () => {
    const shop = await Shop.open();
    const ada = await shop.newCustomer();
    await shop.buy(ada, 'pro');
    await manage('DELETE', `${shop.base}/stripe`);
    await shop.bySecretKey('DELETE', `/api/customers/${ada}`);
    const later = Date.now() + 3_600_000;
    expect(await deps.project(shop.ref).outbox().claim(later, 20)).toEqual([]);
  });

  it('twice says that there is nothing to disconnect', async () => {
    const shop = await Shop.open();
    await manage('DELETE', `${shop.base}/stripe`);
    expect(await call('DELETE', `${shop.base}/stripe`, operator)).toMatchObject({
      status: 409,
      body: { code: 'stripe_not_connected' },
    });
  });

  it('one of two projects of an account leaves the other connected', async () => {
    const [one, two] = [await Shop.open(), await Shop.open({ connected: false })];
    await two.connect(one.account);
    await manage('DELETE', `${one.base}/stripe`);
    const id = await two.newCustomer();
    expect((await two.checkout(id, { tier: 'pro' })).status).toBe(200);
  });

  it('at Stripe is noticed by its event, and a false one is not believed', async () => {
    const shop = await Shop.open();
    const application = { id: 'ca_test_platform', object: 'application', name: 'dream' };
    await shop.hear('account.application.deauthorized', application);
    expect((await manage('GET', `${shop.base}/stripe`)).connection.connected).toBe(true);
    await shop.stripe.oauth.deauthorize({
      client_id: 'ca_test_platform',
      stripe_user_id: shop.account,
    });
    await shop.hear('account.application.deauthorized', application);
    expect((await manage('GET', `${shop.base}/stripe`)).connection.connected).toBe(false);
  });
});

describe('another account', () => {
  it('gets its own products and customers, and what was bought before lasts to the end of its period', async () => {
    const shop = await Shop.open();
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    const before = shop.account;
    await shop.connect();
    expect(shop.account).not.toBe(before);
    const customer = await shop.customer(ada);
    expect(customer.plan).toBe('pro');
    expect(customer.subscription?.endsAtMs).toBeGreaterThan(Date.now());
    await shop.buy(bob, 'team');
    expect(await shop.shardPlan(bob)).toBe('team');
  });

  it('left for the one of before has the same customers there again, and no deleted one', async () => {
    const shop = await Shop.open();
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    await shop.buy(bob, 'pro');
    const before = shop.account;
    const stripeCustomerOf = async (id: string) =>
      (await shop.subscriptionsAtStripe(id))[0]?.customer ?? null;
    const [first, gone] = [await stripeCustomerOf(ada), await stripeCustomerOf(bob)];
    await shop.stripe.customers.del(gone ?? '', {}, shop.onAccount);
    await shop.hear('customer.deleted', { id: gone });
    await shop.connect();
    expect([await stripeCustomerOf(ada), await stripeCustomerOf(bob)]).toEqual([null, null]);
    await shop.connect(before);
    expect([await stripeCustomerOf(ada), await stripeCustomerOf(bob)]).toEqual([first, null]);
  });
});
