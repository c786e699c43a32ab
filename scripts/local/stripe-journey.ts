import { type Fields, type Json, signatureOf, type StripeAccount } from './stripe-account.ts';

/** Where a journey goes, and what opens it. */
export interface StripeJourney {
  edge: string;
  operatorSecret: string;
  /** By which the edge knows that an event is Stripe's. */
  webhookSecret: string;
  stripe: StripeAccount;
  /** Told after each step that went well. */
  passed: (step: string) => void;
}

interface Shop {
  id: string;
  stripe: StripeAccount;
  manage(method: string, path: string, body?: object): Promise<Json>;
  call(method: string, path: string, body?: object, user?: string): Promise<Json>;
  /** Hands the edge what happened at Stripe since the shop was opened, each event once. */
  hear(): Promise<void>;
}

/**
 * Walks a customer's life through the edge and a Stripe account: buying, changing the plan, renewal,
 * a payment that fails, and the end. Throws at the first step that goes another way than it
 * should, with what was answered, after taking back what was made.
 */
export async function walkStripe(journey: StripeJourney): Promise<void> {
  const shop = await openShop(journey);
  const { passed } = journey;
  const customers: string[] = [];
  try {
    await makeTiers(shop);
    passed('two tiers, with products and prices at Stripe');
    for (const walk of [walkPayer, walkDebtor]) {
      const email = `dream.check.${customers.length}.${Date.now()}@example.com`;
      const body = { email, testClock: true };
      const { customer } = await shop.call('POST', '/api/customers', body);
      customers.push(customer.id);
      await walk(shop, customer.id, passed);
    }
  } finally {
    for (const id of customers) await shop.call('DELETE', `/api/customers/${id}`);
    await archive(shop);
  }
  passed('the customers and their test clocks deleted, products and prices archived');
}

async function openShop(journey: StripeJourney): Promise<Shop> {
  const { edge, operatorSecret, webhookSecret, stripe } = journey;
  // A key that is not taken is said at once.
  await stripe.call('GET', 'prices', { limit: 1 });
  const manage: Shop['manage'] = (method, path, body) =>
    ask(`${edge}${path}`, method, { authorization: `Bearer ${operatorSecret}` }, body);
  const sinceSeconds = Math.floor(Date.now() / 1000) - 60;
  const owner = { name: 'Stripe check', ownerEmail: 'check@example.com' };
  const { project } = await manage('POST', '/api/projects', owner);
  const { secret } = await manage('POST', `/api/projects/${project.id}/test/keys`, {});
  const heard = new Set<string>();
  return {
    id: project.id,
    stripe,
    manage,
    call: (method, path, body, user) => {
      const headers = { authorization: `Bearer ${secret}`, ...(user && { 'x-user-id': user }) };
      return ask(`${edge}${path}`, method, headers, body);
    },
    async hear() {
      const query = { limit: 100, created: { gte: sinceSeconds } };
      const { data } = await stripe.call('GET', 'events', query);
      for (const event of (data as Json[]).toReversed().filter(({ id }) => !heard.has(id))) {
        heard.add(event.id);
        const payload = JSON.stringify(event);
        const headers = { 'stripe-signature': signatureOf(payload, webhookSecret) };
        await ask(`${edge}/webhook/stripe`, 'POST', headers, event);
      }
    },
  };
}

async function makeTiers(shop: Shop): Promise<void> {
  for (const [name, priceMinor] of [
    ['pro', 1900],
    ['team', 4900],
  ] as const)
    await shop.manage('PUT', `/api/projects/${shop.id}/test/tiers/${name}`, {
      displayName: name,
      features: [{ kind: 'metered', name: 'requests', limitUnits: priceMinor }],
      prices: [{ priceMinor, currency: 'usd', interval: 'month' }],
    });
  const isPublished = async () => {
    const { tiers } = await shop.call('GET', '/api/tiers');
    const sold = (tiers as Json[]).filter(({ priceId }) => String(priceId).startsWith('price_'));
    return sold.length === 2;
  };
  await until('two tiers that can be bought', isPublished);
}

type Walk = (shop: Shop, id: string, passed: StripeJourney['passed']) => Promise<void>;

const walkPayer: Walk = async (shop, id, passed) => {
  const stripeCustomer = await buy(shop, id, 'pm_card_visa');
  passed('a checkout page opened, and a subscription taken in from its events');

  const asked = { tier: 'team' };
  const preview = await shop.call('POST', '/api/subscription/preview', asked, id);
  const { prorationAtMs } = preview;
  await shop.call('POST', '/api/subscription/change', { ...asked, prorationAtMs }, id);
  await expectPlan(shop, id, 'team', 'active');
  const { data: invoices } = await shop.stripe.call('GET', 'invoices', {
    customer: stripeCustomer,
    limit: 1,
  });
  const due = (invoices as Json[])[0]?.amount_due;
  expect(due === preview.dueNowMinor, `an invoice of ${preview.dueNowMinor}`, invoices);
  passed('an upgrade at once, invoiced as previewed');

  await shop.call('POST', '/api/subscription/change', { tier: 'pro' }, id);
  await move(shop, id, 'renewal');
  await expectPlan(shop, id, 'pro', 'active');
  passed('a downgrade that came with the renewal');

  await shop.call('POST', '/api/subscription/cancel', {}, id);
  await move(shop, id, 'period_end');
  await expectPlan(shop, id, 'free', null);
  passed('a cancellation, and the end of the plan with the period');
};

const walkDebtor: Walk = async (shop, id, passed) => {
  const customer = await buy(shop, id, 'pm_card_visa');
  const failing = { customer, payment_method: 'pm_card_chargeCustomerFail' };
  await payWith(shop, failing.customer, failing.payment_method);
  await move(shop, id, 'renewal');
  await expectPlan(shop, id, 'pro', 'past_due');
  passed('a renewal that failed: past due, and the plan kept');
  await move(shop, id, 'grace_end');
  await expectPlan(shop, id, 'free', null);
  passed('the grace over, and the plan lost');
};

/** Buys the tier pro as its checkout would; a page is for people. Answers the Stripe customer. */
async function buy(shop: Shop, id: string, card: string): Promise<string> {
  const urls = { successUrl: 'https://check.example/done' };
  const { url } = await shop.call('POST', '/api/create-checkout', { tier: 'pro', ...urls }, id);
  const sessionId = /cs_\w+/.exec(url)?.[0] ?? '';
  const session = await shop.stripe.call('GET', `checkout/sessions/${sessionId}`);
  const customer = String(session.customer);
  const { tiers } = await shop.call('GET', '/api/tiers');
  const { priceId } = (tiers as Json[]).find(({ name }) => name === 'pro') ?? {};
  await payWith(shop, customer, card);
  await shop.stripe.call('POST', `checkout/sessions/${sessionId}/expire`);
  await shop.stripe.call('POST', 'subscriptions', {
    customer,
    items: { 0: { price: priceId } },
    metadata: { dream_project: shop.id },
  });
  await until('the plan pro', async () => {
    await shop.hear();
    const read = await shop.call('GET', `/api/customers/${id}`);
    return read.customer.plan === 'pro';
  });
  return customer;
}

async function payWith(shop: Shop, customer: string, card: string): Promise<void> {
  const method = await shop.stripe.call('POST', `payment_methods/${card}/attach`, { customer });
  const fields: Fields = { invoice_settings: { default_payment_method: method.id } };
  await shop.stripe.call('POST', `customers/${customer}`, fields);
}

/** Moves a customer; Stripe may take longer than one call waits, which is to be made again then. */
async function move(shop: Shop, id: string, to: string): Promise<void> {
  for (let tries = 0; ; tries++)
    try {
      await shop.call('POST', `/api/customers/${id}/clock`, { to });
      return;
    } catch (error) {
      if (tries === 12 || !String(error).includes('provider_unavailable')) throw error;
    }
}

async function expectPlan(
  shop: Shop,
  id: string,
  plan: string,
  status: string | null,
): Promise<void> {
  const { customer } = await shop.call('GET', `/api/customers/${id}`);
  const is = customer.plan === plan && (customer.subscription?.status ?? null) === status;
  expect(is, `the plan ${plan}, ${String(status)}`, customer);
}

/** Prices stay at Stripe for ever; archived, nobody can buy them. */
async function archive({ id, stripe }: Shop): Promise<void> {
  for (const name of ['pro', 'team']) {
    const product = `${id}_test_${name}`;
    const { data } = await stripe.call('GET', 'prices', { product });
    for (const price of data as Json[])
      await stripe.call('POST', `prices/${price.id}`, { active: false });
    if (data.length > 0) await stripe.call('POST', `products/${product}`, { active: false });
  }
}

async function ask(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Json> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const answer = (await response.json()) as Json;
  expect(response.ok, `a success of ${method} ${new URL(url).pathname}`, answer);
  return answer;
}

/** Waits for what the edge or Stripe does by itself, half a minute at most. */
async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!(await isThere())) {
    expect(Date.now() < endMs, what, 'half a minute without it');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function expect(holds: boolean, wanted: string, got: unknown): asserts holds {
  if (!holds) throw new Error(`Wanted ${wanted}, got ${JSON.stringify(got)}`);
}
