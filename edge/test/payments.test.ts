import type { Payment } from '@dream/contract/payments';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { deliverWebhooks } from '../src/outgoing/deliver.job.ts';
import { checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { Receiver } from './receiver.ts';

const everythingKept = await watchEverythingKept();

let shop: Shop;
beforeAll(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
});

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Has Stripe's own list of events read, as happens once an hour: all up to the second that runs. */
async function reconcile(): Promise<void> {
  const second = nowSeconds();
  await vi.waitFor(() => expect(nowSeconds()).toBeGreaterThan(second), { timeout: 2000 });
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

/** Has the bank of a customer refuse a charge. */
async function declined(customer: string): Promise<void> {
  await shop.checkout(customer, { tier: 'pro' });
  const facts = await deps.project(shop.ref).billing().checkouting(customer, Date.now());
  const intent = {
    amount: 1900,
    currency: 'usd',
    customer: (facts.ok && facts.value.stripeCustomerId) || '',
    payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
    confirm: true,
    return_url: 'https://shop.example/done',
  };
  const paying = shop.stripe.paymentIntents.create(intent, shop.onAccount);
  await expect(paying).rejects.toMatchObject({ code: 'card_declined' });
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

describe('webhooks are told', () => {
  /** An endpoint of the shop that is told of payments. */
  async function listen(): Promise<() => Promise<{ type: string; data: any }[]>> {
    const receiver = new Receiver();
    const events = ['payment.failed', 'payment.refunded', 'payment.disputed'];
    await manage('POST', `${shop.base}/webhooks`, { url: receiver.url, events });
    return async () => {
      await deliverWebhooks(deps, shop.ref);
      return receiver.events();
    };
  }

  it('of each refund once, whatever is repeated', async () => {
    const { customer, charge } = await buyer();
    const told = await listen();
    const object = { id: charge, customer: await stripeCustomerOf(charge) };
    for (const amount of [500, 1400]) {
      await shop.stripe.refunds.create({ charge, amount }, shop.onAccount);
      for (const type of ['charge.refunded', 'refund.updated', 'charge.refunded'])
        await shop.hear(type, type === 'refund.updated' ? { id: 're_1', charge } : object);
    }
    await reconcile();
    await vi.waitFor(async () => expect(await told()).toHaveLength(2));
    const refunds = (await told()).sort((a, b) => refundedOf(a) - refundedOf(b));
    expect(refunds.map(({ type, data }) => [type, data.payment.refundedMinor])).toEqual([
      ['payment.refunded', 500],
      ['payment.refunded', 1900],
    ]);
    expect(refunds[0]?.data).toEqual({
      customer: { id: customer, externalId: null },
      payment: { ...(await paymentsOf(customer))[0], refundedMinor: 500 },
    });
  });

  it('of a charge that failed, and of one in dispute, once', async () => {
    const told = await listen();
    const [poor, angry] = [await shop.newCustomer(), await shop.newCustomer()];
    await declined(poor);
    const { body } = await shop.checkout(angry, { tier: 'pro' });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, { card: '4000000000000259' });
    await reconcile();
    await reconcile();
    await vi.waitFor(async () => expect(await told()).toHaveLength(2));
    const [failed, disputed] = (await told()).sort((a, b) => b.type.localeCompare(a.type));
    expect(failed).toMatchObject({
      type: 'payment.failed',
      data: { customer: { id: poor }, payment: { failure: 'card_declined' } },
    });
    expect(disputed).toMatchObject({
      type: 'payment.disputed',
      data: { customer: { id: angry }, payment: { dispute: 'needs_response' } },
    });
  });
});

const refundedOf = ({ data }: { data: any }): number => data.payment.refundedMinor;

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
