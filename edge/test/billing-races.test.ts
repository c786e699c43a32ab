import type { Stripe } from 'stripe';
import { beforeAll, describe, expect, it } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { type Answer, call, checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
});

const ask = (verb: string, customer: string, body: object = {}): Promise<Answer> =>
  shop.bySecretKey('POST', `/api/subscription/${verb}`, body, customer);

const confirm = (checkoutId: string, customer: string): Promise<Answer> =>
  shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, customer);

const pay = (checkoutId: string) => control(`checkout/${checkoutId}/pay`, {});

/** Pays what an answer leads to, as far as it leads to a page. */
const payAll = (answers: readonly Answer[]) =>
  Promise.all(
    answers
      .map(({ body }) => /cs_\w+/.exec(body.url ?? '')?.[0])
      .filter((id) => id !== undefined)
      .map(async (id) => {
        await pay(id);
        return id;
      }),
  );

/** Everything Stripe has of a person: found by our mark, however many customers they are there. */
async function atStripe(customer: string) {
  const { stripe, onAccount } = shop;
  const all = await stripe.customers
    .list({ limit: 100 }, onAccount)
    .autoPagingToArray({ limit: 1000 });
  const ids = new Set(
    all.filter(({ metadata }) => metadata.dream_customer === customer).map(({ id }) => id),
  );
  const lists = await Promise.all(
    [...ids].map((id) =>
      stripe.subscriptions.list(
        { customer: id, status: 'all', expand: ['data.schedule'] },
        onAccount,
      ),
    ),
  );
  const invoices = await Promise.all(
    lists
      .flatMap(({ data }) => data)
      .map(({ id }) => stripe.invoices.list({ subscription: id }, onAccount)),
  );
  return {
    customers: ids.size,
    subscriptions: lists.flatMap(({ data }) => data),
    paid: invoices
      .flatMap(({ data }) => data)
      .filter(({ amount_paid }) => amount_paid > 0)
      .map(({ billing_reason }) => billing_reason),
  };
}

const isServerError = ({ status }: Answer) => status >= 500;

describe('a customer with many tabs', () => {
  it('who asks for several tiers eight times at once is one customer at Stripe with one page to pay', async () => {
    const customer = await shop.newCustomer();
    const tiers = ['pro', 'team', 'pro', 'team', 'pro', 'team', 'pro', 'team'];
    const answers = await Promise.all(tiers.map((tier) => shop.checkout(customer, { tier })));
    expect(answers.filter(isServerError)).toEqual([]);
    const ids = await payAll(answers);
    await Promise.all(ids.map((id) => confirm(id, customer)));
    const { customers, subscriptions, paid } = await atStripe(customer);
    expect(customers).toBe(1);
    expect(subscriptions.map(({ status }) => status)).toEqual(['active']);
    expect(paid).toEqual(['subscription_create']);
    expect((await shop.customer(customer)).plan).toMatch(/^(pro|team)$/);
  });

  it('who was deleted at Stripe unnoticed gets a page to pay in each of them', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'team');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    await shop.stripe.customers.del(bought?.customer ?? '', {}, shop.onAccount);
    const tiers = ['pro', 'team', 'pro', 'team', 'pro', 'team'];
    const answers = await Promise.all(tiers.map((tier) => shop.checkout(customer, { tier })));
    expect(answers.map(({ status }) => status)).toEqual(tiers.map(() => 200));
    const ids = await payAll(answers);
    await Promise.all(ids.map((id) => confirm(id, customer)));
    const { subscriptions } = await atStripe(customer);
    expect(subscriptions.filter(({ status }) => status === 'active')).toHaveLength(1);
  });

  it('who pays in one while another asks for more has one subscription, bought once', async () => {
    const customer = await shop.newCustomer();
    const { body } = await shop.checkout(customer, { tier: 'pro' });
    const id = checkoutIdOf(body.url);
    const [, other] = await Promise.all([pay(id), shop.checkout(customer, { tier: 'team' })]);
    const more = await payAll([other]);
    await Promise.all([id, ...more].map((one) => confirm(one, customer)));
    const { customers, subscriptions, paid } = await atStripe(customer);
    expect([customers, subscriptions.length]).toEqual([1, 1]);
    expect(paid.filter((reason) => reason === 'subscription_create')).toHaveLength(1);
    expect(await shop.shardPlan(customer)).toBe('team');
  });

  it('who comes back from paying eight times at once has bought once', async () => {
    const customer = await shop.newCustomer();
    const { body } = await shop.checkout(customer, { tier: 'pro' });
    const id = checkoutIdOf(body.url);
    await Promise.all([pay(id), pay(id)]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => confirm(id, customer)));
    expect(new Set(answers.map((answer) => answer.body.status))).toEqual(new Set(['complete']));
    const { subscriptions, paid } = await atStripe(customer);
    expect([subscriptions.length, paid]).toEqual([1, ['subscription_create']]);
  });

  it.each([
    ['without', () => ({})],
    ['with one', () => ({ 'idempotency-key': 'one' })],
    ['with each its own', () => ({ 'idempotency-key': crypto.randomUUID() })],
  ])(
    'who upgrades four times at once, %s idempotency key, pays for it once',
    async (_, headers) => {
      const customer = await shop.newCustomer();
      await shop.buy(customer, 'pro');
      const upgrade = () =>
        call(
          'POST',
          '/api/subscription/change',
          shop.sk,
          { tier: 'team' },
          {
            'x-user-id': customer,
            ...headers(),
          },
        );
      const answers = await Promise.all([1, 2, 3, 4].map(upgrade));
      expect(answers.filter(isServerError)).toEqual([]);
      const { subscriptions, paid } = await atStripe(customer);
      expect(subscriptions).toHaveLength(1);
      expect(new Set(paid)).toEqual(new Set(['subscription_create', 'subscription_update']));
      expect(paid).toHaveLength(2);
      expect(await shop.shardPlan(customer)).toBe('team');
    },
  );

  it('who changes, cancels and resumes at once ends with what Stripe has', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'team');
    const answers = await Promise.all([
      ask('change', customer, { tier: 'pro' }),
      ask('cancel', customer),
      ask('resume', customer),
      ask('change', customer, { tier: 'pro' }),
      ask('cancel', customer),
    ]);
    expect(answers.filter(isServerError)).toEqual([]);
    const { subscriptions, paid } = await atStripe(customer);
    const [subscription] = subscriptions as [Stripe.Subscription];
    const { cancel_at: endsAt, cancel_at_period_end: ends, items, schedule } = subscription;
    const until = endsAt ?? (ends ? (items.data[0]?.current_period_end ?? 0) : null);
    expect((await shop.customer(customer)).subscription).toMatchObject({
      plan: 'team',
      endsAtMs: until === null ? null : until * 1000,
      next: schedule === null || until !== null ? null : { plan: 'pro' },
    });
    expect(paid).toEqual(['subscription_create']);
  });

  it('who goes back and forth within a minute is taken at their word each time', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'team');
    for (let time = 0; time < 3; time++) {
      const later = await ask('change', customer, { tier: 'pro' });
      expect(later.body.subscription).toMatchObject({ plan: 'team', next: { plan: 'pro' } });
      const again = await ask('resume', customer);
      expect(again.body.subscription).toMatchObject({ plan: 'team', next: null, endsAtMs: null });
    }
  });
});

describe('somebody in a trial', () => {
  it('who goes back and forth within a minute has what they chose last', async () => {
    const trying = await Shop.open();
    await manage('PUT', `${trying.base}/tiers/pro`, {
      displayName: 'Pro',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
      prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
      trialDays: 14,
    });
    const customer = await trying.newCustomer();
    await trying.buy(customer, 'pro');
    for (const tier of ['team', 'pro', 'team', 'pro']) {
      const path = '/api/subscription/change';
      const { body } = await trying.bySecretKey('POST', path, { tier }, customer);
      expect(body.subscription).toMatchObject({ status: 'trialing', plan: tier });
    }
  });
});

describe('a customer made at Stripe that turns out to be one too many', () => {
  /** Does something else while Stripe makes the customer. */
  async function checkoutWhile(customer: string, meanwhile: () => Promise<unknown>) {
    const { stripe: access } = deps;
    deps.stripe = (...of) => {
      const stripe = access(...of);
      return {
        ...stripe,
        async createCustomer(...given) {
          deps.stripe = access;
          const made = await stripe.createCustomer(...given);
          await meanwhile();
          return made;
        },
      };
    };
    try {
      return await shop.checkout(customer, { tier: 'pro' });
    } finally {
      deps.stripe = access;
    }
  }

  it('is deleted there when another tab was first', async () => {
    const customer = await shop.newCustomer();
    const first = await shop.stripe.customers.create(
      { metadata: { dream_customer: customer } },
      shop.onAccount,
    );
    const answer = await checkoutWhile(customer, () =>
      deps.project(shop.ref).billing().setStripeCustomer(customer, first.id),
    );
    expect(answer.status).toBe(200);
    expect((await atStripe(customer)).customers).toBe(1);
  });

  it('is deleted there when its person was erased meanwhile', async () => {
    const customer = await shop.newCustomer();
    const answer = await checkoutWhile(customer, () =>
      shop.bySecretKey('DELETE', `/api/customers/${customer}`),
    );
    expect(answer.status).toBe(404);
    expect((await atStripe(customer)).customers).toBe(0);
  });
});

describe('somebody whose subscription was ended at once, unnoticed', () => {
  const ended = async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    await shop.stripe.subscriptions.cancel(bought?.id ?? '', {}, shop.onAccount);
    return customer;
  };

  it('buys the same tier again right away', async () => {
    const customer = await ended();
    await shop.buy(customer, 'pro');
    const { customers, subscriptions } = await atStripe(customer);
    expect(customers).toBe(1);
    expect(subscriptions.map(({ status }) => status).toSorted()).toEqual(['active', 'canceled']);
    expect(await shop.shardPlan(customer)).toBe('pro');
  });

  it.each(['cancel', 'resume', 'change'])('is told that there is nothing to %s', async (verb) => {
    const customer = await ended();
    const answer = await ask(verb, customer, verb === 'change' ? { tier: 'free' } : {});
    expect([answer.status, answer.body.code]).not.toContain(502);
    expect(answer.status).toBeLessThan(500);
    expect(await shop.shardPlan(customer)).toBe('free');
  });
});

describe('a subscription made by hand for our customer and price', () => {
  it('is cancelled, given back and told of, though no event of it ever came', async () => {
    const customer = await shop.newCustomer();
    await shop.buy(customer, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(customer);
    const { default_payment_method: card } = await shop.stripe.subscriptions.retrieve(
      bought?.id ?? '',
      {},
      shop.onAccount,
    );
    const made = await shop.stripe.subscriptions.create(
      {
        customer: bought?.customer ?? '',
        items: [{ price: bought?.priceId ?? '' }],
        default_payment_method: String(card),
      },
      shop.onAccount,
    );
    await deps.directory.prepare('DELETE FROM reconciliation').run();
    await reconcileBilling(deps);
    const all = await shop.subscriptionsAtStripe(customer);
    expect(new Map(all.map(({ id, status }) => [id, status]))).toEqual(
      new Map([
        [made.id, 'canceled'],
        [bought?.id, 'active'],
      ]),
    );
    const charges = await shop.stripe.charges.list({ limit: 100 }, shop.onAccount);
    const own = charges.data.filter((charge) => charge.customer === bought?.customer);
    expect(own.map(({ amount_refunded }) => amount_refunded)).toEqual([1900, 0]);
    const { entries } = await manage('GET', `${shop.base}/audit`);
    const told = entries.filter(({ subject }: { subject: string }) => subject === made.id);
    expect(told.map(({ action }: { action: string }) => action).toSorted()).toEqual([
      'subscription.refunded',
      'subscription.surplus',
    ]);
  });
});

describe('what was bought in another account', () => {
  it.each([
    ['preview', { tier: 'team' }],
    ['change', { tier: 'team' }],
    ['cancel', {}],
    ['resume', {}],
  ])('is not lost because somebody asks to %s it', async (verb, body) => {
    const moved = await Shop.open();
    const customer = await moved.newCustomer();
    await moved.buy(customer, 'pro');
    await moved.connect();
    const answer = await moved.bySecretKey('POST', `/api/subscription/${verb}`, body, customer);
    expect(answer.body.code).toBe('stripe_not_connected');
    expect(await moved.shardPlan(customer)).toBe('pro');
  });
});
