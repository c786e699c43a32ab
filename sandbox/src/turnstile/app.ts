import { Hono } from 'hono';

/**
 * Cloudflare's published keys for tests, by what they do.
 * Source: Cloudflare Turnstile docs, "Test your Turnstile implementation".
 */
const SECRETS = new Map([
  ['1x0000000000000000000000000000000AA', null],
  ['2x0000000000000000000000000000000AA', 'invalid-input-response'],
  ['3x0000000000000000000000000000000AA', 'timeout-or-duplicate'],
]);

/** What every widget with a test site key that passes hands out. */
const TOKEN = 'XXXX.DUMMY.TOKEN.XXXX';

/**
 * The part of Turnstile's script that pages use, for the test site keys: those that begin with 2 are
 * refused, those that begin with 3 show a box and wait for a click, the others get the token of tests.
 * Explicit rendering only.
 */
const SCRIPT = `
(() => {
  const widgets = new Map();
  // Cloudflare's sizes, in pixels; a flexible box is as wide as its place, and no narrower than this.
  const sizes = { normal: [300, 65], flexible: [300, 65], compact: [150, 140] };
  const draw = (place, size = 'normal', clicked) => {
    const button = document.createElement('button');
    const [width, height] = sizes[size];
    button.type = 'button';
    button.textContent = 'Verify you are human';
    Object.assign(button.style, {
      boxSizing: 'border-box',
      width: size === 'flexible' ? '100%' : width + 'px',
      minWidth: width + 'px',
      height: height + 'px',
    });
    button.addEventListener('click', clicked);
    place.append(button);
  };
  const run = (id) => {
    const { sitekey, callback, 'error-callback': failed } = widgets.get(id) ?? {};
    if (sitekey === undefined) return;
    queueMicrotask(() => (sitekey.startsWith('2x') ? failed?.('300030') : callback?.('${TOKEN}')));
  };
  window.turnstile = {
    ready: (act) => act(),
    render: (place, options) => {
      const id = 'cf-chl-widget-' + (widgets.size + 1);
      widgets.set(id, options);
      if (options.sitekey.startsWith('3x')) draw(place, options.size, () => run(id));
      else if (options.execution !== 'execute') run(id);
      return id;
    },
    execute: (id) => run(id),
    reset: (id) => run(id),
    remove: (id) => void widgets.delete(id),
    getResponse: (id) => (widgets.get(id)?.sitekey.startsWith('2x') ? undefined : '${TOKEN}'),
    isExpired: () => false,
  };
})();
`;

/**
 * Turnstile for tests: its script and siteverify, with the test keys and no other. Like Cloudflare, a
 * test secret takes any token. Every other secret is unknown here, so it is an invalid one.
 */
export function createTurnstileSandbox(nowMs: () => number): Hono {
  return new Hono()
    .get('/turnstile/v0/api.js', (c) =>
      c.body(SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
    .post('/turnstile/v0/siteverify', async (c) => {
      const { secret, response } = await fieldsOf(c.req.raw);
      if (!secret) return c.json(refusal('missing-input-secret'));
      if (!SECRETS.has(secret)) return c.json(refusal('invalid-input-secret'));
      if (!response) return c.json(refusal('missing-input-response'));
      const fault = SECRETS.get(secret);
      if (fault) return c.json(refusal(fault));
      return c.json({
        success: true,
        'error-codes': [],
        challenge_ts: new Date(nowMs()).toISOString(),
        hostname: 'example.com',
        action: '',
        cdata: '',
      });
    });
}

const refusal = (code: string) => ({ success: false, 'error-codes': [code], messages: [] });

/** What was sent, as JSON or as a form; siteverify takes both. */
async function fieldsOf(request: Request): Promise<Record<string, string | undefined>> {
  const isJson = request.headers.get('content-type')?.startsWith('application/json');
  if (isJson) {
    const body: unknown = await request.json().catch(() => null);
    return typeof body === 'object' && body !== null ? (body as Record<string, string>) : {};
  }
  return Object.fromEntries(new URLSearchParams(await request.text()));
}
