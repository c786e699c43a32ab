import { Hono } from 'hono';
import type { Clock } from '../core/clock.ts';
import { DELIVERY_MODES } from '../core/delivery-plan.ts';
import type { Sender } from '../core/webhooks.ts';
import type { Accounts } from './accounts.ts';
import { someAddress } from './address.ts';
import type { DebitEnd } from './bank-accounts.ts';
import { answerDebit } from './bank-debits.ts';
import type { StripeEndpoint } from './events.ts';
import { Fault } from './faults.ts';
import { settle } from './invoice-life.ts';
import { type Outage, OUTAGE_MODES } from './outage.ts';
import { controlPage } from './pages/control-page.ts';
import { chooseShipping, typeCode } from './checkout-choice.ts';
import { pay } from './checkout-pay.ts';
import { deauthorized } from './routes/accounts.ts';
import { retryRules, type RetryRules, USUAL_RETRIES } from './retries.ts';
import { PLATFORM } from './scope.ts';
import { reachPeriodEnd } from './subscription-cycle.ts';
import { isOver } from './subscription-end.ts';
import type { World } from './world.ts';

interface Parts {
  world: World;
  accounts: Accounts;
  sender: Sender<StripeEndpoint>;
  outage: Outage;
  clock: Clock;
  reset: () => void;
}

const TEST_CARD = '4242424242424242';
const MOST_MS = 10 * 366 * 86_400_000;

/**
 * The control API and page under `/_sandbox`. It takes JSON only, or forms of its own page, so that
 * no other site can press its buttons.
 */
export function controlApp({ world, accounts, sender, outage, clock, reset }: Parts): Hono {
  const app = new Hono().basePath('/_sandbox');
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || isOwn(c.req.raw)) return next();
    return c.json({ error: 'Send JSON (content-type: application/json).' }, 415);
  });
  app.onError((error, c) => {
    if (error instanceof SyntaxError) return c.json({ error: 'The body is no JSON.' }, 400);
    throw error;
  });

  app.get('/', (c) => c.html(controlPage(world, sender, new Date(clock.nowMs()))));
  app.get('/idle', async (c) => {
    await sender.idle();
    return c.json({ idle: true });
  });
  app.get('/state', (c) =>
    c.json({
      webhooks: !sender.paused,
      delivery: sender.plan,
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

  app.post('/disconnect', async (c) => {
    const { account, mode } = await bodyOf(c.req.raw);
    const livemode = mode === 'live';
    if (!accounts.disconnect(String(account), livemode))
      return c.json({ error: 'That account is not connected in that mode.' }, 404);
    deauthorized(world.scope(String(account), livemode));
    return back(c.req.raw, { account });
  });

  app.put('/endpoints', async (c) => {
    const { id, url, secret, connect, livemode, events } = await bodyOf(c.req.raw);
    if (
      typeof id !== 'string' ||
      typeof url !== 'string' ||
      !URL.canParse(url) ||
      typeof secret !== 'string'
    ) {
      return c.json({ error: 'id and secret are texts, url is a URL.' }, 400);
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
  app.post('/delivery', async (c) => {
    const { mode, seed } = await bodyOf(c.req.raw);
    const known = DELIVERY_MODES.find((one) => one === mode);
    if (!known) return c.json({ error: `mode is one of ${DELIVERY_MODES.join(', ')}.` }, 400);
    sender.plan = {
      mode: known,
      seed: Number.isSafeInteger(Number(seed ?? 1)) ? Number(seed ?? 1) : 1,
    };
    return back(c.req.raw, sender.plan);
  });
  app.post('/delivery/release', (c) => back(c.req.raw, { released: sender.release() }));
  app.post('/outage', async (c) => {
    const { mode, ms, account } = await bodyOf(c.req.raw);
    const known = OUTAGE_MODES.find((one) => one === mode);
    if (!known) return c.json({ error: `mode is one of ${OUTAGE_MODES.join(', ')}.` }, 400);
    const whose = typeof account === 'string' ? account : null;
    outage.set(known, typeof ms === 'number' ? ms : undefined, whose);
    return c.json({ mode: known });
  });
  app.post('/clock', async (c) => {
    const { advanceMs } = await bodyOf(c.req.raw);
    const ms = Number(advanceMs);
    if (!(ms >= 0 && ms <= MOST_MS)) return c.json({ error: 'advanceMs is 0 to 10 years.' }, 400);
    clock.advance(ms);
    // Opening a scope brings it up to its present.
    world.scopes();
    return back(c.req.raw, { nowMs: clock.nowMs() });
  });

  app.post('/retries', async (c) => {
    const { days = USUAL_RETRIES.days, finally: end = USUAL_RETRIES.finally } = await bodyOf(
      c.req.raw,
    );
    const isRule = (rules: unknown): rules is RetryRules['finally'] =>
      rules === 'canceled' || rules === 'unpaid' || rules === 'past_due';
    const isDays = Array.isArray(days) && days.every((day) => typeof day === 'number' && day > 0);
    if (!isDays || !isRule(end))
      return c.json({ error: 'days are numbers; finally is canceled, unpaid or past_due.' }, 400);
    const rules = { days, finally: end };
    retryRules(world.scope(PLATFORM, false)).set(rules);
    return c.json(rules);
  });

  app.post('/subscriptions/:id/period-end', async (c) => {
    const found = world.find('subscription', c.req.param('id'));
    if (!found) return c.json({ error: 'No such subscription.' }, 404);
    if (isOver(found.entity)) return c.json({ error: 'It has ended already.' }, 409);
    const { id, status } = reachPeriodEnd(found.scope, found.entity);
    return back(c.req.raw, { id, status });
  });
  app.post('/events/:id/resend', async (c) =>
    back(c.req.raw, { sent: sender.resend(c.req.param('id')) }),
  );
  app.post('/checkout/:id/pay', async (c) => {
    const found = world.find('checkout.session', c.req.param('id'));
    if (!found) return c.json({ error: 'No such session.' }, 404);
    const { card, bank, email, country, shippingRate, promotionCode, authenticated } = await bodyOf(
      c.req.raw,
    );
    try {
      const { scope, entity } = found;
      const coded = promotionCode ? typeCode(scope, entity, String(promotionCode)) : entity;
      if (shippingRate) chooseShipping(scope, coded, String(shippingRate));
      return c.json(
        pay(found.scope, c.req.param('id'), {
          with: isDebitEnd(bank) ? { bank } : { cardNumber: String(card ?? TEST_CARD) },
          isAuthenticated: authenticated === true,
          ...(country ? livingIn(String(country)) : {}),
          ...(email ? { email: String(email) } : {}),
        }),
      );
    } catch (error) {
      if (error instanceof Fault) return c.json(error.body, error.status as 402);
      throw error;
    }
  });
  app.post('/checkout/:id/settle', async (c) => {
    const found = world.find('checkout.session', c.req.param('id'));
    const intent = found?.scope.get('payment_intent', String(found.entity.payment_intent));
    if (!found || intent?.status !== 'processing')
      return c.json({ error: 'No payment of such a session is on its way.' }, 409);
    const { outcome } = await bodyOf(c.req.raw);
    const end = isDebitEnd(outcome) ? outcome : undefined;
    const { id, status } = settle(found.scope, answerDebit(found.scope, intent, end));
    return back(c.req.raw, { id, status });
  });
  app.post('/reset', async (c) => {
    reset();
    return back(c.req.raw, { reset: true });
  });
  return app;
}

/** A buyer of whom only the country is of interest. */
function livingIn(country: string) {
  const address = someAddress(country);
  return { address, shipping: { name: 'Jenny Rosen', address } };
}

const isDebitEnd = (value: unknown): value is DebitEnd => value === 'succeeds' || value === 'fails';

/** Whether a call is JSON or a form of our own page; other sites' pages can send neither. */
function isOwn(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null) return origin === new URL(request.url).origin;
  return (request.headers.get('content-type') ?? '').startsWith('application/json');
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const body = await request.text();
  if (isForm(request)) return Object.fromEntries(new URLSearchParams(body));
  return (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
}

const isForm = (request: Request) =>
  (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded');

/** JSON for programs; a form of the control page goes back to it. */
const back = (request: Request, answer: object): Response =>
  isForm(request)
    ? new Response(null, { status: 303, headers: { location: '/_sandbox' } })
    : Response.json(answer);
