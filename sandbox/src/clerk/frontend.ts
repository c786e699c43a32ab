import { Hono } from 'hono';
import { clientOfToken, clientToken } from './client-token.ts';
import { faults } from './errors.ts';
import { answerFault, type ClerkEnv, type Ctx } from './http.ts';
import { clientRoutes } from './routes/client.ts';
import { environmentRoutes } from './routes/environment.ts';
import { meRoutes } from './routes/me.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInRoutes } from './routes/sign-ins.ts';
import { signUpRoutes } from './routes/sign-ups.ts';
import { secretKeyOf } from './store.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * The Frontend API of one instance, native mode only. The caller strips `/fapi/<instance>` from
 * the path, resolves `_method`, and hands in `scope` and `limiter`.
 */
export const frontendApp = new Hono<ClerkEnv>()
  .use(async (c, next) => {
    c.set('client', null);
    checkHeaders(c);
    c.set('form', await formOf(c));
    const token = c.req.header('authorization');
    if (token && isNative(c)) {
      const nonce = c.req.query('rotating_token_nonce');
      c.set('client', clientOfToken(c.env.scope, token, nonce));
    }
    await next();
    const client = c.get('client');
    if (client && isNative(c)) c.header('Authorization', clientToken(c.env.scope, client));
  })
  .route('/', environmentRoutes)
  .route('/', oauthRoutes)
  .use('/v1/*', async (c, next) => {
    if (!isNative(c)) throw faults.cookieBrowser();
    await next();
  })
  .route('/', clientRoutes)
  .route('/', signUpRoutes)
  .route('/', signInRoutes)
  .route('/', sessionRoutes)
  .route('/', meRoutes)
  .notFound((c) => answerFault(c, faults.unknownRoute()))
  .onError((error, c) => answerFault(c as Ctx, error, c.get('client')));

function isNative(c: Ctx): boolean {
  return ['1', 'true'].includes(c.req.query('_is_native') ?? '');
}

/** Clerk's rules about headers: no Origin beside Authorization, a proxy shows the secret key. */
function checkHeaders(c: Ctx): void {
  if (c.req.header('origin') !== undefined && c.req.header('authorization') !== undefined) {
    throw faults.originConflict();
  }
  if (c.req.header('clerk-proxy-url') === undefined) return;
  const key = c.req.header('clerk-secret-key');
  if (!key) throw faults.proxyKeyMissing();
  if (key !== secretKeyOf(c.env.scope.instance)) throw faults.proxyKeyInvalid();
}

async function formOf(c: Ctx): Promise<URLSearchParams> {
  const text = await c.req.text();
  if (text === '') return new URLSearchParams();
  const type = c.req.header('content-type') ?? '';
  if (!type.startsWith(FORM)) throw faults.contentType(type, FORM);
  return new URLSearchParams(text);
}
