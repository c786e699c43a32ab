import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import { openReferee, type Referee } from '../../referee/referee.ts';
import { createClock } from '../core/clock.ts';
import { listen } from '../core/server.ts';
import { createStore } from '../core/store.ts';
import { createStripeSandbox } from './app.ts';

/** A sandbox on a port of its own, for tests. */
export interface TestStripe {
  url: string;
  /** The real `stripe` package, with the platform's key of that mode. */
  as(mode: 'test' | 'live'): Stripe;
  idle(): Promise<void>;
  /** Calls the control API and gives its JSON. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** Gives the platform access to an account, a new one unless told. Answers its id. */
  connect(mode?: 'test' | 'live', account?: string): Promise<string>;
  /** Stops it; throws when something was not as Stripe's types have it (see `referee/`). */
  close(): Promise<void>;
}

/**
 * Starts a sandbox on a free port; with a file it finds the state of the one before it. Every call and
 * every event is judged by Stripe's own types.
 */
export async function startTestStripe(file?: string, given?: Referee): Promise<TestStripe> {
  const store = createStore(file ? { file } : {});
  const clock = createClock(store);
  const referee = given ?? (await openReferee());
  let url = '';
  const sandbox = createStripeSandbox({ store, clock, baseUrl: () => url, witness: referee });
  const server = await listen(sandbox.app, 0);
  url = server.url;
  const stripe: TestStripe = {
    url,
    as: (mode) =>
      new Stripe(`sk_${mode}_platform00000000`, {
        host: '127.0.0.1',
        port: server.port,
        protocol: 'http',
        httpClient: Stripe.createFetchHttpClient(),
        maxNetworkRetries: 0,
        telemetry: false,
      }),
    idle: () => sandbox.idle(),
    async control(method, path, body = {}) {
      const answer = await fetch(`${url}/_sandbox/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, unknown>;
    },
    async connect(mode = 'test', account) {
      const { code } = await stripe.control('POST', 'connect', { mode, account });
      const granted = await stripe
        .as(mode)
        .oauth.token({ grant_type: 'authorization_code', code: String(code) });
      return granted.stripe_user_id ?? '';
    },
    async close() {
      sandbox.stop();
      await server.close();
      await store.close();
      referee.assertClean();
    },
  };
  return stripe;
}

/** A seller with a monthly price, and what tests do with it. */
export async function openShop(sandbox: TestStripe) {
  const on = { stripeAccount: await sandbox.connect() };
  const stripe = sandbox.as('test');
  const product = await stripe.products.create({ name: 'Pro' }, on);
  const price = await monthly(1900);
  const customer = await stripe.customers.create({ email: 'ada@example.com' }, on);

  function monthly(unitAmount: number) {
    return stripe.prices.create(
      {
        product: product.id,
        unit_amount: unitAmount,
        currency: 'usd',
        recurring: { interval: 'month' },
      },
      on,
    );
  }
  function startCheckout(more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
    return stripe.checkout.sessions.create(
      {
        mode: 'subscription',
        customer: customer.id,
        line_items: [{ price: price.id, quantity: 1 }],
        success_url: 'http://shop.test/done?session={CHECKOUT_SESSION_ID}',
        ...more,
      },
      on,
    );
  }
  const pay = (sessionId: string, card = '4242424242424242') =>
    sandbox.control('POST', `checkout/${sessionId}/pay`, { card, authenticated: true });
  /** Buys the monthly price. Answers the subscription. */
  async function subscribe(card?: string, more?: Partial<Stripe.Checkout.SessionCreateParams>) {
    const session = await startCheckout(more);
    await pay(session.id, card);
    const done = await stripe.checkout.sessions.retrieve(session.id, {}, on);
    return stripe.subscriptions.retrieve(String(done.subscription), {}, on);
  }
  const subscription = (id: string) => stripe.subscriptions.retrieve(id, {}, on);
  return {
    on,
    stripe,
    product,
    price,
    customer,
    monthly,
    startCheckout,
    pay,
    subscribe,
    subscription,
  };
}

/** What `openShop` gives. */
export type TestShop = Awaited<ReturnType<typeof openShop>>;

/** Submits a form of a hosted page, as a browser does. Redirects are not followed. */
export const submit = (url: string, fields: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

/** An event as it was received. */
export interface Received {
  body: string;
  signature: string;
}

/** A server that takes events and remembers them. `answers` are its next statuses, then 200. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({
      body: Buffer.concat(chunks).toString(),
      signature: String(request.headers['stripe-signature']),
    });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/stripe`,
    received,
    answers,
    types: () => received.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
