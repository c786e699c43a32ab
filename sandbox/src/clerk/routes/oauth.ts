import { Hono } from 'hono';
import type { ClerkEnv } from '../http.ts';
import { endOAuth } from '../oauth.ts';

/** Where providers send visitors back to. A browser comes here, so without any token. */
export const oauthRoutes = new Hono<ClerkEnv>()
  .get('/v1/oauth_callback', (c) => {
    const [state = null, code = null, error = null] = ['state', 'code', 'error'].map((name) =>
      c.req.query(name),
    );
    return c.redirect(endOAuth(c.env.scope, { state, code, error }), 303);
  })
  .post('/v1/oauth_callback', (c) =>
    c.redirect(`${c.env.scope.frontendUrl}/v1/oauth_callback?${c.get('form')}`, 303),
  );
