import { runInDurableObject } from 'cloudflare:test';
import type { PlanChangePreview } from '@dream/contract/subscription';
import { describe, expect, it } from 'vitest';
import { type Answer, control, deps, Shop } from './billing-shop.ts';

const shop = await Shop.open();

/** A customer who bought a tier just now, with the id of the subscription. */
async function subscriber(
  tier: string,
  card = '4242424242424242',
): Promise<{ customer: string; id: string }> {
  const customer = await shop.newCustomer();
  const { body } = await shop.checkout(customer, { tier });
  const checkoutId = /cs_\w+/.exec(body.url)?.[0] ?? '';
  await control(`checkout/${checkoutId}/pay`, { card, authenticated: true });
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

  it.each([
    ['inclusive', true],
    ['exclusive', false],
  ] as const)('says that its tax is %s, as Stripe does', async (taxBehavior, inclusive) => {
    const { customer, id } = await subscriber('pro');
    expect(await preview(customer, { tier: 'team' })).toMatchObject({
      taxMinor: 0,
      taxBehavior: 'unspecified',
    });
    const { id: rate } = await shop.stripe.taxRates.create(
      { display_name: 'VAT', percentage: 20, inclusive },
      shop.onAccount,
    );
    await shop.stripe.subscriptions.update(id, { default_tax_rates: [rate] }, shop.onAccount);
    const seen = await preview(customer, { tier: 'team' });
    expect(seen).toMatchObject({ taxBehavior, taxMinor: expect.any(Number) });
    expect(seen.taxMinor).toBeGreaterThan(0);
    const lines = seen.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    expect(seen.dueNowMinor).toBe(lines + (inclusive ? 0 : seen.taxMinor));
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

/** The bank's page, reached from the page of an invoice, and what is answered there. */
async function answerBank(url: string, answer: 'complete' | 'fail'): Promise<void> {
  const post = (to: string, fields: Record<string, string> = {}) =>
    fetch(to, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  await post((await post(url)).headers.get('location') ?? '', { answer });
}

describe('an upgrade that the bank wants confirmed', () => {
  const ASKS = '4000002760003184';
  const paidOrOpen = async (id: string) =>
    (await invoicesOf(id)).filter(({ status }) => status === 'open' || status === 'paid');

  it('leads to the page of one invoice, keeps the plan until that is paid, and then gives the new one', async () => {
    const { customer, id } = await subscriber('pro', ASKS);
    await ask('cancel', customer);
    const asked = await ask('change', customer, { tier: 'team' });
    expect(asked).toMatchObject({ status: 402, body: { code: 'payment_action_required' } });
    const again = await ask('change', customer, { tier: 'team' });
    expect(again.body.url).toBe(asked.body.url);
    expect((await shop.checkout(customer, { tier: 'team' })).body.url).toBe(asked.body.url);
    expect(await paidOrOpen(id)).toHaveLength(2);
    expect(await shop.shardPlan(customer)).toBe('pro');

    await answerBank(asked.body.url, 'fail');
    expect((await ask('change', customer, { tier: 'team' })).body.url).toBe(asked.body.url);
    await answerBank(asked.body.url, 'complete');
    await shop.hear('customer.subscription.updated', { id, customer: await stripeCustomer(id) });
    expect(await shop.shardPlan(customer)).toBe('team');
    const { subscription } = await shop.customer(customer);
    expect(subscription).toMatchObject({ plan: 'team', endsAtMs: null });
    expect((await paidOrOpen(id)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  });

  it('is known as made by who asks again before anybody told us', async () => {
    const { customer } = await subscriber('pro', ASKS);
    const asked = await ask('change', customer, { tier: 'team' });
    await answerBank(asked.body.url, 'complete');
    const again = await ask('change', customer, { tier: 'team' });
    expect(again).toMatchObject({ status: 409, body: { code: 'already_subscribed' } });
    expect(await shop.shardPlan(customer)).toBe('team');
  });

  it.each([
    ['cancels', (customer: string) => ask('cancel', customer)],
    ['asks for a cheaper plan', (customer: string) => ask('change', customer, { tier: 'free' })],
    [
      'asks for another price',
      async (customer: string) =>
        ask('change', customer, { tier: 'pro', priceId: await yearlyPrice() }),
    ],
  ])('can be paid no more by who then %s', async (_, then) => {
    const { customer, id } = await subscriber('pro', ASKS);
    const asked = await ask('change', customer, { tier: 'team' });
    await then(customer);
    const first = (await invoicesOf(id)).find(
      ({ hosted_invoice_url }) => hosted_invoice_url === asked.body.url,
    );
    expect(first?.status).toBe('void');
    await fetch(asked.body.url, { method: 'POST', redirect: 'manual' });
    await shop.hear('customer.subscription.updated', { id, customer: await stripeCustomer(id) });
    expect(await shop.shardPlan(customer)).toBe('pro');
  });
});

describe('an upgrade whose process dies on the way', () => {
  it('takes back the downgrade that was to come, by whoever looks next', async () => {
    const { customer, id } = await subscriber('team');
    const yearly = await yearlyPrice();
    await ask('change', customer, { tier: 'pro' });
    const { stripe, onAccount, ref } = shop;
    const nowMs = Date.now();
    await deps
      .project(ref)
      .billing()
      .beginUpgrade({ id, customerId: customer, priceId: yearly }, nowMs);
    const { items } = await stripe.subscriptions.retrieve(id, {}, onAccount);
    const item = items.data[0]?.id ?? '';
    await stripe.subscriptions.update(id, { items: [{ id: item, price: yearly }] }, onAccount);
    await shop.hear('customer.subscription.updated', { id, customer: await stripeCustomer(id) });
    const { subscription } = await shop.customer(customer);
    expect(subscription).toMatchObject({ plan: 'pro', price: { interval: 'year' }, next: null });
    expect((await stripe.subscriptions.retrieve(id, {}, onAccount)).schedule).toBeNull();
  });

  it('is looked at by the alarm, without any event', async () => {
    const { customer, id } = await subscriber('pro');
    const nowMs = Date.now();
    const billing = deps.project(shop.ref).billing();
    await billing.beginUpgrade({ id, customerId: customer, priceId: await yearlyPrice() }, nowMs);
    const due = await runInDurableObject(deps.project(shop.ref), (_, { storage }) =>
      storage.sql
        .exec("SELECT due_ms FROM outbox WHERE state = 'open' AND id LIKE ?", `job_${id}_%`)
        .toArray(),
    );
    expect(due).toContainEqual({ due_ms: nowMs + 30_000 });
  });

  it('leaves alone what the customer asked for since', async () => {
    const { customer, id } = await subscriber('pro');
    const yearly = await yearlyPrice();
    const billing = deps.project(shop.ref).billing();
    await billing.beginUpgrade({ id, customerId: customer, priceId: yearly }, Date.now());
    const { items } = await shop.stripe.subscriptions.retrieve(id, {}, shop.onAccount);
    const item = items.data[0]?.id ?? '';
    await shop.stripe.subscriptions.update(
      id,
      { items: [{ id: item, price: yearly }] },
      shop.onAccount,
    );
    const { body } = await ask('cancel', customer);
    expect(body.subscription.endsAtMs).toEqual(expect.any(Number));
  });
});

it('a preview of a period that is over by now is to be asked for anew', async () => {
  const { customer, id } = await subscriber('pro');
  const seen = await preview(customer, { tier: 'team' });
  await control(`subscriptions/${id}/period-end`, {});
  const prorationAtMs = (seen.prorationAtMs ?? 0) - 1000;
  const late = await ask('change', customer, { tier: 'team', prorationAtMs });
  expect(late).toMatchObject({ status: 409, body: { code: 'preview_expired' } });
  const { body } = await ask('change', customer, {
    tier: 'team',
    prorationAtMs: (await preview(customer, { tier: 'team' })).prorationAtMs,
  });
  expect(body.subscription.plan).toBe('team');
});
