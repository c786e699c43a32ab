import { Hono } from 'hono';
import type { Clock } from '../core/clock.ts';
import { html, page } from '../core/page.ts';
import type { Sender } from '../core/webhooks.ts';
import type { Accounts } from './accounts.ts';
import type { World } from './app.ts';
import type { StripeEndpoint } from './events.ts';
import { Fault } from './faults.ts';
import type { Outage, OutageMode } from './outage.ts';
import { current, pay } from './routes/checkout.ts';
import type { Entity, Kind, Scope } from './scope.ts';
import { itemsOf, reachPeriodEnd } from './subscription-cycle.ts';

interface Parts {
  world: World;
  accounts: Accounts;
  sender: Sender<StripeEndpoint>;
  outage: Outage;
  clock: Clock;
  reset: () => void;
}

const TEST_CARD = '4242424242424242';

/**
 * The control API and page under `/_sandbox`. It takes JSON only, or forms of its own page, so that
 * no other site can press its buttons.
 */
export function controlApp({ world, accounts, sender, outage, clock, reset }: Parts): Hono {
  const app = new Hono().basePath('/_sandbox');
  app.use(async (c, next) => {
    const origin = c.req.header('origin');
    const own = origin === undefined || origin === new URL(c.req.url).origin;
    const isJson = (c.req.header('content-type') ?? '').startsWith('application/json');
    if (c.req.method !== 'GET' && (!own || (!isJson && origin === undefined))) {
      return c.json({ error: 'Send JSON (content-type: application/json).' }, 415);
    }
    return next();
  });
  const bodyOf = async (request: Request) => {
    const text = await request.text();
    return (
      text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
    ) as Record<string, unknown>;
  };
  const find = (kind: Kind, id: string): { scope: Scope; entity: Entity } | null => {
    for (const scope of world.scopes()) {
      const entity = scope.get(kind, id);
      if (entity) return { scope, entity };
    }
    return null;
  };

  app.get('/', (c) => c.html(controlPage(world, sender)));
  app.get('/idle', async (c) => {
    await sender.idle();
    return c.json({ idle: true });
  });
  app.get('/state', (c) =>
    c.json({
      webhooks: !sender.paused,
      outage: outage.get(),
      accounts: accounts.list(),
      deliveries: sender.deliveries(),
    }),
  );

  app.post('/connect', async (c) => {
    const { mode, account, email, name } = await bodyOf(c.req.raw);
    if (mode !== 'test' && mode !== 'live')
      return c.json({ error: 'mode must be "test" or "live".' }, 400);
    const given = { id: account, email, name } as { id?: string; email?: string; name?: string };
    const opened = accounts.open(given);
    return c.json({ account: opened.id, code: accounts.issueCode(opened.id, mode === 'live') });
  });

  app.put('/endpoints', async (c) => {
    const { id, url, secret, connect, livemode, events } = await bodyOf(c.req.raw);
    if (typeof id !== 'string' || typeof url !== 'string' || typeof secret !== 'string') {
      return c.json({ error: 'id, url and secret are texts.' }, 400);
    }
    const enabledEvents = Array.isArray(events) ? events.map(String) : ['*'];
    sender.register({
      id,
      url,
      secret,
      connect: connect === true,
      livemode: livemode === true,
      enabledEvents,
    });
    return c.json({ id });
  });

  app.post('/webhooks', async (c) => {
    const { enabled } = await bodyOf(c.req.raw);
    sender.paused = !(enabled === true || enabled === 'true');
    return back(c.req.raw, { enabled: !sender.paused });
  });
  app.post('/outage', async (c) => {
    const { mode, ms } = await bodyOf(c.req.raw);
    outage.set((mode as OutageMode | undefined) ?? 'none', Number(ms ?? 2_000));
    return c.json({ mode: outage.get() });
  });
  app.post('/clock', async (c) => {
    const { advanceMs } = await bodyOf(c.req.raw);
    clock.advance(Number(advanceMs));
    for (const scope of world.scopes()) {
      for (const session of scope.list('checkout.session')) current(scope, session);
      for (const subscription of scope.list('subscription')) {
        const end = itemsOf(subscription)[0]?.current_period_end ?? Number.POSITIVE_INFINITY;
        if (subscription.status !== 'canceled' && end <= scope.nowSeconds())
          reachPeriodEnd(scope, subscription);
      }
    }
    return c.json({ nowMs: clock.nowMs() });
  });

  app.post('/subscriptions/:id/period-end', async (c) => {
    const found = find('subscription', c.req.param('id'));
    if (!found) return c.json({ error: 'No such subscription.' }, 404);
    const { id, status } = reachPeriodEnd(found.scope, found.entity);
    return back(c.req.raw, { id, status });
  });
  app.post('/events/:id/resend', async (c) =>
    back(c.req.raw, { sent: sender.resend(c.req.param('id')) }),
  );
  app.post('/checkout/:id/pay', async (c) => {
    const found = find('checkout.session', c.req.param('id'));
    if (!found) return c.json({ error: 'No such session.' }, 404);
    const { card, email } = await bodyOf(c.req.raw);
    try {
      return c.json(
        pay(found.scope, c.req.param('id'), {
          cardNumber: String(card ?? TEST_CARD),
          ...(email ? { email: String(email) } : {}),
        }),
      );
    } catch (error) {
      if (error instanceof Fault) return c.json(error.body, error.status as 402);
      throw error;
    }
  });
  app.post('/reset', async (c) => {
    reset();
    return back(c.req.raw, { reset: true });
  });
  return app;
}

/** JSON for programs; a form of the control page goes back to it. */
function back(request: Request, answer: object): Response {
  const isForm = (request.headers.get('content-type') ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  return isForm
    ? new Response(null, { status: 303, headers: { location: '/_sandbox' } })
    : Response.json(answer);
}

const STYLES = `
section { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; } table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: start; padding: .4rem .5rem .4rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; } form { display: inline; } .scroll { overflow-x: auto; }`;

function controlPage(world: World, sender: Sender<StripeEndpoint>): string {
  const button = (action: string, label: string, field = html``) =>
    html`<form method="post" action="/_sandbox/${action}">${field}<button>${label}</button></form>`;
  const running = world
    .scopes()
    .flatMap((scope) =>
      scope.list('subscription').map((subscription) => ({ scope, subscription })),
    );
  const rows = running.toReversed().map(
    ({ scope, subscription }) => html`<tr><td>${subscription.id}</td>
    <td>${scope.account} · ${scope.livemode ? 'live' : 'test'}</td><td>${subscription.status}${subscription.cancel_at ? ', to be cancelled' : ''}</td>
    <td>${subscription.status === 'canceled' ? '' : button(`subscriptions/${subscription.id}/period-end`, 'To the period’s end')}</td></tr>`,
  );
  const sent = sender
    .deliveries()
    .slice(-30)
    .toReversed()
    .map(
      (delivery) => html`<tr>
    <td>${(JSON.parse(delivery.body) as { type: string }).type}</td><td>${delivery.state}</td>
    <td>${delivery.attempts.map(({ status }) => status ?? 'no answer').join(', ')}</td>
    <td>${button(`events/${delivery.eventId}/resend`, 'Send again')}</td></tr>`,
    );
  const body = html`<main><h1>Sandbox of Stripe</h1>
    <section><h2>Webhooks are ${sender.paused ? 'off' : 'on'}</h2>
      <p>Off, events are lost, as on a bad day.</p>
      ${button('webhooks', sender.paused ? 'Switch on' : 'Switch off', html`<input type="hidden" name="enabled" value="${sender.paused}">`)}
      ${button('reset', 'Forget everything')}</section>
    <section><h2>Subscriptions</h2><div class="scroll"><table><tr><th>Subscription</th><th>Account</th><th>Status</th><th></th></tr>${rows}</table></div>
      ${rows.length === 0 ? html`<p>None yet: buy something.</p>` : ''}</section>
    <section><h2>Events sent</h2><div class="scroll"><table><tr><th>Event</th><th>State</th><th>Answers</th><th></th></tr>${sent}</table></div></section></main>`;
  return page({ title: 'Sandbox of Stripe', body, styles: STYLES });
}
