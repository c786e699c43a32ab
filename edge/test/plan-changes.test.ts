import type { PlanChangePreview } from '@dream/contract/subscription';
import { describe, expect, it } from 'vitest';
import { type Answer, control, Shop } from './billing-shop.ts';

const shop = await Shop.open();

/** A customer who bought a tier just now, with the id of the subscription. */
async function subscriber(
  tier: string,
  card = '4242424242424242',
): Promise<{ customer: string; id: string }> {
  const customer = await shop.newCustomer();
  const { body } = await shop.checkout(customer, { tier });
  const checkoutId = /cs_\w+/.exec(body.url)?.[0] ?? '';
  await control(`checkout/${checkoutId}/pay`, { card });
  await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, customer);
  const [subscription] = await shop.subscriptionsAtStripe(customer);
  return { customer, id: subscription?.id ?? '' };
}

const ask = (verb: string, customer: string, body?: object): Promise<Answer> =>
  shop.bySecretKey('POST', `/api/subscription/${verb}`, body, customer);

async function preview(customer: string, body: object): Promise<PlanChangePreview> {
  const answer = await ask('preview', customer, body);
  expect(answer.status).toBe(200);
  return answer.body;
}

/** A customer's invoices as Stripe has them, the newest first. */
const invoicesOf = async (subscription: string) =>
  (await shop.stripe.invoices.list({ subscription }, shop.onAccount)).data;

const priceOfPro = async (wanted: 'month' | 'year'): Promise<string> => {
  const { body } = await shop.bySecretKey('GET', '/api/tiers');
  const pro = body.tiers.find(({ name }: { name: string }) => name === 'pro');
  return pro.prices.find(({ interval }: { interval: string }) => interval === wanted).priceId;
};
const monthlyPrice = () => priceOfPro('month');
const yearlyPrice = () => priceOfPro('year');

describe('a change to a dearer tier', () => {
  it('begins at once and is invoiced as the preview said, to the cent', async () => {
    const { customer, id } = await subscriber('pro');
    const seen = await preview(customer, { tier: 'team' });
    expect(seen).toMatchObject({ kind: 'upgrade', tier: 'team', currency: 'usd', nextMinor: 4900 });
    const { prorationAtMs } = seen;
    const { status, body } = await ask('change', customer, { tier: 'team', prorationAtMs });
    expect(status).toBe(200);
    expect(body.subscription).toMatchObject({ plan: 'team', price: { priceMinor: 4900 } });
    expect(await shop.shardPlan(customer)).toBe('team');
    const [invoice] = await invoicesOf(id);
    expect(invoice?.amount_due).toBe(seen.dueNowMinor);
    expect(invoice?.lines.data.map(({ amount }) => amount)).toEqual(
      seen.lines.map(({ amountMinor }) => amountMinor),
    );
  });

  it('asked for twice at once is made and invoiced once', async () => {
    const { customer, id } = await subscriber('pro');
    const before = (await invoicesOf(id)).length;
    const answers = await Promise.all([1, 2].map(() => ask('change', customer, { tier: 'team' })));
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    expect(await shop.shardPlan(customer)).toBe('team');
    expect(await invoicesOf(id)).toHaveLength(before + 1);
  });

  it('whose payment is declined changes nothing', async () => {
    const { customer, id } = await subscriber('pro', '4000000000000341');
    await ask('cancel', customer);
    const answer = await ask('change', customer, { tier: 'team' });
    expect(answer).toMatchObject({ status: 402, body: { code: 'payment_failed' } });
    const { subscription } = await shop.customer(customer);
    expect(subscription).toMatchObject({ plan: 'pro', endsAtMs: expect.any(Number) });
    expect(await shop.shardPlan(customer)).toBe('pro');
    expect((await invoicesOf(id)).filter(({ status }) => status === 'open')).toEqual([]);
  });

  it('takes back a cancellation', async () => {
    const { customer } = await subscriber('pro');
    await ask('cancel', customer);
    await ask('change', customer, { tier: 'team' });
    const { subscription } = await shop.customer(customer);
    expect(subscription).toMatchObject({ plan: 'team', endsAtMs: null });
  });

  it('takes back a downgrade that was to come', async () => {
    const { customer, id } = await subscriber('pro');
    await ask('change', customer, { tier: 'pro', priceId: await yearlyPrice() });
    const later = await ask('change', customer, { tier: 'pro', priceId: await monthlyPrice() });
    expect(later.body.subscription).toMatchObject({ price: { interval: 'year' }, next: {} });
    const { body } = await ask('change', customer, { tier: 'team' });
    expect(body.subscription).toMatchObject({ plan: 'team', next: null });
    const { schedule } = await shop.stripe.subscriptions.retrieve(id, {}, shop.onAccount);
    expect(schedule).toBeNull();
  });

  it('from a preview that is old or made up is refused', async () => {
    const { customer } = await subscriber('pro');
    for (const prorationAtMs of [Date.now() - 2 * 3_600_000, Date.now() + 3_600_000]) {
      const answer = await ask('change', customer, { tier: 'team', prorationAtMs });
      expect(answer).toMatchObject({ status: 409, body: { code: 'preview_expired' } });
    }
    expect(await shop.shardPlan(customer)).toBe('pro');
  });
});

describe('a change to a cheaper tier', () => {
  it('begins when what is paid ends, and costs nothing now', async () => {
    const { customer, id } = await subscriber('team');
    const before = (await invoicesOf(id)).length;
    const seen = await preview(customer, { tier: 'pro' });
    expect(seen).toMatchObject({ kind: 'downgrade', dueNowMinor: 0, nextMinor: 1900 });
    const { body } = await ask('change', customer, { tier: 'pro' });
    expect(body.subscription).toMatchObject({
      plan: 'team',
      next: { plan: 'pro', atMs: seen.startsAtMs },
    });
    expect(await shop.shardPlan(customer)).toBe('team');
    expect(await invoicesOf(id)).toHaveLength(before);

    await control(`subscriptions/${id}/period-end`, {});
    await shop.hear('customer.subscription.updated', { id, customer: await stripeCustomer(id) });
    expect(await shop.shardPlan(customer)).toBe('pro');
    expect((await shop.customer(customer)).subscription).toMatchObject({ plan: 'pro', next: null });
  });

  it('keeps how many there are and the lines of others, also where somebody else made a schedule', async () => {
    const { customer, id } = await subscriber('team');
    const { stripe, onAccount } = shop;
    const { items } = await stripe.subscriptions.retrieve(id, {}, onAccount);
    const seats = await stripe.prices.create(
      {
        unit_amount: 500,
        currency: 'usd',
        recurring: { interval: 'month' },
        product: String(items.data[0]?.price.product),
      },
      onAccount,
    );
    const more = [
      { id: items.data[0]?.id ?? '', quantity: 3 },
      { price: seats.id, quantity: 2 },
    ];
    await stripe.subscriptions.update(id, { items: more }, onAccount);
    await stripe.subscriptionSchedules.create({ from_subscription: id }, onAccount);
    const { body } = await ask('change', customer, { tier: 'pro' });
    expect(body.subscription).toMatchObject({ plan: 'team', next: { plan: 'pro' } });
    await control(`subscriptions/${id}/period-end`, {});
    const after = await stripe.subscriptions.retrieve(id, {}, onAccount);
    const lines = after.items.data.map(({ price, quantity }) => [price.unit_amount, quantity]);
    expect(new Map(lines as [number, number][])).toEqual(
      new Map([
        [1900, 3],
        [500, 2],
      ]),
    );
  });

  it('is taken back by resuming, and the next period is as this one', async () => {
    const { customer, id } = await subscriber('team');
    await ask('change', customer, { tier: 'pro' });
    const { body } = await ask('resume', customer);
    expect(body.subscription).toMatchObject({ plan: 'team', next: null });
    await control(`subscriptions/${id}/period-end`, {});
    await shop.hear('customer.subscription.updated', { id, customer: await stripeCustomer(id) });
    expect(await shop.shardPlan(customer)).toBe('team');
  });

  it('gives way to cancelling', async () => {
    const { customer } = await subscriber('team');
    await ask('change', customer, { tier: 'pro' });
    const { body } = await ask('cancel', customer);
    expect(body.subscription).toMatchObject({ next: null, endsAtMs: expect.any(Number) });
  });

  it('to the free default tier is a cancellation at the end of what is paid', async () => {
    const { customer } = await subscriber('pro');
    expect(await preview(customer, { tier: 'free' })).toMatchObject({
      kind: 'downgrade',
      priceId: null,
      dueNowMinor: 0,
    });
    const { body } = await ask('change', customer, { tier: 'free' });
    expect(body.subscription).toMatchObject({ plan: 'pro', endsAtMs: expect.any(Number) });
  });
});

async function stripeCustomer(id: string): Promise<string> {
  const { customer } = await shop.stripe.subscriptions.retrieve(id, {}, shop.onAccount);
  return typeof customer === 'string' ? customer : customer.id;
}

describe('a subscription', () => {
  it('of the same tier by the year is paid at once for the year', async () => {
    const { customer } = await subscriber('pro');
    const priceId = await yearlyPrice();
    const seen = await preview(customer, { tier: 'pro', priceId });
    expect(seen).toMatchObject({ kind: 'upgrade', nextMinor: 19_000 });
    const { body } = await ask('change', customer, { tier: 'pro', priceId });
    expect(body.subscription).toMatchObject({ plan: 'pro', price: { interval: 'year' } });
  });

  it('that is cancelled keeps the plan to its end, and is resumed as if nothing were', async () => {
    const { customer } = await subscriber('pro');
    const { body } = await ask('cancel', customer);
    expect(body.subscription).toMatchObject({ plan: 'pro', endsAtMs: expect.any(Number) });
    expect(await shop.shardPlan(customer)).toBe('pro');
    const resumed = await ask('resume', customer);
    expect(resumed.body.subscription).toMatchObject({
      endsAtMs: null,
      renewsAtMs: expect.any(Number),
    });
  });

  it('that there is none of cannot be changed, cancelled or resumed', async () => {
    const customer = await shop.newCustomer();
    for (const [verb, body] of [['change', { tier: 'pro' }], ['cancel'], ['resume']] as const) {
      const answer = await ask(verb, customer, body);
      expect(answer).toMatchObject({ status: 409, body: { code: 'subscription_missing' } });
    }
    expect(await preview(customer, { tier: 'pro' })).toMatchObject({
      kind: 'checkout',
      dueNowMinor: 1900,
    });
  });
});

describe('a checkout inside the page', () => {
  it('is shown by a secret of its own, and gives the plan when it is paid', async () => {
    const customer = await shop.newCustomer();
    const { body } = await shop.checkout(customer, { tier: 'pro', embedded: true });
    expect(body).toMatchObject({
      url: expect.stringContaining('shop.example'),
      embedded: {
        clientSecret: expect.stringContaining('_secret_'),
        stripePublishableKey: 'pk_test_platform',
        stripeAccountId: shop.account,
      },
    });
    const again = await shop.checkout(customer, { tier: 'pro', embedded: true });
    expect(again.body).toEqual(body);
    const checkoutId = body.embedded.clientSecret.split('_secret_')[0];
    await control(`checkout/${checkoutId}/pay`, {});
    await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, customer);
    expect(await shop.shardPlan(customer)).toBe('pro');
  });

  it('is not the one on a page of its own, which can no longer be paid', async () => {
    const customer = await shop.newCustomer();
    const first = await shop.checkout(customer, { tier: 'pro' });
    await shop.checkout(customer, { tier: 'pro', embedded: true });
    const checkoutId = /cs_\w+/.exec(first.body.url)?.[0] ?? '';
    const { status } = await shop.stripe.checkout.sessions.retrieve(checkoutId, {}, shop.onAccount);
    expect(status).toBe('expired');
  });
});
