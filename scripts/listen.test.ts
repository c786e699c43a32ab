import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@dream/sandbox';
import { binary, type Listener, openCli } from '@dream/sandbox/stripe-cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleEdge, type LocalEdge, startEdge } from './local/edge.ts';
import { edgeVariables, localSecrets } from './local/variables.ts';
import { seed } from './seed.ts';

type Json = Record<string, any>;

/** The account the seed connects the demo project with. */
const ACCOUNT = 'acct_sandboxversa';
/** What the CLI is told to make happen: kinds that can change something here, and others. */
const TRIGGERED = [
  'charge.captured',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.failed',
  'charge.refund.updated',
  'charge.refunded',
  'charge.succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'customer.created',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.trial_will_end',
  'customer.subscription.updated',
  'customer.updated',
  'invoice.created',
  'invoice.finalized',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'payment_intent.canceled',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_method.attached',
  'price.created',
  'product.deleted',
  'setup_intent.succeeded',
  'test_helpers.test_clock.ready',
];
/** The kinds of events that can change something here. Of invoices, only those of subscriptions. */
const HEARD = new Set([
  'checkout.session.completed',
  'checkout.session.expired',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'invoice.paid',
  'invoice.payment_failed',
  'charge.succeeded',
  'charge.failed',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'refund.updated',
  'refund.failed',
  'customer.deleted',
]);

const isHeard = ({ type, data }: Json): boolean =>
  HEARD.has(type) &&
  (!type.startsWith('invoice.') || Boolean(data.object.parent?.subscription_details?.subscription));

if (binary === null)
  console.warn(`The Stripe CLI is not built for ${process.platform}-${process.arch}: not tested.`);

// The CLI drives and carries; Stripe's list of events and the edge's inbox are the judges.
describe.skipIf(binary === null)('an edge the real Stripe CLI forwards to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dream-listen-'));
  let sandbox: Sandbox;
  let cli: Awaited<ReturnType<typeof openCli>>;
  let edge: LocalEdge;
  let listener: Listener;
  let project: { id: string; sk: string };
  let operatorSecret: string;

  beforeAll(async () => {
    const [started, bundle] = await Promise.all([
      startSandbox(),
      bundleEdge(join(folder, 'bundle')),
    ]);
    sandbox = started;
    cli = await openCli(sandbox.stripe);
    // The CLI signs everything it forwards with one secret, which it tells before it listens.
    const secret = (await cli.run('listen', '--print-secret')).trim();
    const secrets = localSecrets(join(folder, 'secrets.json'));
    const variables = {
      ...(await edgeVariables(secrets, 'http://127.0.0.1', sandbox)),
      STRIPE_TEST_WEBHOOK_SECRET: secret,
      STRIPE_TEST_CONNECT_WEBHOOK_SECRET: secret,
    };
    edge = await startEdge({ bundle, port: 0, variables, widgets: false });
    ({ operatorSecret } = secrets);
    const target = { edge: edge.url, operatorSecret, stripe: sandbox.stripe, knownSk: null };
    ({ project } = await seed(target));
    const url = `${edge.url}/webhook/stripe`;
    listener = await cli.listen('--forward-to', url, '--forward-connect-to', url);
  }, 90_000);

  afterAll(async () => {
    await listener?.close();
    await cli?.close();
    await edge?.stop();
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(url: string, secret: string, body?: object, more: object = {}): Promise<Json> {
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...more },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Json;
  }

  /** All events of an account as Stripe lists them; null is the platform's. */
  async function atStripe(account: string | null): Promise<Json[]> {
    const events: Json[] = [];
    for (;;) {
      const after = events.length > 0 ? `&starting_after=${events.at(-1)?.id}` : '';
      const url = `${sandbox.stripe}/v1/events?limit=100${after}`;
      const headers = account === null ? {} : { 'stripe-account': account };
      const page = await ask(url, 'sk_test_platform00000000', undefined, headers);
      events.push(...(page.data as Json[]));
      if (!page.has_more) return events;
    }
  }

  /** All an environment shows of what it heard. */
  async function inboxOf(projectId: string): Promise<Json[]> {
    const events: Json[] = [];
    for (let cursor = ''; ; ) {
      const query = `limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const url = `${edge.url}/api/projects/${projectId}/test/stripe-events?${query}`;
      const page = await ask(url, operatorSecret);
      events.push(...(page.events as Json[]));
      if (page.nextCursor === null) return events;
      cursor = page.nextCursor;
    }
  }

  const asTold = (events: Json[]) => events.map(({ id, type }) => `${id} ${type}`);

  /** Waits until the inbox shows each event that can change something once, and nothing else. */
  async function expectAgreement(projectId: string, account: string | null): Promise<Json[]> {
    const difference = async () => {
      const told = asTold((await atStripe(account)).filter(isHeard));
      const heard = asTold(await inboxOf(projectId));
      return {
        missing: told.filter((event) => !heard.includes(event)),
        extra: heard.filter(
          (event, index) => !told.includes(event) || heard.indexOf(event) < index,
        ),
      };
    };
    await expect.poll(difference, { timeout: 20_000 }).toEqual({ missing: [], extra: [] });
    const states = async () => (await inboxOf(projectId)).map(({ state }) => state);
    await expect.poll(states, { timeout: 20_000 }).not.toContain('waiting');
    const shown = await inboxOf(projectId);
    expect(new Set(shown.map(({ via }) => via))).toEqual(new Set(['webhook']));
    return shown;
  }

  const asServer = (path: string, user: string, body?: object) =>
    ask(`${edge.url}${path}`, project.sk, body, { 'x-user-id': user });

  /** Pays a checkout at Stripe; nobody comes back from it. */
  async function pay(user: string): Promise<void> {
    const page = { tier: 'pro', successUrl: 'https://shop.example/' };
    const { url } = await asServer('/api/create-checkout', user, page);
    const checkoutId = /cs_\w+/.exec(url)?.[0];
    await ask(`${sandbox.stripe}/_sandbox/checkout/${checkoutId}/pay`, '', {});
  }

  const customer = async (user: string) =>
    (await asServer(`/api/customers/${user}`, user)).customer as Json;

  it(`takes in what ${TRIGGERED.length} triggers make happen: each event that can change something once, no other`, async () => {
    const left = [...TRIGGERED];
    const hand = async () => {
      for (let type = left.shift(); type !== undefined; type = left.shift())
        expect(await cli.run('trigger', type)).toContain('Trigger succeeded');
    };
    await Promise.all([hand(), hand(), hand()]);
    const happened = new Set((await atStripe(null)).map(({ type }) => type));
    expect(TRIGGERED.filter((type) => !happened.has(type))).toEqual([]);
    const shown = await expectAgreement('prj_dream', null);
    // Nothing of it was sold by the platform, so nothing of it is looked after.
    expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(['ignored']));
    expect(shown.length).toBeGreaterThan(20);
    expect(await inboxOf(project.id)).toEqual([]);
  }, 60_000);

  it('learns of a purchase in a connected account by what is forwarded alone, and ignores what it did not sell', async () => {
    await pay('ada');
    await expect.poll(async () => (await customer('ada')).plan, { timeout: 20_000 }).toBe('pro');
    const sold = await expectAgreement(project.id, ACCOUNT);
    expect(new Set(sold.map(({ state }) => state))).toEqual(new Set(['applied']));
    await cli.run('trigger', 'customer.subscription.created', '--stripe-account', ACCOUNT);
    const all = await expectAgreement(project.id, ACCOUNT);
    const known = new Set(sold.map(({ id }) => id));
    const later = all.filter(({ id }) => !known.has(id));
    expect(new Set(later.map(({ state }) => state))).toEqual(new Set(['ignored']));
  });

  it('takes in what a file of fixtures makes happen', async () => {
    const file = join(folder, 'fixtures.json');
    const fixtures = [
      { name: 'buyer', path: '/v1/customers', method: 'post', params: { name: 'Grace' } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the CLI fills it in
      { name: 'gone', path: '/v1/customers/${buyer:id}', method: 'delete' },
    ];
    await writeFile(file, JSON.stringify({ _meta: { template_version: 0 }, fixtures }));
    const before = (await inboxOf('prj_dream')).length;
    await cli.run('fixtures', file);
    const shown = await expectAgreement('prj_dream', null);
    expect(shown.length).toBe(before + 1);
    expect(shown[0]).toMatchObject({ type: 'customer.deleted', state: 'ignored' });
  });

  it('takes an event that is sent again as the one it has', async () => {
    const before = await inboxOf('prj_dream');
    const { id } = before.find(({ type }) => type === 'customer.subscription.deleted') ?? {};
    const answers = () => listener.printed().split(`[200] POST ${edge.url}/webhook/stripe [${id}]`);
    await expect.poll(() => answers().length - 1).toBe(1);
    await cli.run('events', 'resend', id);
    await expect.poll(() => answers().length - 1).toBe(2);
    expect(await inboxOf('prj_dream')).toEqual(before);
  });

  it('follows a customer whose test clock the CLI moves over a renewal', async () => {
    const body = { email: 'grace@example.com', externalId: 'grace', testClock: true };
    await ask(`${edge.url}/api/customers`, project.sk, body);
    await pay('grace');
    await expect.poll(async () => (await customer('grace')).plan, { timeout: 20_000 }).toBe('pro');
    const { subscription } = await customer('grace');
    const clocks = (...args: string[]) =>
      cli.run('test_helpers', 'test_clocks', ...args, '--stripe-account', ACCOUNT);
    const [clock] = JSON.parse(await clocks('list')).data as Json[];
    const toMs = subscription.renewsAtMs + 2 * 3_600_000;
    await clocks('advance', clock?.id, '--frozen-time', `${Math.floor(toMs / 1000)}`);
    const renewsAtMs = async () => (await customer('grace')).subscription.renewsAtMs;
    await expect.poll(renewsAtMs, { timeout: 20_000 }).toBeGreaterThan(toMs);
    const shown = await expectAgreement(project.id, ACCOUNT);
    const paid = shown.filter(({ type, state }) => type === 'invoice.paid' && state === 'applied');
    expect(paid).toHaveLength(3);
  });
});
