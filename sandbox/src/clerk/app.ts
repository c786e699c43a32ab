import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { backendApp } from './backend.ts';
import { controlApp } from './control.ts';
import type { Instance } from './entities.ts';
import { type ClerkFault, faultBody, faults } from './errors.ts';
import { frontendApp } from './frontend.ts';
import { inboxApp } from './inbox.ts';
import { providerApp } from './provider-page.ts';
import type { Scope, Visitor } from './scope.ts';
import { openInstances, secretKeyOf } from './store.ts';
import { createSwitches } from './switches.ts';
import { createNotifier } from './webhooks.ts';

/** What the HTTP server hands in with a request, when there is one. */
interface ServerEnv {
  Bindings: { incoming?: { socket: { remoteAddress?: string; destroy(): void } } };
}

/** A running stand-in of Clerk. */
interface ClerkSandbox {
  app: Hono<ServerEnv>;
  /** Resolves when no webhook is on its way. */
  idle(): Promise<void>;
  /** Forgets every instance, letter, endpoint and switch, and sets the clock right. */
  reset(): void;
  /** Gives up deliveries that wait for a retry. */
  stop(): void;
}

/**
 * Clerk's Frontend API (`/fapi/<instance>/v1/…`), Backend API (`/v1/…`, instance by secret key),
 * the inbox of sent codes (`/inbox`), the social
 * providers (`/provider/…`) and the control API (`/_sandbox/…`), for many instances.
 * State lives in `store`, time in `clock`; `baseUrl` says where this app is reachable.
 */
export function createClerkSandbox({
  store,
  clock,
  baseUrl,
}: {
  store: Store;
  clock: Clock;
  baseUrl: () => string;
}): ClerkSandbox {
  const nowMs = () => clock.nowMs();
  const instances = openInstances(store, nowMs);
  const switches = createSwitches(nowMs);
  const notifier = createNotifier({ store, clock });
  const frontendUrl = (instance: Instance) => `${baseUrl()}/fapi/${instance.id}`;

  const scopeOf = (instance: Instance, visitor: Visitor): Scope => ({
    ...instances.data(instance),
    instance,
    visitor,
    nowMs,
    frontendUrl: frontendUrl(instance),
    emit: (type, data) => notifier.emit(instance, visitor, type, data),
  });
  const bindings = (instance: Instance, visitor: Visitor) => ({
    scope: scopeOf(instance, visitor),
    limiter: switches.limiter,
  });
  const reset = () => {
    instances.reset();
    switches.reset();
    notifier.reset();
    clock.reset();
  };

  const outage = async (c: Context<ServerEnv>, next: () => Promise<void>) => {
    const { mode, delayMs } = switches.outage;
    if (mode === 'errors') return refuse(c, faults.internal());
    if (mode === 'down') {
      c.env?.incoming?.socket.destroy();
      return c.body(null, 503);
    }
    if (mode === 'slow') await new Promise((resolve) => setTimeout(resolve, delayMs));
    return next();
  };

  const app = new Hono<ServerEnv>();
  app.use(
    '/fapi/*',
    cors({
      origin: (origin) => origin,
      credentials: true,
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposeHeaders: ['Authorization', 'Retry-After'],
      maxAge: 7200,
    }),
  );
  app.use('/fapi/*', outage);
  app.use('/v1/*', outage);

  app.all('/fapi/:instance/*', async (c) => {
    const instance = instances.open(c.req.param('instance'));
    if (!instance) return refuse(c, faults.hostInvalid());
    const request = await unwrapped(c.req.raw, `/fapi/${instance.id}`);
    return frontendApp.fetch(request, bindings(instance, visitorOf(c, instance)));
  });

  app.all('/v1/*', (c) => {
    const [scheme, key] = (c.req.header('authorization') ?? '').split(' ');
    if (scheme !== 'Bearer' || !key) return refuse(c, faults.secretKeyMissing());
    const instance = instances.openBySecretKey(key);
    if (!instance) return refuse(c, faults.secretKeyInvalid());
    return backendApp.fetch(c.req.raw, bindings(instance, visitorOf(c, instance)));
  });

  app.route(
    '/',
    providerApp((id, c) => {
      const instance = instances.list().find((one) => one.id === id);
      return instance ? scopeOf(instance, visitorOf(c, instance)) : null;
    }),
  );
  app.route('/', inboxApp(instances));
  app.route('/', controlApp({ instances, switches, notifier, clock, frontendUrl, reset }));

  return { app, idle: () => notifier.idle(), reset, stop: () => notifier.stop() };
}

function refuse(c: Context, fault: ClerkFault): Response {
  return c.json(faultBody(fault), fault.status as 400);
}

/** The request as the Frontend API sees it: without the prefix, with its `_method`. */
async function unwrapped(request: Request, prefix: string): Promise<Request> {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length);
  const override = url.searchParams.get('_method');
  const method = request.method === 'POST' && override ? override.toUpperCase() : request.method;
  const body = ['GET', 'HEAD'].includes(method) ? undefined : await request.text();
  return new Request(url, { method, headers: request.headers, body: body || undefined });
}

/** Who asks: a proxy that knows the secret key may name the visitor, nobody else. */
function visitorOf(c: Context<ServerEnv>, instance: Instance): Visitor {
  const trusted = c.req.header('clerk-secret-key') === secretKeyOf(instance);
  const forwarded = c.req.header('x-forwarded-for')?.split(',')[0]?.trim();
  const socket = c.env?.incoming?.socket.remoteAddress;
  return {
    address: (trusted && forwarded) || socket || '127.0.0.1',
    userAgent: c.req.header('user-agent') ?? '',
  };
}
