import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { openShop, startTestStripe } from '../src/stripe/test-stripe.ts';
import type { Exchange } from '../src/stripe/witness.ts';
import { ALLOWED } from './allowed.ts';
import { createJudge, type Judge } from './judge.ts';
import { mutantsOf } from './mutants.ts';
import { openReferee, type Referee } from './referee.ts';
import { openSchemas, type Schemas } from './schemas.ts';
import { definitionOf } from './tighten.ts';
import type { Json } from './typings.ts';

let schemas: Schemas;
let judge: Judge;

beforeAll(async () => {
  schemas = await openSchemas();
  judge = createJudge(schemas);
});

/** The schema that a reference ends at. */
const target = ($ref: string): Json => {
  const schema = schemas.definitions[definitionOf($ref)] ?? {};
  return typeof schema.$ref === 'string' ? target(schema.$ref) : schema;
};

describe('the schemas', () => {
  test('cover every call of the package, its events and its errors', () => {
    const calls = schemas.routes.map(({ method, path }) => `${method} ${path}`);
    expect(calls).toContain('GET /v1/subscription_schedules/{}');
    expect(calls).toContain('POST /v1/test_helpers/test_clocks/{}/advance');
    expect(calls).toContain('POST /oauth/token');
    expect(calls.length).toBeGreaterThan(500);
    for (const call of calls) expect(schemas.roots).toHaveProperty([call]);
    for (const name of ['error', 'event customer.subscription.updated', 'event invoice.paid'])
      expect(schemas.roots).toHaveProperty([name]);
  });

  test('say something: none accepts everything, as a wrong import would', () => {
    const empty = Object.entries(schemas.roots).filter(([, schema]) => {
      const end = typeof schema.$ref === 'string' ? target(schema.$ref) : schema;
      return Object.keys(end).length === 0;
    });
    expect(empty).toEqual([]);
    expect(() => judge.value('no such root', {})).toThrow('no such root');
  });
});

/** A judged sandbox, and what went over the wire. */
async function watched() {
  const referee = await openReferee();
  const exchanges: Exchange[] = [];
  const events: string[] = [];
  const watching: Referee = {
    ...referee,
    exchange(exchange) {
      exchanges.push(exchange);
      referee.exchange(exchange);
    },
    event(body) {
      events.push(body);
      referee.event(body);
    },
  };
  const sandbox = await startTestStripe(undefined, watching);
  return { sandbox, referee, exchanges, events };
}

describe('the stand-in', () => {
  test('differs from the types by what is allowed, and by no more and no less', async () => {
    const { sandbox, referee } = await watched();
    const shop = await openShop(sandbox);
    const subscription = await shop.subscribe();
    const charges = await shop.stripe.charges.list({}, shop.on);
    await shop.stripe.refunds.create({ charge: charges.data[0]?.id ?? '' }, shop.on);
    await shop.stripe.invoices.list({ subscription: subscription.id }, shop.on);
    await shop.stripe.events.list({ limit: 100 }, shop.on);
    await sandbox.close();
    const rules = referee.violations().map(({ rule }) => rule);
    expect(rules.toSorted()).toEqual([...ALLOWED.keys()].toSorted());
  });
});

describe('the referee', () => {
  test('fails the closing of a test sandbox that said something wrong', async () => {
    const referee = await openReferee();
    const lying: Referee = {
      ...referee,
      exchange: (one) => referee.exchange({ ...one, answer: '{"object":"product"}' }),
    };
    const sandbox = await startTestStripe(undefined, lying);
    await sandbox.as('test').products.create({ name: 'Pro' });
    await expect(sandbox.close()).rejects.toThrow('Product.livemode is missing');
  });

  test('sees a wrong answer, a wrong event and a wrong request', async () => {
    const { sandbox, referee, exchanges, events } = await watched();
    await openShop(sandbox);
    await sandbox.close();
    const created = exchanges.find(({ url }) => url.endsWith('/v1/customers')) as Exchange;
    const rulesOf = (change: Partial<Exchange>) =>
      judge.exchange({ ...created, ...change }).map(({ rule }) => rule);
    expect(rulesOf({})).toEqual([]);
    const answer = JSON.parse(created.answer) as Json;
    const spoiled = (change: Json) => rulesOf({ answer: JSON.stringify({ ...answer, ...change }) });
    expect(spoiled({ livemode: 'no' })).toEqual(['Customer.livemode must be boolean']);
    expect(spoiled({ created: Date.now() })).toEqual(['Customer.created must be <= 4102444800']);
    expect(spoiled({ balance: 0.5 })).toEqual(['Customer.balance must be integer']);
    expect(spoiled({ plan: 'pro' })).toEqual(['Customer.plan is unknown']);
    expect(spoiled({ default_source: { object: 'card' } })).toEqual([
      'Customer.default_source must be an id when nobody expands it',
    ]);
    expect(rulesOf({ form: 'emial=ada%40example.com' })).toEqual([
      'asked CustomerCreateParams.emial is unknown',
    ]);
    expect(rulesOf({ form: 'balance=lots' })).toEqual([
      'asked CustomerCreateParams.balance must be integer',
    ]);
    expect(rulesOf({ form: 'balance=lots', version: null })).toEqual([]);
    expect(rulesOf({ url: `${sandbox.url}/v1/custommers` })).toEqual([
      'no call POST /v1/custommers',
    ]);
    const refused = { status: 400, answer: JSON.stringify({ error: { typ: 'oops' } }) };
    expect(rulesOf(refused)).toContain('StripeRawError.typ is unknown');
    const event = JSON.parse(events[0] ?? '') as Json;
    expect(judge.event(JSON.stringify(event))).toEqual([]);
    expect(judge.event(JSON.stringify({ ...event, created: null }))).not.toEqual([]);
    expect(judge.event(JSON.stringify({ ...event, type: 'customer.lost' }))).toMatchObject([
      { rule: 'no event customer.lost' },
    ]);
    expect(referee.violations()).toEqual([]);
  });
});

/** Where Stripe's published fixtures lie, outside of the repository: they are Stripe's, not ours. */
const FIXTURES =
  process.env.STRIPE_FIXTURES ??
  fileURLToPath(new URL('../../../shared/providers/data/stripe-fixtures3.json', import.meta.url));
if (!existsSync(FIXTURES))
  console.warn(`Skipped: Stripe's fixtures are not at ${FIXTURES}, so none was judged.`);

/** Fields that came after the fixtures, which are of version 22.5.0 of the package. */
const NEWER = [
  'Account.BusinessProfile.specified_commercial_transactions_act_url',
  'AccountSession.Components.payment_method_settings',
  'AccountSession.Components.reporting_chart',
  'AccountSession.Components.terminal_hardware_orders',
  'AccountSession.Components.terminal_hardware_shop',
  'Charge.PaymentMethodDetails.Card.electronic_commerce_indicator',
  'Configuration.Features.SubscriptionCancel.CancellationReason.feedback_options',
  'Configuration.Features.subscription_pause',
  'ConfirmationToken.metadata',
  'CustomerSession.Components.active_entitlements',
  'CustomerSession.Components.customer_portal',
  'Dispute.EvidenceDetails.submission_method',
  'Dispute.intended_submission_method',
  'PaymentIntent.allowed_payment_method_types',
  'PaymentIntent.payment_record',
  'PaymentLink.SubscriptionData.InvoiceSettings.account_tax_ids',
  'PaymentLink.SubscriptionData.InvoiceSettings.custom_fields',
  'PaymentLink.SubscriptionData.InvoiceSettings.description',
  'PaymentLink.SubscriptionData.InvoiceSettings.footer',
  'Product.tax_details',
  'Session.Flow.customer_update',
  'Session.Flow.subscription_pause',
  'Session.allowed_payment_method_types',
  'SetupIntent.allowed_payment_method_types',
  'Subscription.CancellationDetails.feedback_option',
  'Subscription.PendingUpdate.cancel_at_period_end',
  'Subscription.TrialSettings.EndBehavior.billing_cycle_anchor',
  'SubscriptionItem.current_trial',
  'SubscriptionSchedule.pause_schedules',
  'TaxCode.requirements',
];

/** A fault of the fixtures themselves. */
const DEFECT = 'Invoice.subscription is unknown';

/** Fixtures of what sells and bills; Stripe's other products are not for us. */
function fixtures(): [string, Json][] {
  const { resources } = JSON.parse(readFileSync(FIXTURES, 'utf8')) as {
    resources: Record<string, Json>;
  };
  const definitions = new Map<string, string>();
  for (const [name, { properties, required }] of Object.entries(schemas.definitions)) {
    const isRequest = /Param|^Events:/.test(name) || !required?.includes('object');
    const object = properties?.object?.const as string | undefined;
    if (object && !isRequest) definitions.set(`${object} ${'deleted' in properties}`, name);
  }
  return Object.values(resources).flatMap((fixture) => {
    const object = String(fixture.object);
    const name = definitions.get(`${object} ${'deleted' in fixture}`);
    const isOurs = /^(billing|billing_portal|checkout|test_helpers)\.|^[a-z_]+$/.test(object);
    return name && isOurs ? [[name, fixture] as [string, Json]] : [];
  });
}

describe.skipIf(!existsSync(FIXTURES))("Stripe's published fixtures (need the file)", () => {
  test('pass, but for what is newer than they are and a defect of theirs', () => {
    const all = fixtures();
    expect(all.length).toBeGreaterThan(80);
    const rules = all
      .flatMap(([name, fixture]) => judge.value(name, fixture))
      .map(({ rule }) => rule);
    const found = rules.filter((rule) => !rule.endsWith('must be an id when nobody expands it'));
    const known = [...NEWER.map((field) => `${field} is missing`), DEFECT];
    expect([...new Set(found)].toSorted()).toEqual(known.toSorted());
  });

  test('fail, each of thousands, when one thing in them is wrong', () => {
    const alive: string[] = [];
    let tried = 0;
    for (const [name, fixture] of fixtures()) {
      const told = (value: unknown) =>
        judge.value(name, value).map(({ rule, seen }) => rule + seen);
      const before = new Set(told(fixture));
      for (const { fault, path, value } of mutantsOf(schemas, name, fixture)) {
        tried += 1;
        if (told(value).every((fault) => before.has(fault)))
          alive.push(`${name} ${path}: ${fault}`);
      }
    }
    console.info(`${tried - alive.length} of ${tried} spoiled fixtures were refused.`);
    expect(tried).toBeGreaterThan(4_000);
    expect(alive).toEqual([]);
  });
});
