import { judge, type MeterOptions } from './meter.ts';

export { usageOf } from './meter.ts';
export type { MeterOptions } from './meter.ts';

/**
 * A route handler that counts each request first: `export const POST = meter({ dream, customer }, handler)`.
 * A refused one is answered with the edge's own error, 403 or 429. `usageOf(request)` is the usage. Fits
 * every framework whose handlers take a `Request` and give a `Response`.
 */
export function meter<R extends Request, More extends unknown[]>(
  options: MeterOptions<NoInfer<R>>,
  handler: (request: R, ...more: More) => Response | Promise<Response>,
): (request: R, ...more: More) => Promise<Response> {
  return async (request, ...more) => {
    const verdict = await judge(options, request);
    if (verdict.allowed) return handler(request, ...more);
    const { status, headers, body } = verdict;
    return Response.json(body, { status, headers });
  };
}
