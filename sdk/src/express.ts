import type { Request, RequestHandler } from 'express';
import { judge, type MeterOptions } from './meter.ts';

export { usageOf } from './meter.ts';
export type { MeterOptions } from './meter.ts';

/**
 * Middleware that counts each request before the handler: `app.use('/api', meter({ dream, customer }))`.
 * A refused one is answered with the edge's own error, 403 or 429; what fails goes to `next`.
 * `usageOf(request)` is the usage.
 */
export function meter(options: MeterOptions<Request>): RequestHandler {
  return async (request, response, next) => {
    try {
      const verdict = await judge(options, request);
      if (!verdict.allowed) {
        response.status(verdict.status).set(verdict.headers);
        response.json(verdict.body);
        return;
      }
    } catch (error) {
      return next(error);
    }
    next();
  };
}
