import { Hono } from 'hono';
import { closeSession, updateClient } from '../accounts.ts';
import type { Session } from '../entities.ts';
import { jwtOf, sessionJson } from '../format.ts';
import {
  answer,
  type ClerkEnv,
  type Ctx,
  reloadClient,
  requireActiveSession,
  requireClient,
  requireSession,
} from '../http.ts';

/** Sessions of the request's own client: `/v1/client/sessions/{id}`. */
export const sessionRoutes = new Hono<ClerkEnv>()
  .get('/v1/client/sessions/:id', (c) =>
    answer(c, sessionJson(c.env.scope, requireSession(c, c.req.param('id')))),
  )
  .post('/v1/client/sessions/:id/touch', (c) => {
    const scope = c.env.scope;
    const session = requireActiveSession(c, c.req.param('id'));
    const nowMs = scope.nowMs();
    const touched: Session = { ...session, lastActiveAtMs: nowMs, updatedAtMs: nowMs };
    scope.sessions.put(touched);
    const user = scope.users.get(session.userId);
    if (user) scope.users.put({ ...user, lastActiveAtMs: nowMs });
    const client = requireClient(c);
    c.set('client', updateClient(scope, client, { lastActiveSessionId: session.id }));
    return answer(c, sessionJson(scope, touched));
  })
  .post('/v1/client/sessions/:id/tokens', (c) => {
    const session = requireActiveSession(c, c.req.param('id'));
    return c.json({ object: 'token', jwt: jwtOf(c.env.scope, session) });
  })
  .post('/v1/client/sessions/:id/end', (c) => close(c, 'ended'))
  .post('/v1/client/sessions/:id/remove', (c) => close(c, 'removed'));

function close(c: Ctx, status: 'ended' | 'removed'): Response {
  const scope = c.env.scope;
  const closed = closeSession(scope, requireSession(c, c.req.param('id') ?? ''), status);
  reloadClient(c);
  return answer(c, sessionJson(scope, closed));
}
