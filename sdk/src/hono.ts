import type { Context, Env, MiddlewareHandler } from 'hono';
import { judge, type MeterOptions } from './meter.ts';

export { usageOf } from './meter.ts';
export type { MeterOptions } from './meter.ts';

/**
 * Middleware that counts each request before the handler: `app.use('/api/*', meter({ dream, customer }))`.
 * A refused one is answered with the edge's own error, 403 or 429. `usageOf(c)` is the usage.
 */
export function meter<E extends Env>(options: MeterOptions<Context<E>>): MiddlewareHandler<E> {
  return async (c, next) => {
    const verdict = await judge(options, c);
    if (verdict.allowed) return next();
    const { status, headers, body } = verdict;
    return Response.json(body, { status, headers });
  };
}
