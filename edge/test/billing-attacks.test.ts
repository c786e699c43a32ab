import { beforeAll, describe, expect, it } from 'vitest';
import { type AtStripe, checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';

const { stripe } = deps.config;

/** A customer whose subscription has ended at Stripe, of which nobody has told the edge. */
async function endedUnnoticed(shop: Shop): Promise<{ id: string; bought: AtStripe }> {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const [bought] = await shop.subscriptionsAtStripe(id);
  if (!bought) throw new Error('Nothing was bought');
  await shop.stripe.subscriptions.cancel(bought.id, {}, shop.onAccount);
  return { id, bought };
}

const objectOf = ({ id, customer }: AtStripe, metadata = {}) => ({
  id,
  object: 'subscription',
  customer,
  metadata,
});

/** Pays for a tier without coming back. */
async function payUnnoticed(shop: Shop, customerId: string): Promise<string> {
  const { body } = await shop.checkout(customerId, { tier: 'pro' });
  const id = checkoutIdOf(body.url);
  await control(`checkout/${id}/pay`, {});
  return id;
}

describe('a tenant', () => {
  let victim: Shop;
  let tenant: Shop;
  beforeAll(async () => {
    [victim, tenant] = [await Shop.open(), await Shop.open()];
  });

  it('that writes our metadata into what it sells in its own account gives nobody a plan', async () => {
    const [theirs, own] = [await victim.newCustomer(), await tenant.newCustomer()];
    for (const [shop, id] of [
      [victim, theirs],
      [tenant, own],
    ] as const) {
      const metadata = { dream_customer: id, dream_project: shop.ref.projectId };
      const made = await tenant.stripe.customers.create({ metadata }, tenant.onAccount);
      const tiers = await deps.project(tenant.ref).catalog().tiers();
      const price = tiers.find(({ name }) => name === 'pro')?.prices[0]?.priceId ?? '';
      const session = await tenant.stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          customer: made.id,
          client_reference_id: id,
          line_items: [{ price, quantity: 1 }],
          success_url: 'https://tenant.example',
          metadata,
          subscription_data: { metadata },
        },
        tenant.onAccount,
      );
      await control(`checkout/${session.id}/pay`, {});
      const { data } = await tenant.stripe.subscriptions.list(
        { customer: made.id },
        tenant.onAccount,
      );
      expect(data[0]?.metadata).toEqual(metadata);
      await tenant.hear('checkout.session.completed', { ...session, status: 'complete' });
      await tenant.hear('customer.subscription.created', data[0] ?? {});
      expect(await shop.shardPlan(id)).toBe('free');
      expect((await shop.customer(id)).subscription).toBeNull();
    }
  });

  it('whose events name the objects of another project changes nothing there', async () => {
    const { id, bought } = await endedUnnoticed(victim);
    const metadata = { dream_project: victim.ref.projectId, dream_customer: id };
    await tenant.hear('customer.subscription.deleted', objectOf(bought, metadata));
    await tenant.hear('customer.deleted', { id: bought.customer, object: 'customer', metadata });
    expect(await victim.shardPlan(id)).toBe('pro');
    await victim.hear('customer.subscription.deleted', objectOf(bought));
    expect(await victim.shardPlan(id)).toBe('free');
  });
});

describe('an event', () => {
  it('signed by the wrong secret, for the wrong source, or of the wrong mode changes nothing', async () => {
    const shop = await Shop.open();
    const { id, bought } = await endedUnnoticed(shop);
    const metadata = { dream_project: shop.ref.projectId };
    const object = objectOf(bought, metadata);
    const { test, live } = stripe;
    const tries = [
      [{ secret: 'whsec_somebody_else' }, 400],
      [{ secret: test.webhookSecret }, 200],
      [{ secret: test.webhookSecret, account: null }, 200],
      [{ account: null }, 200],
      [{ secret: live.connectWebhookSecret }, 200],
      [{ secret: live.connectWebhookSecret, livemode: true }, 200],
      [{ livemode: true }, 200],
    ] as const;
    for (const [given, status] of tries)
      expect((await shop.hear('customer.subscription.deleted', object, given)).status).toBe(status);
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('of test mode at the live endpoint changes nothing live', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const { account, code } = await control<{ account: string; code: string }>('connect', {
      mode: 'live',
    });
    const { state } = await manage('POST', `${shop.base}/stripe/start`, {
      redirectUrl: 'https://dashboard.example',
    });
    await manage('POST', `${shop.base}/stripe`, { code, state });
    await manage('POST', `${shop.base}/stripe/confirm`, { stripeAccountId: account });
    await manage('PUT', `${shop.base}/origins`, { origins: ['https://shop.example'] });
    const id = await shop.newCustomer();
    const checkoutId = await payUnnoticed(shop, id);
    const facts = await deps.project(shop.ref).billing().checkouting(id, Date.now());
    const customer = facts.ok ? facts.value.stripeCustomerId : null;
    const object = { id: checkoutId, object: 'checkout.session', customer };
    const secret = stripe.live.connectWebhookSecret;
    await shop.hear('checkout.session.completed', object, { account, secret, livemode: false });
    expect(await shop.shardPlan(id)).toBe('free');
    await shop.hear('checkout.session.completed', object, { account, secret, livemode: true });
    expect(await shop.shardPlan(id)).toBe('pro');
  });
});

describe('an account that two projects use', () => {
  it('tells both of its events, and each takes what it sold itself', async () => {
    const [one, two] = [await Shop.open(), await Shop.open({ connected: false })];
    await two.connect(one.account);
    const [ada, bob] = [await one.newCustomer(), await two.newCustomer()];
    for (const [shop, id] of [
      [one, ada],
      [two, bob],
    ] as const) {
      const checkoutId = await payUnnoticed(shop, id);
      const session = await shop.stripe.checkout.sessions.retrieve(checkoutId, {}, shop.onAccount);
      // Both hear it by one delivery to one endpoint.
      await one.hear('checkout.session.completed', session, { id: `evt_${id}` });
      expect(await shop.shardPlan(id)).toBe('pro');
    }
    const audits = await Promise.all(
      [one, two].map(async ({ base }) => (await manage('GET', `${base}/audit`)).entries),
    );
    for (const entries of audits)
      expect(entries.map(({ action }: { action: string }) => action)).not.toContain(
        'subscription.surplus',
      );
    expect((await one.subscriptionsAtStripe(ada)).map(({ status }) => status)).toEqual(['active']);
    expect((await two.subscriptionsAtStripe(bob)).map(({ status }) => status)).toEqual(['active']);
  });
});
