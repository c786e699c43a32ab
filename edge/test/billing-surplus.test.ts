import { beforeAll, describe, expect, it } from 'vitest';
import { syncObject } from '../src/billing/stripe.job.ts';
import { control, deps, manage, Shop } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

/** A customer on pro, who has bought it once more behind our back. */
async function boughtTwice(trialDays = 0) {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const [first] = await shop.subscriptionsAtStripe(id);
  const customer = first?.customer ?? '';
  const session = await shop.stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      customer,
      line_items: [{ price: first?.priceId ?? '', quantity: 1 }],
      success_url: 'https://shop.example',
      ...(trialDays > 0 && { subscription_data: { trial_period_days: trialDays } }),
    },
    shop.onAccount,
  );
  await control(`checkout/${session.id}/pay`, {});
  const second = (await shop.subscriptionsAtStripe(id)).find((one) => one.id !== first?.id);
  return { id, customer, first: first?.id ?? '', second: second?.id ?? '' };
}

const hearOf = (subscription: string, customer: string) =>
  shop.hear('customer.subscription.created', {
    id: subscription,
    object: 'subscription',
    customer,
  });

const statusOf = async (id: string) =>
  (await shop.stripe.subscriptions.retrieve(id, {}, shop.onAccount)).status;

/** What a subscription paid, and what of it was given back, in cents. */
async function money(subscription: string) {
  const { data } = await shop.stripe.invoices.list({ subscription }, shop.onAccount);
  const payments = await Promise.all(
    data.map(({ id }) => shop.stripe.invoicePayments.list({ invoice: id }, shop.onAccount)),
  );
  const intents = new Set(
    payments.flatMap((list) => list.data.map(({ payment }) => String(payment.payment_intent))),
  );
  const charges = (await shop.stripe.charges.list({ limit: 100 }, shop.onAccount)).data.filter(
    ({ payment_intent }) => intents.has(String(payment_intent)),
  );
  const refunds = (await shop.stripe.refunds.list({ limit: 100 }, shop.onAccount)).data.filter(
    ({ payment_intent }) => intents.has(String(payment_intent)),
  );
  return {
    paid: charges.reduce((sum, { amount }) => sum + amount, 0),
    refunds: refunds.map(({ amount }) => amount),
  };
}

/** What the audit says of a subscription, the oldest first. */
async function audited(subject: string): Promise<string[]> {
  const { entries } = await manage('GET', `${shop.base}/audit`);
  return entries
    .filter((entry: { subject: string | null }) => entry.subject === subject)
    .map(({ action }: { action: string }) => action)
    .toReversed();
}

describe('a second subscription', () => {
  it('is cancelled and given back, and the first goes on', async () => {
    const { id, customer, first, second } = await boughtTwice();
    await hearOf(second, customer);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['active', 'canceled']);
    expect(await money(second)).toEqual({ paid: 1900, refunds: [1900] });
    expect(await money(first)).toEqual({ paid: 1900, refunds: [] });
    expect((await shop.customer(id)).plan).toBe('pro');
    expect(await audited(second)).toEqual(['subscription.surplus', 'subscription.refunded']);
  });

  it('is given back once, however often and however many at once look at it', async () => {
    const { customer, second } = await boughtTwice();
    await Promise.all([1, 2, 3].map(() => hearOf(second, customer)));
    await syncObject(deps, shop.ref, second);
    expect(await money(second)).toEqual({ paid: 1900, refunds: [1900] });
    expect(await audited(second)).toEqual(['subscription.surplus', 'subscription.refunded']);
  });

  it('that was given back before a crash is cancelled without giving back more', async () => {
    const { customer, second } = await boughtTwice();
    await deps.stripe(shop.ref, shop.account).refundSubscription(second);
    await hearOf(second, customer);
    expect(await statusOf(second)).toBe('canceled');
    expect(await money(second)).toEqual({ paid: 1900, refunds: [1900] });
  });

  it('that somebody gave back by hand is cancelled, and that is no error', async () => {
    const { customer, second } = await boughtTwice();
    const { data } = await shop.stripe.invoices.list({ subscription: second }, shop.onAccount);
    const payments = await shop.stripe.invoicePayments.list(
      { invoice: data[0]?.id ?? '' },
      shop.onAccount,
    );
    await shop.stripe.refunds.create(
      { payment_intent: String(payments.data[0]?.payment.payment_intent) },
      shop.onAccount,
    );
    await hearOf(second, customer);
    expect(await statusOf(second)).toBe('canceled');
    expect(await money(second)).toEqual({ paid: 1900, refunds: [1900] });
    expect(await audited(second)).toEqual(['subscription.surplus', 'subscription.refunded']);
  });

  it('in its trial is cancelled, and there is nothing to give back', async () => {
    const { customer, second } = await boughtTwice(14);
    await hearOf(second, customer);
    expect(await statusOf(second)).toBe('canceled');
    expect(await audited(second)).toEqual(['subscription.surplus']);
  });

  it('that does not run any more is cancelled, and keeps what it was paid for its time', async () => {
    const { first, second } = await boughtTwice();
    const billing = deps.project(shop.ref).billing();
    const state = await deps.stripe(shop.ref, shop.account).fetchObject(second);
    if (state.kind !== 'subscription') throw new Error('no subscription');
    const { turn } = await billing.beginSync(second, 'job_turn', Date.now());
    const unpaid = { ...state, status: 'unpaid' as const };
    expect(await billing.applySync(turn, unpaid, 'job_unpaid', Date.now())).toMatchObject({
      surplus: { isRunning: false, besideId: first },
    });
  });

  it('is no second one when the first has ended unnoticed: it gives the plan', async () => {
    const { id, customer, first, second } = await boughtTwice();
    await shop.stripe.subscriptions.cancel(first, {}, shop.onAccount);
    await hearOf(second, customer);
    expect(await statusOf(second)).toBe('active');
    expect(await money(second)).toEqual({ paid: 1900, refunds: [] });
    expect(await shop.shardPlan(id)).toBe('pro');
    await shop.stripe.subscriptions.cancel(second, {}, shop.onAccount);
    await hearOf(second, customer);
    expect(await shop.shardPlan(id)).toBe('free');
  });
});
