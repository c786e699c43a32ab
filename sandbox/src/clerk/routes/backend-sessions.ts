import { Hono } from 'hono';
import { closeSession, createClient, currentSession, startSession } from '../accounts.ts';
import type { Session } from '../entities.ts';
import { faults } from '../errors.ts';
import { jwtOf } from '../format.ts';
import { backendClient, backendSession } from '../format-backend.ts';
import { answerList, type ClerkEnv, type Ctx, jsonBody } from '../http.ts';
import { clientOfToken } from '../client-token.ts';

/** Sessions and clients of the instance: `/v1/sessions` and `/v1/clients` of the Backend API. */
export const backendSessionRoutes = new Hono<ClerkEnv>()
  .get('/v1/sessions', (c) => {
    const clientId = c.req.query('client_id');
    const userId = c.req.query('user_id');
    const status = c.req.query('status');
    if (!clientId && !userId) throw faults.missing('user_id');
    const found = allSessions(c).filter(
      (session) =>
        (!clientId || session.clientId === clientId) &&
        (!userId || session.userId === userId) &&
        (!status || session.status === status),
    );
    return answerList(c, newestFirst(found), backendSession);
  })
  .post('/v1/sessions', async (c) => {
    const scope = c.env.scope;
    if (scope.instance.mode === 'live') throw faults.instanceType('development');
    const body = await jsonBody(c, ['user_id', 'active_organization_id']);
    if (typeof body.user_id !== 'string') throw faults.missing('user_id');
    const user = scope.users.get(body.user_id);
    if (!user) throw faults.notFound('User', body.user_id);
    const { session } = startSession(scope, createClient(scope), user, 'ticket');
    return c.json(backendSession(session));
  })
  .get('/v1/sessions/:id', (c) => c.json(backendSession(sessionOf(c))))
  .post('/v1/sessions/:id/revoke', (c) =>
    c.json(backendSession(closeSession(c.env.scope, sessionOf(c), 'revoked'))),
  )
  .post('/v1/sessions/:id/tokens', async (c) => {
    const body = await jsonBody(c, ['expires_in_seconds']);
    const session = sessionOf(c);
    if (session.status !== 'active') throw faults.notFound('Session', session.id);
    const seconds = body.expires_in_seconds ?? undefined;
    if (seconds !== undefined && !(Number.isInteger(seconds) && Number(seconds) >= 30)) {
      throw faults.value('expires_in_seconds', seconds);
    }
    const jwt = jwtOf(c.env.scope, session, seconds as number | undefined);
    return c.json({ object: 'token', jwt });
  })
  .get('/v1/clients', (c) =>
    answerList(c, newestFirst(c.env.scope.clients.list()), (client) =>
      backendClient(client, sessionsOfClient(c, client.id)),
    ),
  )
  .post('/v1/clients/verify', async (c) => {
    const { token } = await jsonBody(c, ['token']);
    if (typeof token !== 'string') throw faults.missing('token');
    const client = clientOfToken(c.env.scope, token);
    if (!client) throw faults.notFound('Client', 'of this token');
    return c.json(backendClient(client, sessionsOfClient(c, client.id)));
  })
  .get('/v1/clients/:id', (c) => {
    const id = c.req.param('id');
    const client = c.env.scope.clients.get(id);
    if (!client) throw faults.notFound('Client', id);
    return c.json(backendClient(client, sessionsOfClient(c, id)));
  });

function allSessions(c: Ctx): Session[] {
  const scope = c.env.scope;
  return scope.sessions.list().map((session) => currentSession(session, scope.nowMs()));
}

function sessionsOfClient(c: Ctx, clientId: string): Session[] {
  return allSessions(c).filter((session) => session.clientId === clientId);
}

function sessionOf(c: Ctx): Session {
  const id = c.req.param('id') ?? '';
  const session = c.env.scope.sessions.get(id);
  if (!session) throw faults.notFound('Session', id);
  return currentSession(session, c.env.scope.nowMs());
}

function newestFirst<T extends { createdAtMs: number }>(items: T[]): T[] {
  return items.toReversed().toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}
