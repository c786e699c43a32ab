import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './call.ts';
import { Fail } from './fail.ts';

/** Headers of every answer of the API: nothing of it is ever a page. */
export const securityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (c.res.status === 101) return;
  const { headers } = c.res;
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  headers.set('Referrer-Policy', 'no-referrer');
  if (!headers.has('Content-Security-Policy'))
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  headers.set('X-Request-Id', c.get('requestId'));
  if (c.get('isPreview')) headers.set('X-Dream-Preview', 'true');
};

/**
 * Lets pages of any origin call; whether the origin may use the key is decided by the route, which
 * can then say what to do. No cookies are ever involved.
 */
export const cors: MiddlewareHandler<AppEnv> = async (c, next) => {
  const origin = c.req.header('origin');
  if (origin === undefined) return next();
  if (c.req.method === 'OPTIONS') {
    return new Response(null, {
      status: 204,
      headers: {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
        'Access-Control-Allow-Headers':
          'Authorization, Content-Type, Idempotency-Key, X-Env, X-Dream-Turnstile',
        'Access-Control-Max-Age': '7200',
        Vary: 'Origin',
      },
    });
  }
  await next();
  if (c.res.status === 101) return;
  c.res.headers.set('Access-Control-Allow-Origin', origin);
  c.res.headers.append('Vary', 'Origin');
  c.res.headers.set(
    'Access-Control-Expose-Headers',
    'Authorization, Retry-After, X-Request-Id, X-Dream-Preview',
  );
};

/**
 * Keeps what tenants uploaded and everything else on hosts of their own: the content host answers
 * nothing but `/content/…`, no other host answers that, and nothing there ever runs.
 */
export function contentHost(contentUrl: string): MiddlewareHandler<AppEnv> {
  const { host } = new URL(contentUrl);
  return async (c, next) => {
    const isContentHost = new URL(c.req.url).host === host;
    if (isContentHost) c.header('Content-Security-Policy', "sandbox; default-src 'none'");
    if (isContentHost !== c.req.path.startsWith('/content/')) throw new Fail('route_not_found');
    await next();
  };
}
