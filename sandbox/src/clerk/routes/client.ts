import { Hono } from 'hono';
import { activeSessions, closeSession, createClient, updateClient } from '../accounts.ts';
import { clientJson } from '../format.ts';
import { answer, type ClerkEnv, type Ctx, requireClient } from '../http.ts';

/** The client itself: `/v1/client`. */
export const clientRoutes = new Hono<ClerkEnv>()
  .get('/v1/client', (c) => answer(c, currentClient(c)))
  .put('/v1/client', makeClient)
  .post('/v1/client', makeClient)
  .delete('/v1/client', (c) => {
    const scope = c.env.scope;
    const client = requireClient(c);
    endAll(c);
    const gone = scope.clients.get(client.id) ?? client;
    scope.clients.delete(client.id);
    c.set('client', null);
    return c.json({ response: clientJson(scope, gone), client: null });
  })
  .delete('/v1/client/sessions', (c) => {
    const scope = c.env.scope;
    const client = requireClient(c);
    endAll(c);
    const cleared = scope.clients.get(client.id) ?? client;
    c.set('client', updateClient(scope, cleared, { signUpId: null, signInId: null }));
    return answer(c, currentClient(c));
  });

function makeClient(c: Ctx): Response {
  c.set('client', c.get('client') ?? createClient(c.env.scope));
  return answer(c, currentClient(c));
}

function currentClient(c: Ctx): object | null {
  const client = c.get('client');
  return client ? clientJson(c.env.scope, client) : null;
}

function endAll(c: Ctx): void {
  const scope = c.env.scope;
  for (const session of activeSessions(scope, requireClient(c).id)) {
    closeSession(scope, session, 'removed');
  }
}
