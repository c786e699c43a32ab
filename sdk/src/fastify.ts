import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { judge, type MeterOptions } from './meter.ts';

export { usageOf } from './meter.ts';
export type { MeterOptions } from './meter.ts';

/**
 * A hook that counts each request before the handler: `app.addHook('preHandler', meter({ dream, customer }))`,
 * or `preHandler` of one route. A refused one is answered with the edge's own error, 403 or 429.
 * `usageOf(request)` is the usage.
 */
export function meter(options: MeterOptions<FastifyRequest>): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const verdict = await judge(options, request);
    if (verdict.allowed) return undefined;
    reply.code(verdict.status);
    reply.headers(verdict.headers);
    reply.send(verdict.body);
    // Returned, it tells Fastify that the request was answered.
    return reply;
  };
}
