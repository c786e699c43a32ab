import { beforeEach, describe, expect, it } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { call, checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';

const secret = deps.config.stripe.test.webhookSecret;
const connectionOf = async ({ base }: Shop) => (await manage('GET', `${base}/stripe`)).connection;

/** Hears an event of the platform's own account. */
const hear = (shop: Shop, type: string, object: object) =>
  shop.hear(type, object, { account: null, secret });

/** Buys a tier without coming back, so that nobody has told the edge. */
async function payUnnoticed(shop: Shop, customerId: string) {
  const { body } = await shop.checkout(customerId, { tier: 'pro' });
  await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
  return shop.stripe.checkout.sessions.retrieve(checkoutIdOf(body.url));
}

const paymentsOf = async (shop: Shop, id: string): Promise<object[]> =>
  (await shop.bySecretKey('GET', `/api/customers/${id}/payments`)).body.payments;

/** What was done to an environment. */
const auditOf = async (shop: Shop): Promise<unknown> =>
  JSON.stringify((await manage('GET', `${shop.base}/audit`)).entries);

describe('a test environment without an account', () => {
  let shop: Shop;
  let id: string;
  beforeEach(async () => {
    shop = await Shop.open({ connected: false });
    id = await shop.newCustomer();
  });

  it('sells through the platform’s test account, and says so', async () => {
    expect(await connectionOf(shop)).toMatchObject({
      connected: false,
      via: 'platform',
      stripeAccountId: null,
    });
    await shop.buy(id, 'pro');
    expect(await shop.shardPlan(id)).toBe('pro');
    const { body } = await call('GET', '/api/bootstrap', await publishableKey(shop));
    expect(body.sells).toBe(true);
  });

  it('hears of what it sold by the events of that account', async () => {
    const session = await payUnnoticed(shop, id);
    await hear(shop, 'checkout.session.completed', session);
    expect(await shop.shardPlan(id)).toBe('pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    const canceled = await shop.stripe.subscriptions.cancel(bought?.id ?? '');
    await hear(shop, 'customer.subscription.deleted', canceled);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('looks at a subscription of which only an invoice’s event tells', async () => {
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    const { data } = await shop.stripe.invoices.list({ subscription: bought?.id ?? '', limit: 1 });
    await shop.stripe.subscriptions.cancel(bought?.id ?? '');
    await hear(shop, 'invoice.paid', data[0] ?? {});
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('is reconciled every hour, without any event', async () => {
    await payUnnoticed(shop, id);
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('takes nothing it did not make, whatever the metadata says', async () => {
    const other = await Shop.open({ connected: false });
    const theirs = await other.newCustomer();
    const session = await payUnnoticed(other, theirs);
    const forged = {
      ...session,
      client_reference_id: id,
      metadata: { dream_project: shop.ref.projectId, dream_customer: id },
    };
    await hear(shop, 'checkout.session.completed', forged);
    expect([await shop.shardPlan(id), await other.shardPlan(theirs)]).toEqual(['free', 'pro']);
  });

  it('hears of a payment, a refund and a dispute at once, though they name no project', async () => {
    const before = await paymentsOf(shop, id);
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    const { data } = await shop.stripe.charges.list({ customer: bought?.customer ?? '' });
    const [charge] = data;
    expect(charge?.metadata).toEqual({});
    await hear(shop, 'charge.succeeded', charge ?? {});
    expect([before, await paymentsOf(shop, id)]).toMatchObject([[], [{ refundedMinor: 0 }]]);
    const refund = await shop.stripe.refunds.create({ charge: charge?.id ?? '', amount: 100 });
    await hear(shop, 'refund.updated', refund);
    expect(await paymentsOf(shop, id)).toMatchObject([{ refundedMinor: 100 }]);
  });

  it('leaves nothing of an erased customer in the directory', async () => {
    await shop.buy(id, 'pro');
    const rows = () =>
      deps.directory
        .prepare('SELECT 1 FROM platform_customer WHERE project_id = ?')
        .bind(shop.ref.projectId)
        .all();
    expect((await rows()).results).toHaveLength(1);
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    expect((await rows()).results).toEqual([]);
  });

  it('deletes an erased customer there', async () => {
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    const gone = await shop.stripe.customers.retrieve(bought?.customer ?? '');
    expect(gone.deleted).toBe(true);
  });

  it('deletes its customers there when the project is deleted', async () => {
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    await manage('DELETE', `/api/projects/${shop.ref.projectId}`);
    const gone = await shop.stripe.customers.retrieve(bought?.customer ?? '');
    expect(gone.deleted).toBe(true);
  });
});

describe('connecting an own account after that', () => {
  it('makes prices there, and lets what was bought before last to its end', async () => {
    const shop = await Shop.open({ connected: false });
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    const [before] = await shop.subscriptionsAtStripe(ada);
    await shop.connect();
    expect(await connectionOf(shop)).toMatchObject({ connected: true, via: 'own' });
    await hear(shop, 'customer.subscription.updated', {
      id: before?.id,
      object: 'subscription',
      customer: before?.customer,
      metadata: { dream_project: shop.ref.projectId },
    });
    await deps
      .project(shop.ref)
      .billing()
      .mark(before?.id ?? '', 'job_old_mark', Date.now());
    await reconcileBilling(deps);
    const { plan, subscription } = await shop.customer(ada);
    expect([plan, subscription?.endsAtMs]).toEqual(['pro', subscription?.renewsAtMs]);
    await shop.buy(bob, 'team');
    const [bought] = await shop.subscriptionsAtStripe(bob);
    const price = await shop.stripe.prices.retrieve(bought?.priceId ?? '', {}, shop.onAccount);
    expect(price.unit_amount).toBe(4900);
  });

  it('takes no prices that were still being made in the account of before', async () => {
    const shop = await Shop.open({ connected: false });
    const catalog = () => deps.project(shop.ref).catalog();
    await shop.connect();
    const before = await catalog().tiers();
    await catalog().published('pro', 'prod_of_before', [], null);
    expect(await catalog().tiers()).toEqual(before);
  });

  it('deletes an erased customer in both', async () => {
    const shop = await Shop.open({ connected: false });
    const ada = await shop.newCustomer();
    await shop.buy(ada, 'pro');
    const [before] = await shop.subscriptionsAtStripe(ada);
    await shop.connect();
    await shop.checkout(ada, { tier: 'team' });
    const facts = await deps.project(shop.ref).billing().checkouting(ada, Date.now());
    const own = facts.ok ? facts.value.stripeCustomerId : null;
    await shop.bySecretKey('DELETE', `/api/customers/${ada}`);
    const [there, here] = [
      await shop.stripe.customers.retrieve(before?.customer ?? ''),
      own && (await shop.stripe.customers.retrieve(own, {}, shop.onAccount)),
    ];
    expect([there.deleted, own === null || (here && here.deleted)]).toEqual([true, true]);
  });

  it('and disconnecting it again sells nothing through the platform’s', async () => {
    const shop = await Shop.open();
    const id = await shop.newCustomer();
    await manage('DELETE', `${shop.base}/stripe`);
    expect(await connectionOf(shop)).toMatchObject({ connected: false, via: null });
    expect((await shop.checkout(id, { tier: 'pro' })).body.code).toBe('stripe_not_connected');
  });
});

describe('a live environment without an account', () => {
  it('sells nothing, and says so', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    expect(await connectionOf(shop)).toMatchObject({ connected: false, via: null });
    const { body } = await call('GET', '/api/bootstrap', await publishableKey(shop));
    expect(body.sells).toBe(false);
  });
});

describe('the platform’s own project', () => {
  it('sees nothing of what others sell through its account', async () => {
    const [platform, shop] = [await Shop.ofPlatform(), await Shop.open({ connected: false })];
    const [theirs, ours] = [await platform.newCustomer(), await shop.newCustomer()];
    const before = await auditOf(platform);
    const session = await payUnnoticed(shop, ours);
    const { dream_project: _, ...metadata } = session.metadata ?? {};
    for (const object of [session, { ...session, metadata }])
      await hear(platform, 'checkout.session.completed', object);
    const [bought] = await shop.subscriptionsAtStripe(ours);
    await hear(platform, 'customer.subscription.created', {
      id: bought?.id,
      object: 'subscription',
      customer: bought?.customer,
      metadata: { dream_customer: theirs },
    });
    expect((await platform.customer(theirs)).plan).toBe('free');
    expect(await auditOf(platform)).toBe(before);
    const known = await deps
      .project(platform.ref)
      .billing()
      .markSold('', 1000, 'job_x', Date.now());
    expect(known.map(({ objectId }) => objectId)).not.toContain(bought?.id);
  });
});

async function publishableKey({ ref }: Shop): Promise<string> {
  const { project } = await manage('GET', `/api/projects/${ref.projectId}`);
  return project.publishableKeys[ref.mode];
}
