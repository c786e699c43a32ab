import { type Context, Hono } from 'hono';
import type { Clock } from '../core/clock.ts';
import type { Instance } from './entities.ts';
import { settingsFlaw, settingsOf } from './settings.ts';
import { type Instances, publishableKeyOf, secretKeyOf } from './store.ts';
import type { Outage, Switches } from './switches.ts';
import { jwtKeyOf } from './tokens.ts';
import type { Notifier } from './webhooks.ts';

/** What the control API works on. */
interface Controls {
  instances: Instances;
  switches: Switches;
  notifier: Notifier;
  clock: Clock;
  frontendUrl: (instance: Instance) => string;
  reset: () => void;
}

const OUTAGES = ['none', 'down', 'errors', 'slow'];

/** The control API under `/_sandbox`: JSON only, so that no page can reach it with a form. */
export function controlApp(controls: Controls): Hono {
  const { instances, switches, notifier, clock, frontendUrl, reset } = controls;
  const show = (instance: Instance) => ({
    instance: instance.id,
    secretKey: secretKeyOf(instance),
    publishableKey: publishableKeyOf(instance),
    frontendApi: frontendUrl(instance),
    jwtKey: jwtKeyOf(instance),
    settings: settingsOf(instance),
  });

  const app = new Hono().basePath('/_sandbox');
  app.use(async (c, next) => {
    const json = c.req.header('content-type')?.startsWith('application/json');
    if (c.req.method !== 'GET' && !json) return c.json({ error: 'Send application/json.' }, 415);
    return next();
  });

  app.get('/instances', (c) => c.json({ instances: instances.list().map(show) }));
  app.put('/instances', async (c) => {
    const { instance: id, settings = {} } = await bodyOf(c);
    const instance = typeof id === 'string' ? instances.open(id) : null;
    if (!instance) return invalid(c, 'instance must look like test_<name> or live_<name>.');
    if (!isRecord(settings)) return invalid(c, 'settings must be an object.');
    const flaw = settingsFlaw(settings);
    if (flaw) return invalid(c, flaw);
    return c.json(show(instances.configure(instance, settings)));
  });

  app.get('/endpoints', (c) => c.json({ endpoints: notifier.endpoints() }));
  app.put('/endpoints', async (c) => {
    const { id, instance, url, secret } = await bodyOf(c);
    if (typeof id !== 'string' || id === '') return invalid(c, 'id must be a string.');
    if (typeof url !== 'string' || !URL.canParse(url)) return invalid(c, 'url must be a URL.');
    if (typeof secret !== 'string' || !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) {
      return invalid(c, 'secret must be whsec_<base64>.');
    }
    if (typeof instance !== 'string' || !instances.open(instance)) {
      return invalid(c, 'instance must look like test_<name> or live_<name>.');
    }
    notifier.register({ id, instance, url, secret });
    return c.json({ id, instance, url });
  });

  app.post('/webhooks', async (c) => {
    const { enabled } = await bodyOf(c);
    if (typeof enabled !== 'boolean') return invalid(c, 'enabled must be true or false.');
    notifier.setEnabled(enabled);
    return c.json({ enabled });
  });

  app.get('/deliveries', (c) => c.json({ deliveries: notifier.deliveries() }));
  app.post('/resend', async (c) => {
    const { eventId } = await bodyOf(c);
    if (typeof eventId !== 'string') return invalid(c, 'eventId must be a string.');
    return c.json({ endpoints: notifier.resend(eventId) });
  });

  app.post('/clock', async (c) => {
    const { advanceMs } = await bodyOf(c);
    if (typeof advanceMs !== 'number' || !(advanceMs >= 0)) {
      return invalid(c, 'advanceMs must be a number from 0.');
    }
    clock.advance(advanceMs);
    return c.json({ nowMs: clock.nowMs() });
  });

  app.post('/limits', async (c) => {
    const { enabled } = await bodyOf(c);
    if (typeof enabled !== 'boolean') return invalid(c, 'enabled must be true or false.');
    switches.limiter.reset();
    switches.limiter.enabled = enabled;
    return c.json({ enabled });
  });

  app.post('/outage', async (c) => {
    const { mode, ms = 0 } = await bodyOf(c);
    if (typeof mode !== 'string' || !OUTAGES.includes(mode)) {
      return invalid(c, `mode must be one of ${OUTAGES.join(', ')}.`);
    }
    if (typeof ms !== 'number' || !(ms >= 0 && ms <= 60_000)) {
      return invalid(c, 'ms must be between 0 and 60000.');
    }
    switches.outage = { mode: mode as Outage['mode'], delayMs: ms };
    return c.json({ mode, ms });
  });

  app.post('/reset', (c) => {
    reset();
    return c.json({ reset: true });
  });

  app.get('/idle', async (c) => {
    await notifier.idle();
    return c.json({ idle: true });
  });
  return app;
}

async function bodyOf(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => null);
  return isRecord(body) ? body : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(c: Context, error: string): Response {
  return c.json({ error }, 400);
}
