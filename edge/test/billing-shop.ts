import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Customer } from '@dream/contract';
import type { Mode } from '@dream/contract/primitives';
import { Stripe } from 'stripe';
import { createApp } from '../src/app.ts';
import { createDeps, type Deps, type EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { createStripeAccess } from '../src/providers/stripe/client.ts';

// Each call is waited for, and with it what it has to hand on.
const deps: Deps = {
  ...(await createDeps(env as unknown as Bindings)),
  gatherRefusalsMs: 0,
};
const app = createApp(deps);

/** What a route answered. */
export interface Answer {
  status: number;
  /** The seconds of Retry-After, where there is one. */
  retryAfter?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the body
  body: any;
}

/** Calls the edge and waits for what it does after the answer. */
export async function call(
  method: string,
  path: string,
  credential: string | null,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const context = createExecutionContext();
  const request = new Request(`https://edge.test${path}`, {
    method,
    headers: {
      ...(credential !== null && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const response = await app.fetch(request, env, context);
  const retryAfter = response.headers.get('retry-after');
  const answer = {
    status: response.status,
    ...(retryAfter !== null && { retryAfter }),
    body: await response.json(),
  };
  await waitOnExecutionContext(context);
  return answer;
}

/** Downloads what is no JSON. */
export async function download(
  path: string,
  credential: string,
): Promise<{ status: number; text: string }> {
  const context = createExecutionContext();
  const headers = { authorization: `Bearer ${credential}` };
  const request = new Request(`https://edge.test${path}`, { headers });
  const response = await app.fetch(request, env, context);
  // With the mark of UTF-8 at its beginning, if there is one.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
  const text = decoder.decode(await response.arrayBuffer());
  const answer = { status: response.status, text };
  await waitOnExecutionContext(context);
  return answer;
}

/** Calls a management route, and expects it to succeed. */
export async function manage(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer['body']> {
  const answer = await call(method, path, deps.config.operatorSecret, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Presses a button of the sandbox's control API. */
export async function control<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`${deps.config.stripe.apiUrl}/_sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Does something while Stripe cannot be reached from here. Other test files still reach it. */
export async function whileStripeIsDown<T>(act: () => Promise<T>): Promise<T> {
  const { stripe } = deps;
  deps.stripe = createStripeAccess({ ...deps.config.stripe, apiUrl: 'http://127.0.0.1:9' });
  try {
    return await act();
  } finally {
    deps.stripe = stripe;
  }
}

/** A Stripe account whose owner just allowed the platform to use it. */
export const openAccount = (
  account?: string,
  mode: Mode = 'test',
): Promise<{ account: string; code: string }> =>
  control('connect', { mode, ...(account && { account }) });

/** A subscription as Stripe has it. */
export interface AtStripe {
  id: string;
  status: string;
  customer: string;
  priceId: string;
}

const price = (priceMinor: number, interval: string) => ({ priceMinor, currency: 'usd', interval });
const metered = (limitUnits: number) => [{ kind: 'metered', name: 'requests', limitUnits }];

/** An environment of a project, test unless told, with a connected account and the tiers free, pro and team. */
export class Shop {
  readonly ref: EnvironmentRef;
  readonly base: string;
  readonly sk: string;
  account = '';

  private constructor(projectId: string, sk: string, mode: Mode = 'test') {
    this.ref = { projectId, mode };
    this.base = `/api/projects/${projectId}/${mode}`;
    this.sk = sk;
  }

  /** A new shop. Not connected, it sells through the platform's account in test mode only. */
  static async open(how: { connected: boolean; mode?: Mode } = { connected: true }): Promise<Shop> {
    const mode = how.mode ?? 'test';
    const { project } = await manage('POST', '/api/projects', {
      name: 'Shop',
      ownerEmail: `${crypto.randomUUID()}@example.com`,
    });
    const { secret } = await manage('POST', `/api/projects/${project.id}/${mode}/keys`, {});
    const shop = await Shop.set(new Shop(project.id, secret, mode));
    if (how.connected) await shop.connect();
    return shop;
  }

  /** The platform's own project, which sells through the platform's account. */
  static async ofPlatform(): Promise<Shop> {
    await manage('POST', '/api/projects', {
      id: 'prj_dream',
      name: 'dream',
      ownerEmail: 'us@example.com',
    });
    const { secret } = await manage('POST', '/api/projects/prj_dream/test/keys', {});
    return Shop.set(new Shop('prj_dream', secret));
  }

  private static async set(shop: Shop): Promise<Shop> {
    await manage('PATCH', `${shop.base}/settings`, {
      successUrl: 'https://shop.example/done',
      returnUrl: 'https://shop.example/account',
    });
    await manage('PUT', `${shop.base}/tiers/pro`, {
      displayName: 'Pro',
      features: metered(1000),
      prices: [price(1900, 'month'), price(19_000, 'year')],
    });
    await manage('PUT', `${shop.base}/tiers/team`, {
      displayName: 'Team',
      features: metered(9000),
      prices: [price(4900, 'month')],
    });
    return shop;
  }

  /** Connects an account, a new one unless told. */
  async connect(known?: string): Promise<Answer['body']> {
    const { account, code } = await openAccount(known, this.ref.mode);
    const { state } = await manage('POST', `${this.base}/stripe/start`, {
      redirectUrl: 'https://dashboard.example/connected',
    });
    this.account = account;
    await manage('POST', `${this.base}/stripe`, { code, state });
    return manage('POST', `${this.base}/stripe/confirm`, { stripeAccountId: account });
  }

  async newCustomer(): Promise<string> {
    const { body } = await this.bySecretKey('POST', '/api/customers', {
      email: `${crypto.randomUUID()}@example.com`,
    });
    return body.customer.id;
  }

  bySecretKey(method: string, path: string, body?: unknown, customerId?: string): Promise<Answer> {
    return call(method, path, this.sk, body, customerId ? { 'x-user-id': customerId } : {});
  }

  checkout(customerId: string, body: object): Promise<Answer> {
    return this.bySecretKey('POST', '/api/create-checkout', body, customerId);
  }

  /** The customer as the edge knows it now. */
  async customer(id: string): Promise<Customer> {
    return (await this.bySecretKey('GET', `/api/customers/${id}`)).body.customer;
  }

  /** The plan the customer's shard counts by, without asking anybody else. */
  async shardPlan(id: string): Promise<string> {
    return (await this.bySecretKey('GET', '/api/usage', undefined, id)).body.plan;
  }

  /** Buys a tier: checkout, payment and return. Answers the checkout's id. */
  async buy(customerId: string, tier: string): Promise<string> {
    const { body } = await this.checkout(customerId, { tier });
    const checkoutId = checkoutIdOf(body.url);
    await control(`checkout/${checkoutId}/pay`, {});
    await this.bySecretKey('POST', '/api/checkout/confirm', { checkoutId }, customerId);
    return checkoutId;
  }

  /** The customer's subscriptions as Stripe has them, the newest first. */
  async subscriptionsAtStripe(customerId: string): Promise<AtStripe[]> {
    const facts = await deps.project(this.ref).billing().checkouting(customerId, Date.now());
    if (!facts.ok || !facts.value.stripeCustomerId) return [];
    const customer = facts.value.stripeCustomerId;
    const found = await this.stripe.subscriptions.list({ customer, status: 'all' }, this.onAccount);
    return found.data.map(({ id, status, items }) => ({
      id,
      status,
      customer,
      priceId: items.data[0]?.price.id ?? '',
    }));
  }

  /** Sends an event of the shop's account to the webhook, signed well unless told. */
  async hear(
    type: string,
    object: object | null,
    given: {
      id?: string;
      secret?: string;
      account?: string | null;
      livemode?: boolean;
      atSeconds?: number;
    } = {},
  ): Promise<Answer> {
    const account = given.account === undefined ? this.account : given.account;
    const payload = JSON.stringify({
      id: given.id ?? `evt_${crypto.randomUUID()}`,
      object: 'event',
      type,
      livemode: given.livemode ?? false,
      created: Math.floor(Date.now() / 1000),
      data: { object },
      ...(account !== null && { account }),
    });
    const header = await Stripe.webhooks.generateTestHeaderStringAsync({
      payload,
      secret: given.secret ?? deps.config.stripe.test.connectWebhookSecret,
      ...(given.atSeconds !== undefined && { timestamp: given.atSeconds }),
      cryptoProvider: Stripe.createSubtleCryptoProvider(),
    });
    return call('POST', '/webhook/stripe', null, payload, { 'stripe-signature': header });
  }

  get onAccount(): { stripeAccount?: string } {
    return this.account === '' ? {} : { stripeAccount: this.account };
  }

  /** Stripe as the shop's owner could use it, behind our back. */
  get stripe(): Stripe {
    const url = new URL(deps.config.stripe.apiUrl);
    return new Stripe(deps.config.stripe.test.secretKey, {
      host: url.hostname,
      port: url.port,
      protocol: 'http',
      httpClient: Stripe.createFetchHttpClient(),
    });
  }
}

export const checkoutIdOf = (url: string): string => {
  const id = /cs_\w+/.exec(url)?.[0];
  if (!id) throw new Error(`No checkout in ${url}`);
  return id;
};

export { deps };
