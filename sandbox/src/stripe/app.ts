import { type Context, Hono } from 'hono';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { openAccounts } from './accounts.ts';
import { expanded } from './answer.ts';
import { createCliSessions } from './cli-sessions.ts';
import { controlApp } from './control.ts';
import { API_VERSION, createEvents } from './events.ts';
import { Fault, faults } from './faults.ts';
import { type Params, parseForm } from './form.ts';
import { openReplies } from './idempotency.ts';
import { oauthApp } from './oauth.ts';
import { createOutage } from './outage.ts';
import { challengePages } from './pages/challenge-page.ts';
import { invoicePages } from './pages/invoice-page.ts';
import { checkoutPages } from './pages/checkout-page.ts';
import { onboardingPages } from './pages/onboarding-page.ts';
import { portalPages } from './pages/portal-page.ts';
import { receiptPages } from './pages/receipt-page.ts';
import { stripeJs } from './pages/stripe-js.ts';
import type { Handler, Resource } from './resource.ts';
import { catalog } from './routes/catalog.ts';
import { checkout } from './routes/checkout.ts';
import { coupons } from './routes/coupons.ts';
import { creditNotes } from './routes/credit-notes.ts';
import { customers } from './routes/customers.ts';
import { accountRoutes } from './routes/accounts.ts';
import { events } from './routes/events.ts';
import { meters } from './routes/meters.ts';
import { paymentIntents } from './routes/payment-intents.ts';
import { paymentMethods } from './routes/payment-methods.ts';
import { paymentPages } from './routes/payment-pages.ts';
import { payments } from './routes/payments.ts';
import { portal } from './routes/portal.ts';
import { invoiceItems } from './routes/invoice-items.ts';
import { invoices } from './routes/invoices.ts';
import { subscriptionItems } from './routes/subscription-items.ts';
import { shippingRates } from './routes/shipping-rates.ts';
import { taxRates } from './routes/tax-rates.ts';
import { subscriptionSchedules } from './routes/subscription-schedules.ts';
import { setupIntents } from './routes/setup-intents.ts';
import { subscriptions } from './routes/subscriptions.ts';
import { webhookEndpoints } from './routes/webhook-endpoints.ts';
import { testClocks } from './routes/test-clocks.ts';
import { newId, PLATFORM, type Scope } from './scope.ts';
import { isLive, keyOf } from './secret-key.ts';
import { inItsTime } from './time-of.ts';
import { shown, type Witness } from './witness.ts';
import { openWorld } from './world.ts';

/** A running stand-in of Stripe. */
export interface StripeSandbox {
  app: Hono;
  /** Resolves when no webhook is on its first way. */
  idle(): Promise<void>;
  reset(): void;
  stop(): void;
}

/**
 * Stripe's API under `/v1`, Connect's OAuth under `/oauth`, the pages people pay and cancel on, and
 * the control API under `/_sandbox`. State lives in `store`, time in `clock`. A witness sees every call
 * and every event.
 */
export function createStripeSandbox({
  store,
  clock,
  baseUrl,
  witness,
}: {
  store: Store;
  clock: Clock;
  baseUrl: () => string;
  witness?: Witness | undefined;
}): StripeSandbox {
  const accounts = openAccounts(store, clock);
  const replies = openReplies(store);
  const cli = createCliSessions(baseUrl);
  const { sender, emit } = createEvents(store, clock, {
    accounts,
    tell: (scope, event) => cli.tell(scope, event),
    witness,
  });
  const outage = createOutage();
  const world = openWorld({ store, clock, baseUrl, emit }, accounts);
  const resources: Resource = {
    ...accountRoutes(accounts, () => world, baseUrl),
    ...catalog,
    ...customers,
    ...checkout,
    ...subscriptions,
    ...subscriptionSchedules,
    ...invoices,
    ...invoiceItems,
    ...subscriptionItems,
    ...creditNotes,
    ...coupons,
    ...shippingRates,
    ...taxRates,
    ...testClocks,
    ...portal(baseUrl),
    ...events((scope, event, to) => {
      if (to.cli) cli.tell(scope, event);
      else sender.resend(event.id, to.endpointId);
    }),
    ...cli.resource,
    ...paymentPages,
    ...webhookEndpoints(sender),
    ...payments,
    ...paymentMethods,
    ...paymentIntents(baseUrl),
    ...setupIntents(baseUrl),
    ...meters,
  };

  const app = new Hono();
  app.onError((error, c) => answerFault(c, error));
  if (witness) for (const path of ['/v1/*', '/oauth/*']) app.use(path, shown(witness));
  app.use('/v1/*', outage.middleware);
  app.use('/oauth/token', outage.middleware);
  app.use('/oauth/deauthorize', outage.middleware);
  for (const [call, handler] of Object.entries(resources)) {
    const [method = '', path = ''] = call.split(' ');
    app.on(method, path, (c) => answerCall(c, handler));
  }
  app.route('/', cli.app);
  app.route('/', oauthApp({ accounts, world }));
  app.route('/', checkoutPages(world));
  app.route('/', receiptPages(world));
  app.route('/', stripeJs());
  app.route('/', portalPages(world));
  app.route('/', challengePages(world));
  app.route('/', invoicePages(world));
  app.route('/', onboardingPages(world, accounts));
  app.route(
    '/',
    controlApp({ world, accounts, sender, outage, clock, reset: () => sandbox.reset() }),
  );
  app.all('/v1/*', (c) => answerFault(c, faults.unknownUrl(c.req.method, c.req.path)));

  const scopeOf = (c: Context): Scope => {
    const key = keyOf(c.req.header('authorization'));
    const livemode = isLive(key);
    const account = c.req.header('stripe-account') ?? PLATFORM;
    if (!accounts.canUse(account, livemode)) throw faults.noAccount(account);
    return world.scope(account, livemode);
  };

  async function answerCall(c: Context, handler: Handler): Promise<Response> {
    const scope = scopeOf(c);
    const isPost = c.req.method === 'POST';
    const raw = isPost ? await c.req.text() : new URL(c.req.url).search.slice(1);
    const params = parseForm(raw);
    const given = isPost ? c.req.header('idempotency-key') : undefined;
    const key = given && `${scope.account}:${scope.livemode}:${given}`;
    const fingerprint = `${c.req.path}?${raw}`;
    c.header('Request-Id', newId('req'));
    c.header('Stripe-Version', API_VERSION);
    if (given) c.header('Idempotency-Key', given);
    if (c.req.header('stripe-version') === API_VERSION && choosesMethods(c.req.path)) {
      // Older versions took it, and callers who name no version are of one.
      if ('payment_method_types' in params) throw faults.unknownParam('payment_method_types');
    }
    const first = key ? replies.find(key, fingerprint, clock.nowMs()) : null;
    if (first) {
      c.header('Idempotent-Replayed', 'true');
      return c.json(first.answer, first.status as 200);
    }
    const { status, answer } = perform(scope, handler, params, c.req.param('id') ?? '');
    // What is refused before anything was done may be tried again with the same key.
    if (key && status !== 400 && status !== 404) {
      replies.keep({ id: key, fingerprint, atMs: clock.nowMs(), status, answer });
    }
    return c.json(answer, status as 200);
  }

  const sandbox: StripeSandbox = {
    app,
    idle: () => sender.idle(),
    reset() {
      sender.reset();
      store.reset();
      clock.reset();
      outage.clear();
    },
    stop() {
      cli.close();
      sender.stop();
      outage.clear();
    },
  };
  return sandbox;
}

const choosesMethods = (path: string) =>
  /^\/v1\/((payment|setup)_intents|checkout\/sessions)/.test(path);

function perform(
  scope: Scope,
  handler: Handler,
  params: Params,
  id: string,
): { status: number; answer: object } {
  try {
    const then = inItsTime(scope, params, id);
    return { status: 200, answer: expanded(scope, handler(then, params, id), params) };
  } catch (error) {
    if (error instanceof Fault) return { status: error.status, answer: error.body };
    throw error;
  }
}

function answerFault(c: Context, error: Error): Response {
  if (error instanceof Fault) return c.json(error.body, error.status as 400);
  console.error(error);
  return c.json(faults.outage().body, 500);
}
