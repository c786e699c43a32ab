import type { Payment } from '@dream/contract/payments';
import { beforeAll, describe, expect, it } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { control, deps, Shop } from './billing-shop.ts';
import { everythingKept } from './everything-kept.ts';

let shop: Shop;
beforeAll(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
});

/** Has Stripe's own list of events read, as happens once an hour. */
async function reconcile(): Promise<void> {
  await deps.directory.prepare('DELETE FROM reconciliation').run();
  await reconcileBilling(deps);
}

async function paymentsOf(customer: string, query = ''): Promise<Payment[]> {
  const path = `/api/customers/${customer}/payments${query}`;
  const { status, body } = await shop.bySecretKey('GET', path);
  expect(status).toBe(200);
  return body.payments;
}

/** A customer who bought pro, and the charge, of which no webhook told. */
async function buyer(): Promise<{ customer: string; charge: string }> {
  const customer = await shop.newCustomer();
  await shop.buy(customer, 'pro');
  await reconcile();
  const [payment] = await paymentsOf(customer);
  return { customer, charge: payment?.id ?? '' };
}

describe('a payment', () => {
  it('is there within the hour though every event was lost', async () => {
    const { customer } = await buyer();
    expect(await paymentsOf(customer)).toEqual([
      {
        id: expect.stringMatching(/^ch_/),
        status: 'succeeded',
        amountMinor: 1900,
        refundedMinor: 0,
        currency: 'usd',
        failure: null,
        dispute: null,
        createdAtMs: expect.any(Number),
      },
    ]);
  });

  it('says what was given back, in part and in full, and the plan stays', async () => {
    const { customer, charge } = await buyer();
    for (const [amount, refundedMinor] of [
      [500, 500],
      [1400, 1900],
    ]) {
      await shop.stripe.refunds.create({ charge, amount }, shop.onAccount);
      await shop.hear('charge.refunded', {
        id: charge,
        customer: await stripeCustomerOf(charge),
      });
      expect(await paymentsOf(customer)).toMatchObject([{ id: charge, refundedMinor }]);
    }
    expect(await shop.shardPlan(customer)).toBe('pro');
  });

  it('of which Stripe tells after the customer is deleted there is still whose it was', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    const owner = bought?.customer ?? '';
    const charges = await shop.stripe.charges.list({ limit: 100 }, shop.onAccount);
    const charge = charges.data.find((one) => one.customer === owner);
    await shop.stripe.customers.del(owner, {}, shop.onAccount);
    await shop.hear('customer.deleted', { id: owner });
    await shop.hear('charge.succeeded', { id: charge?.id, customer: owner });
    expect(await paymentsOf(customer)).toMatchObject([{ id: charge?.id, status: 'succeeded' }]);
  });

  it('of a renewal that failed says why', async () => {
    const customer = await shop.newCustomer();
    const { body } = await shop.checkout(customer, { tier: 'pro' });
    const checkoutId = /cs_\w+/.exec(body.url)?.[0] ?? '';
    await control(`checkout/${checkoutId}/pay`, { card: '4000000000000341' });
    await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, customer);
    const [subscription] = await shop.subscriptionsAtStripe(customer);
    await control(`subscriptions/${subscription?.id}/period-end`, {});
    await reconcile();
    const failed = (await paymentsOf(customer)).find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ amountMinor: 1900, failure: 'card_declined' });
    expect((await shop.customer(customer)).subscription).toMatchObject({
      status: 'past_due',
      graceEndsAtMs: expect.any(Number),
    });
    expect(await shop.shardPlan(customer)).toBe('pro');
  });

  it('of somebody else of the same account is nobody’s here', async () => {
    const { customer } = await buyer();
    const foreign = await shop.stripe.customers.create(
      { metadata: { dream_customer: customer } },
      shop.onAccount,
    );
    const before = await paymentsOf(customer);
    await shop.hear('charge.succeeded', { id: 'ch_nobody', customer: foreign.id });
    await shop.hear('charge.dispute.created', { id: 'dp_1', charge: 'ch_nobody' });
    expect(await paymentsOf(customer)).toEqual(before);
  });

  it('of another environment is not found', async () => {
    const { customer } = await buyer();
    const other = await Shop.open({ connected: false });
    const answer = await other.bySecretKey('GET', `/api/customers/${customer}/payments`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
  });

  it('leaves no trace when its customer is erased', async () => {
    const { customer, charge } = await buyer();
    await shop.stripe.refunds.create({ charge }, shop.onAccount);
    await reconcile();
    expect(await everythingKept()).toContain(charge);
    await shop.bySecretKey('DELETE', `/api/customers/${customer}`);
    expect(await everythingKept()).not.toContain(charge);
  });
});

describe('a list of payments', () => {
  it('has the newest first, a page at a time', async () => {
    const { customer } = await buyer();
    const { body } = await shop.bySecretKey('GET', '/api/tiers');
    const team = body.tiers.find(({ name }: { name: string }) => name === 'team');
    await shop.checkout(customer, { tier: team.name });
    await reconcile();
    const all = await paymentsOf(customer);
    expect(all).toHaveLength(2);
    expect(all.map(({ createdAtMs }) => createdAtMs)).toEqual(
      all.map(({ createdAtMs }) => createdAtMs).sort((a, b) => b - a),
    );
    const path = `/api/customers/${customer}/payments?limit=1`;
    const first = (await shop.bySecretKey('GET', path)).body;
    const cursor = encodeURIComponent(first.nextCursor);
    const second = (await shop.bySecretKey('GET', `${path}&cursor=${cursor}`)).body;
    expect([...first.payments, ...second.payments]).toEqual(all);
    expect(second.nextCursor).toBeNull();
  });
});

async function stripeCustomerOf(charge: string): Promise<string> {
  const { customer } = await shop.stripe.charges.retrieve(charge, {}, shop.onAccount);
  return typeof customer === 'string' ? customer : (customer?.id ?? '');
}
