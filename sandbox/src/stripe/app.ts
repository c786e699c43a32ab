import { type Context, Hono } from 'hono';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { accountEntity, openAccounts } from './accounts.ts';
import { expanded } from './answer.ts';
import { controlApp } from './control.ts';
import { API_VERSION, createEvents } from './events.ts';
import { Fault, faults } from './faults.ts';
import { type Params, parseForm } from './form.ts';
import { openReplies } from './idempotency.ts';
import { oauthApp } from './oauth.ts';
import { createOutage } from './outage.ts';
import { checkoutPages } from './pages/checkout-page.ts';
import { portalPages } from './pages/portal-page.ts';
import type { Handler, Resource } from './resource.ts';
import { catalog } from './routes/catalog.ts';
import { checkout } from './routes/checkout.ts';
import { customers } from './routes/customers.ts';
import { events, payments } from './routes/events.ts';
import { portal } from './routes/portal.ts';
import { subscriptions } from './routes/subscriptions.ts';
import { newId, openScope, PLATFORM, type Scope } from './scope.ts';

/** A running stand-in of Stripe. */
export interface StripeSandbox {
  app: Hono;
  /** Resolves when no webhook is on its first way. */
  idle(): Promise<void>;
  reset(): void;
  stop(): void;
}

/** The scopes of the sandbox: one for each account and mode. */
export interface World {
  scope(account: string, livemode: boolean): Scope;
  /** Every account and mode that can hold something. */
  scopes(): Scope[];
}

/**
 * Stripe's API under `/v1`, Connect's OAuth under `/oauth`, the pages people pay and cancel on, and
 * the control API under `/_sandbox`. State lives in `store`, time in `clock`.
 */
export function createStripeSandbox({
  store,
  clock,
  baseUrl,
}: {
  store: Store;
  clock: Clock;
  baseUrl: () => string;
}): StripeSandbox {
  const accounts = openAccounts(store);
  const replies = openReplies(store);
  const { sender, emit } = createEvents(store, clock);
  const outage = createOutage();
  const world: World = {
    scope: (account, livemode) => openScope(store, clock, account, livemode, emit),
    scopes: () =>
      [PLATFORM, ...accounts.list().map(({ id }) => id)].flatMap((id) => [
        world.scope(id, false),
        world.scope(id, true),
      ]),
  };
  const resources: Resource = Object.assign(
    {},
    catalog,
    customers,
    checkout(baseUrl),
    subscriptions,
    portal(baseUrl),
    events,
    payments,
  );

  const app = new Hono();
  app.onError((error, c) => answerFault(c, error));
  app.use('/v1/*', outage.middleware);
  app.use('/oauth/token', outage.middleware);
  for (const [call, handler] of Object.entries(resources)) {
    const [method = '', path = ''] = call.split(' ');
    app.on(method, path, (c) => answerCall(c, handler));
  }
  app.get('/v1/account', (c) => c.json(ownAccount(scopeOf(c))));
  app.get('/v1/accounts/:id', (c) => c.json(accountOf(c.req.param('id'))));
  app.route('/', oauthApp({ accounts, world }));
  app.route('/', checkoutPages(world, accounts));
  app.route('/', portalPages(world, accounts));
  app.route(
    '/',
    controlApp({ world, accounts, sender, outage, clock, reset: () => sandbox.reset() }),
  );
  app.all('/v1/*', (c) => answerFault(c, faults.unknownUrl(c.req.method, c.req.path)));

  const scopeOf = (c: Context): Scope => {
    const key = keyOf(c.req.header('authorization'));
    const livemode = key.startsWith('sk_live_');
    const account = c.req.header('stripe-account') ?? PLATFORM;
    if (!accounts.canUse(account, livemode)) throw faults.noAccount(account);
    return world.scope(account, livemode);
  };
  const accountOf = (id: string) => {
    const account = accounts.get(id);
    if (!account) throw faults.noAccount(id);
    return accountEntity(account);
  };
  const ownAccount = (scope: Scope) =>
    scope.isPlatform
      ? accountEntity({ id: PLATFORM, name: 'dream', email: null })
      : accountOf(scope.account);

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
    const first = key ? replies.find(key, fingerprint, clock.nowMs()) : null;
    if (first) {
      c.header('Idempotent-Replayed', 'true');
      return c.json(first.answer as object, first.status as 200);
    }
    const { status, answer } = perform(scope, handler, params, c.req.param('id') ?? '');
    // What is refused before anything was done may be tried again with the same key.
    if (key && status !== 400 && status !== 404) {
      replies.keep({ id: key, fingerprint, atMs: clock.nowMs(), status, answer });
    }
    return c.json(answer as object, status as 200);
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
    stop: () => sender.stop(),
  };
  return sandbox;
}

function perform(
  scope: Scope,
  handler: Handler,
  params: Params,
  id: string,
): { status: number; answer: unknown } {
  try {
    return { status: 200, answer: expanded(scope, handler(scope, params, id), params) };
  } catch (error) {
    if (error instanceof Fault) return { status: error.status, answer: error.body };
    throw error;
  }
}

/** The secret key of a call, from a bearer or basic authorization. */
export function keyOf(header: string | undefined): string {
  const [scheme, value] = (header ?? '').split(' ');
  if (!value) throw faults.noKey();
  const key = scheme?.toLowerCase() === 'basic' ? (atob(value).split(':')[0] ?? '') : value;
  if (!/^sk_(test|live)_\w{8,}$/.test(key)) throw faults.badKey(key);
  return key;
}

function answerFault(c: Context, error: Error): Response {
  if (error instanceof Fault) return c.json(error.body, error.status as 400);
  console.error(error);
  return c.json(faults.outage().body, 500);
}
