import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { log } from '../src/http/log.ts';
import { checkoutIdOf, control, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { call } from './harness.ts';
import { allow, OauthWindow } from './oauth-window.ts';
import { OwnClerk, send } from './own-clerk.ts';
import { Receiver } from './receiver.ts';
import { Page } from './sign-in.ts';

const everythingKept = await watchEverythingKept();

const PASSWORD = 'a password nobody else has';
const METHODS = ['debug', 'info', 'log', 'warn', 'error'] as const;

/** Every secret of the run, by what it is. */
const secrets = new Map<string, string>();
const logged: string[] = [];
let kept = '';
let customerId = '';

/** Notes a secret, and its end: what makes a key or token one, also without what stands before. */
function isSecret(name: string, text: string): string {
  secrets.set(name, text);
  const end = text.split(text.includes('.') ? '.' : '_').at(-1) ?? '';
  if (end !== text && end.length >= 16) secrets.set(`the end of ${name}`, end);
  return text;
}

/** The settings of the deployment that open something. */
function deploymentSecrets(): void {
  const { operatorSecret, stripe, clerk } = deps.config;
  isSecret('the operator secret', operatorSecret);
  for (const mode of ['test', 'live'] as const) {
    const { secretKey, webhookSecret, connectWebhookSecret } = stripe[mode];
    isSecret(`the Stripe key (${mode})`, secretKey);
    isSecret(`the Stripe webhook secret (${mode})`, webhookSecret);
    isSecret(`the Connect webhook secret (${mode})`, connectWebhookSecret);
  }
  for (const app of ['test', 'live', 'platform'] as const) {
    isSecret(`the Clerk key (${app})`, clerk[app].secretKey);
    isSecret(`the Clerk webhook secret (${app})`, clerk[app].webhookSecret);
  }
  const { MASTER_KEYS, SIGNING_KEYS } = env as unknown as Record<string, string>;
  for (const { key } of JSON.parse(MASTER_KEYS ?? '[]')) isSecret('a master key', key);
  for (const { d } of JSON.parse(SIGNING_KEYS ?? '[]')) isSecret('a signing key', d);
}

/** Signs up by a code that was really mailed, as a page does. */
async function signUp(pk: string): Promise<{ accessToken: string; refreshToken: string }> {
  const page = new Page(pk);
  const email = `grace.${Date.now()}@example.com`;
  const { id } = (await page.send('client/sign_ups', { email_address: email })).body.response;
  const form = { strategy: 'email_code' };
  isSecret('a sealed client token', page.token);
  await page.send(`client/sign_ups/${id}/prepare_verification`, form);
  const inbox = await fetch(`${deps.config.clerk.apiUrl}/inbox.json?email=${email}`);
  const { letters } = await inbox.json<{ letters: { code: string }[] }>();
  const code = isSecret('a mailed code', letters[0]?.code ?? '');
  await page.send(`client/sign_ups/${id}/attempt_verification`, { ...form, code });
  isSecret('a sealed client token, proved', page.token);
  const { body } = await page.exchange();
  customerId = body.customer.id;
  isSecret('an access token', body.accessToken);
  isSecret('a refresh token', body.refreshToken);
  return body;
}

/** Sign-ins at a provider: one that was collected, one that waits for it, and one under way. */
async function signInByGoogle(pk: string): Promise<void> {
  const [collected, waiting, begun] = [1, 2, 3].map(() => new OauthWindow(pk));
  const email = `hopper.${Date.now()}@example.com`;
  await collected?.signIn({ email });
  isSecret('a result told', (await collected?.result())?.body.sealedToken);
  const url = (await waiting?.begin())?.body.url;
  const back = await allow(url, { email });
  isSecret('a nonce', new URL(back).searchParams.get('rotating_token_nonce') ?? '');
  isSecret('a landed window', waiting?.cookie.split('.')[1] ?? '');
  await waiting?.land(back);
  await begun?.begin();
  isSecret('an open window', begun?.cookie.split('.')[1] ?? '');
  isSecret('the verifier of a landed window', waiting?.verifier ?? '');
  isSecret('the verifier of an open window', begun?.verifier ?? '');
}

/** Mistakes by which secrets come where they do not belong. */
async function mistakes(pk: string, sk: string, refreshToken: string): Promise<void> {
  const json = { 'content-type': 'application/json' };
  await call('GET', `/api/tiers?pk=${sk}`);
  await call('GET', `/api/customers/${refreshToken}`, { key: sk });
  await call('GET', `/nowhere/${sk}`, { key: sk });
  await call('POST', `/api/sessions/password?pk=${pk}`, {
    body: `{"email":"grace@example.com","password":"${PASSWORD}"`,
    headers: json,
  });
  await call('POST', '/api/customers', { key: sk, body: { email: PASSWORD, password: [sk] } });
  await call('POST', '/webhook/stripe', {
    body: sk,
    headers: { 'stripe-signature': refreshToken },
  });
}

/** A guest orders a cart. */
async function orderAsGuest(shop: Shop, pk: string): Promise<void> {
  const prices = [{ priceMinor: 900, currency: 'usd' }];
  const product = { name: 'Mug', variants: [{ stockUnits: 5, prices }] };
  const made = await manage('POST', `${shop.base}/products`, product);
  const { priceId } = made.product.variants[0].prices[0];
  const body = { items: [{ priceId, quantity: 1 }] };
  const ordered = await call('POST', `/api/cart/checkout?pk=${pk}`, { body });
  isSecret('an order token', ordered.body.orderToken);
}

/** A person signs up, sets a password, buys and refreshes; some of it while Stripe is down. */
async function run(): Promise<void> {
  const shop = await Shop.open();
  const sk = isSecret('a secret key', shop.sk);
  const rotated = await call('POST', `${shop.base}/keys`, {
    key: deps.config.operatorSecret,
    body: { name: 'Second' },
    headers: { 'idempotency-key': 'second-key' },
  });
  isSecret('a second secret key', rotated.body.secret);
  const { project } = await manage('GET', `/api/projects/${shop.ref.projectId}`);
  const pk: string = project.publishableKeys.test;
  const { accessToken, refreshToken } = await signUp(pk);
  isSecret('a password', PASSWORD);
  const body = { password: PASSWORD };
  expect((await call('PUT', '/api/me/password', { key: accessToken, body })).status).toBe(200);
  const { email } = await shop.customer(customerId);
  const byPassword = await call('POST', `/api/sessions/password?pk=${pk}`, {
    body: { email, ...body },
  });
  isSecret('a session by password', byPassword.body.refreshToken);
  const refreshed = await call('POST', `/api/sessions/refresh?pk=${pk}`, {
    body: { refreshToken },
  });
  isSecret('a refreshed token', refreshed.body.refreshToken);
  const minted = await call('POST', '/api/sessions', {
    key: sk,
    body: { customer: customerId },
    headers: { 'idempotency-key': 'a-session' },
  });
  isSecret('a session by key', minted.body.refreshToken);
  const { url } = (
    await call('POST', '/api/create-checkout', {
      key: accessToken,
      body: { tier: 'pro' },
      headers: { 'idempotency-key': 'a-checkout' },
    })
  ).body;
  await control(`checkout/${checkoutIdOf(url)}/pay`, {});
  const paid = await shop.stripe.checkout.sessions.retrieve(checkoutIdOf(url), {}, shop.onAccount);
  await whileStripeIsDown(() => shop.hear('checkout.session.completed', paid));
  await shop.hear('checkout.session.completed', paid);
  await shop.buy(await shop.newCustomer(), 'team');
  await orderAsGuest(shop, pk);
  await signInByGoogle(pk);
  await mistakes(pk, sk, refreshToken);
  await ownClerk(shop.base);
  await webhook(shop.base);
}

/** A webhook is made, rotated, tried, and fails; the repeated call shows no secret again. */
async function webhook(base: string): Promise<void> {
  const receiver = new Receiver();
  const key = deps.config.operatorSecret;
  const create = () =>
    call('POST', `${base}/webhooks`, {
      key,
      body: { url: receiver.url },
      headers: { 'idempotency-key': 'a-webhook' },
    });
  const made = (await create()).body;
  isSecret('a webhook secret', made.secret);
  expect((await create()).body.code).toBe('already_done');
  const path = `${base}/webhooks/${made.webhook.id}`;
  const { secret } = (await call('POST', `${path}/rotate`, { key, body: {} })).body;
  isSecret('a rotated webhook secret', secret);
  await receiver.answers({ status: 500, body: 'no' });
  expect((await call('POST', `${path}/test`, { key })).body.delivery.responseStatus).toBe(500);
}

/** The project gets a Clerk application of its own, which tells of somebody; one key is a wrong one. */
async function ownClerk(base: string): Promise<void> {
  const own = new OwnClerk();
  const { secretKey } = own;
  // Not its end: the stand-in has that in the address of the application, as in its publishable key.
  secrets.set("a project's Clerk key", secretKey);
  const webhookSecret = isSecret("a project's Clerk webhook secret", own.webhookSecret);
  const key = deps.config.operatorSecret;
  const wrong = isSecret('a wrong Clerk key', 'sk_live_of_the_other_mode_altogether');
  await call('PUT', `${base}/clerk-app`, { key, body: { secretKey: wrong, webhookSecret } });
  const put = await call('PUT', `${base}/clerk-app`, { key, body: { secretKey, webhookSecret } });
  expect(put.status).toBe(200);
  const body = JSON.stringify({ type: 'user.deleted', data: { id: 'user_x', deleted: true } });
  const { pathname } = new URL(put.body.clerkApp.webhookUrl);
  expect((await send(pathname, { id: 'msg_x', body }, webhookSecret)).status).toBe(200);
}

/** The names of the secrets in a text. */
const secretsIn = (text: string): string[] =>
  [...secrets].filter(([, secret]) => stands(secret, text)).map(([name]) => name);

/** Whether a text holds a secret, and not by chance: six digits stand in many a time and id. */
function stands(secret: string, text: string): boolean {
  const isCode = /^\d+$/.test(secret);
  return isCode ? new RegExp(`\\b${secret}\\b`).test(text) : text.includes(secret);
}

beforeAll(async () => {
  for (const method of METHODS)
    vi.spyOn(console, method).mockImplementation((...said) => void logged.push(said.join(' ')));
  deploymentSecrets();
  await run();
  kept = await everythingKept();
});
afterAll(() => {
  vi.restoreAllMocks();
});

describe('the secrets of a run', () => {
  it('are all looked for, in logs and rows that are there', () => {
    expect(secrets.size).toBeGreaterThan(30);
    expect(logged.join('\n')).toContain('job.failed');
    const rows = [customerId, 'shard.plan', 'stripe.sync', 'a-checkout', 'oauth_attempt', 'whk_'];
    for (const row of rows) expect(kept).toContain(row);
    expect(secretsIn(`{"said":"${PASSWORD}"}`)).toEqual(['a password']);
  });

  it('are in no log', () => {
    expect(secretsIn(logged.join('\n'))).toEqual([]);
  });

  it('are in no row of any object, nor of the directory', () => {
    expect(secretsIn(kept)).toEqual([]);
  });

  it('are in no letter, but for the code it is there to bring', async () => {
    const inbox = await fetch(`${deps.config.clerk.apiUrl}/inbox.json`);
    expect(secretsIn(await inbox.text())).toEqual(['a mailed code']);
  });

  it('are cut from an error that holds one, where they can be told from other text', () => {
    const telling = [...secrets].filter(([, secret]) =>
      /^((sk|op|whsec|rt)_|ey|sealed\.)/.test(secret),
    );
    expect(telling.length).toBeGreaterThan(15);
    for (const [name, secret] of telling)
      log('error', { event: `cut ${name}`, error: `at ${secret}: no` });
    // What runs beside the test has its say in the log, too.
    const cut = logged.filter((line) => line.includes('"event":"cut '));
    expect(cut).toHaveLength(telling.length);
    expect(secretsIn(cut.join('\n'))).toEqual([]);
  });
});
