import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@dream/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleEdge, startEdge } from './local/edge.ts';
import { freePort } from './local/free-port.ts';
import { KillableEdge } from './local/killable-edge.ts';
import { edgeVariables, localSecrets, registerWebhooks } from './local/variables.ts';
import { seed } from './seed.ts';

const BUYERS = 6;
const KILLS = 4;
/** Another one each time, by `KILL_SEED=$RANDOM`. */
const SEED = Number(process.env.KILL_SEED ?? 20_261_121);
/** The account the seed connects the demo project with. */
const ACCOUNT = 'acct_sandboxversa';

type Json = Record<string, any>;
type Options = Parameters<typeof startEdge>[0];

let data: string;
let sandbox: Sandbox;
let options: Options;
let project: { id: string; sk: string };
let killable: KillableEdge;
/** Resolves when an edge answers. */
let up: Promise<void>;

/** The same numbers for the same seed, from 0 to below 1. */
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
let state = SEED;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'dream-killed-'));
  const [bundle, stripe, port] = await Promise.all([
    bundleEdge(join(data, 'bundle')),
    startSandbox(),
    freePort(),
  ]);
  sandbox = stripe;
  const secrets = localSecrets(join(data, 'secrets.json'));
  const url = `http://127.0.0.1:${port}`;
  const variables = await edgeVariables(secrets, url, sandbox);
  options = { bundle, port, variables, dataDir: join(data, 'edge'), widgets: false };
  killable = new KillableEdge(options);
  await (up = killable.start());
  await registerWebhooks(secrets, url, sandbox);
  // A second endpoint like the first: every event comes twice.
  await sandboxCall('PUT', '_sandbox/endpoints', {
    id: 'again',
    url: `${url}/webhook/stripe`,
    secret: secrets.webhookSecrets.STRIPE_TEST_CONNECT,
    connect: true,
    livemode: false,
  });
  const { operatorSecret } = secrets;
  const seeded = await seed({ edge: url, operatorSecret, stripe: sandbox.stripe, knownSk: null });
  project = seeded.project;
  const team = await fetch(`${url}/api/projects/${project.id}/test/tiers/team`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      displayName: 'Team',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 9000 }],
      prices: [{ priceMinor: 4900, currency: 'usd', interval: 'month' }],
    }),
  });
  if (!team.ok) throw new Error(await team.text());
}, 90_000);

afterAll(async () => {
  await killable?.kill();
  await sandbox?.stop();
  rmSync(data, { recursive: true, force: true });
});

async function sandboxCall(method: string, path: string, body: object): Promise<Json> {
  const answer = await fetch(`${sandbox.stripe}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Json;
}

/** A list of what Stripe has, of the seller's account. */
async function atStripe(path: string): Promise<Json[]> {
  const answer = await fetch(`${sandbox.stripe}/v1/${path}`, {
    headers: { authorization: 'Bearer sk_test_platform00000000', 'stripe-account': ACCOUNT },
  });
  return ((await answer.json()) as { data: Json[] }).data;
}

let sent = 0;
let killsLeft = KILLS;
let nextKill = 0;

/** Kills the edge now and then, in the middle of whatever it does, and starts it again. */
function mayKill(): void {
  sent += 1;
  if (killsLeft === 0 || sent < nextKill) return;
  killsLeft -= 1;
  nextKill = sent + 6 + Math.floor(random() * 10);
  const inMs = Math.floor(random() * 120);
  const before = up;
  up = new Promise((resolve, reject) => {
    setTimeout(() => {
      before
        .then(() => killable.kill())
        .then(() => killable.start())
        .then(resolve, reject);
    }, inMs);
  });
}

/** Calls the edge as a server would: until it answers, and again when it is told to. */
async function call(user: string, path: string, body: object): Promise<Json> {
  for (;;) {
    mayKill();
    const answer = await fetch(`http://127.0.0.1:${options.port}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${project.sk}`,
        'x-user-id': user,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    }).catch(() => null);
    const json = (await answer?.json().catch(() => null)) as Json | null | undefined;
    if (answer && json && answer.status < 500) return json;
    await up;
  }
}

async function buy(user: string): Promise<void> {
  for (;;) {
    const page = { successUrl: 'http://localhost:5174/', cancelUrl: 'http://localhost:5174/' };
    const { url, code } = await call(user, '/api/create-checkout', { tier: 'pro', ...page });
    if (code === 'already_subscribed') return;
    const checkoutId = /cs_\w+/.exec(url)?.[0];
    // Two clicks on the button: it must be paid once.
    const pay = () => sandboxCall('POST', `_sandbox/checkout/${checkoutId}/pay`, {});
    await Promise.all([pay(), pay()]);
    const { status } = await call(user, '/api/checkout/confirm', { checkoutId });
    if (status === 'complete') return;
  }
}

/** One buyer: buys, changes their mind a few times, and answers what they changed to. */
async function live(user: string): Promise<{ isUpgraded: boolean }> {
  // From here on the shard knows the plan of before, and has to be told of each other one.
  await call(user, '/api/usage', {});
  await buy(user);
  let isUpgraded = false;
  for (let step = 0; step < 4; step++) {
    const choice = Math.floor(random() * 4);
    if (choice === 0) await call(user, '/api/subscription/cancel', {});
    if (choice === 1) await call(user, '/api/subscription/resume', {});
    if (choice === 2) {
      const { subscription, code } = await call(user, '/api/subscription/change', { tier: 'team' });
      if (subscription?.plan !== 'team' && code !== 'already_subscribed')
        throw new Error(`The upgrade was refused: ${code}`);
      isUpgraded = true;
    }
    if (choice === 3) await call(user, '/api/subscription/change', { tier: 'pro' });
  }
  return { isUpgraded };
}

it('killed at random points it loses no purchase, makes none twice, and knows in the end what Stripe knows', async () => {
  const users = Array.from({ length: BUYERS }, (_, index) => `buyer${index}`);
  const lives = await Promise.all(users.map(async (user) => ({ user, ...(await live(user)) })));
  await up;
  expect(killsLeft).toBe(0);
  await killable.kill();
  // The last one runs here, so that its hourly look can be asked for.
  const edge = await startEdge(options);
  try {
    await edge.runCron();
    const customers = await atStripe('customers?limit=100');
    for (const { user, isUpgraded } of lives) {
      const answer = await fetch(`${edge.url}/api/customers/${user}`, {
        headers: { authorization: `Bearer ${project.sk}` },
      });
      const { customer } = (await answer.json()) as Json;
      const own = customers.filter(({ metadata }) => metadata.dream_customer === customer.id);
      const lists = await Promise.all(
        own.map(({ id }) =>
          atStripe(`subscriptions?customer=${id}&status=all&expand[]=data.schedule`),
        ),
      );
      const subscriptions = lists.flat();
      expect(subscriptions).toHaveLength(1);
      const [subscription] = subscriptions as [Json];
      const priceMinor = subscription.items.data[0].price.unit_amount;
      expect(customer.plan).toBe(priceMinor === 4900 ? 'team' : 'pro');
      const endsAt = subscription.cancel_at;
      expect(customer.subscription).toMatchObject({
        status: subscription.status,
        price: { priceMinor },
        endsAtMs: endsAt === null ? null : endsAt * 1000,
        next: subscription.schedule === null ? null : { plan: 'pro' },
      });
      const charges = (await atStripe('charges?limit=100')).filter(
        ({ customer }) => customer === subscription.customer,
      );
      // The purchase, and the upgrade from it; going down and up again within a period costs nothing.
      expect(charges.filter(({ paid }) => paid)).toHaveLength(isUpgraded ? 2 : 1);
      expect(charges.map(({ amount_refunded }) => amount_refunded)).not.toContain(1900);
      const usage = await fetch(`${edge.url}/api/usage`, {
        headers: { authorization: `Bearer ${project.sk}`, 'x-user-id': user },
      });
      expect(await usage.json()).toMatchObject({ plan: customer.plan });
    }
  } finally {
    await edge.stop();
  }
}, 90_000);
