import type { MiddlewareHandler } from 'hono';

/** What is wrong: nothing, no answer, errors only, too many calls, or late answers. */
export const OUTAGE_MODES = ['none', 'down', 'errors', 'rate_limit', 'slow'] as const;
export type OutageMode = (typeof OUTAGE_MODES)[number];

/** "down" keeps callers waiting this long at the most, so that nothing hangs for ever. */
const DOWN_MS = 30_000;

/** A switch that makes the API fail as providers do. */
export function createOutage() {
  let mode: OutageMode = 'none';
  let delayMs = 0;
  let only: string | null = null;
  let recovered = Promise.withResolvers<void>();
  /** `account`: the one connected account whose calls fail; null for everybody's. */
  const set = (next: OutageMode, ms = 2_000, account: string | null = null) => {
    mode = next;
    delayMs = ms;
    only = account;
    recovered.resolve();
    recovered = Promise.withResolvers<void>();
  };
  const middleware: MiddlewareHandler = async (c, next) => {
    if (only !== null && c.req.header('stripe-account') !== only) return next();
    if (mode === 'rate_limit') {
      const error = {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: 'Too many requests.',
      };
      return c.json({ error }, 429);
    }
    if (mode === 'errors')
      return c.json(
        { error: { type: 'api_error', message: 'An error occurred on our side.' } },
        500,
      );
    if (mode === 'down' || mode === 'slow') {
      const waitMs = mode === 'down' ? DOWN_MS : delayMs;
      await Promise.race([
        recovered.promise,
        new Promise((done) => setTimeout(done, waitMs).unref()),
      ]);
      if (mode === 'down') return c.body(null, 503);
    }
    return next();
  };
  return { set, clear: () => set('none'), middleware, get: () => mode };
}

/** The switch of an outage. */
export type Outage = ReturnType<typeof createOutage>;
