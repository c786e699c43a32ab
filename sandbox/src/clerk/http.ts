import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Client, Session, User } from './entities.ts';
import { currentSession } from './accounts.ts';
import { ClerkFault, faultBody, faults } from './errors.ts';
import { clientJson } from './format.ts';
import type { Limiter } from './limits.ts';
import type { Scope } from './scope.ts';

/** What every handler of both APIs finds on its context. */
export interface ClerkEnv {
  Bindings: {
    scope: Scope;
    limiter: Limiter;
  };
  Variables: {
    /** The client of a Frontend API request, if its token names one. */
    client: Client | null;
    /** The urlencoded body of a Frontend API request. */
    form: URLSearchParams;
  };
}

/** The context of a handler. */
export type Ctx = Context<ClerkEnv>;

/** Answers an error in Clerk's envelope; anything unexpected is `internal_clerk_error`. */
export function answerFault(c: Ctx, error: unknown, client: Client | null = null): Response {
  const fault = error instanceof ClerkFault ? error : faults.internal();
  if (!(error instanceof ClerkFault)) console.error(error);
  if (fault.retryAfterSeconds !== null) c.header('Retry-After', String(fault.retryAfterSeconds));
  const shown = client ? clientJson(c.env.scope, client) : undefined;
  return c.json(faultBody(fault, shown), fault.status as ContentfulStatusCode);
}

/** Answers `{ response, client }`, the Frontend API's envelope with the client as it is now. */
export function answer(c: Ctx, response: unknown): Response {
  const client = c.get('client');
  return c.json({ response, client: client ? clientJson(c.env.scope, client) : null });
}

/** A non-empty value of the form, or null. */
export function field(c: Ctx, name: string): string | null {
  return c.get('form').get(name) || null;
}

/** A value of the form that must be there (`form_param_missing`) and not empty (`form_param_nil`). */
export function requiredField(c: Ctx, name: string): string {
  const value = c.get('form').get(name);
  if (value === null) throw faults.missing(name);
  if (value === '') throw faults.nil(name);
  return value;
}

/** The client of the request; `signed_out` without one. */
export function requireClient(c: Ctx): Client {
  const client = c.get('client');
  if (!client) throw faults.signedOut();
  return client;
}

/** A session of the request's client; another client's does not exist. */
export function requireSession(c: Ctx, id: string): Session {
  const session = c.env.scope.sessions.get(id);
  if (!session || session.clientId !== requireClient(c).id) throw faults.notFound('Session', id);
  return session;
}

/** Like `requireSession`, but `signed_out` unless the session is active. */
export function requireActiveSession(c: Ctx, id: string): Session {
  const session = currentSession(requireSession(c, id), c.env.scope.nowMs());
  if (session.status !== 'active') throw faults.signedOut();
  return session;
}

/** The user of the session a `/v1/me` request is about. */
export function requireUser(c: Ctx): User {
  const client = requireClient(c);
  const id = c.req.query('_clerk_session_id') ?? client.lastActiveSessionId;
  if (!id) throw faults.signedOut();
  const user = c.env.scope.users.get(requireActiveSession(c, id).userId);
  if (!user) throw faults.signedOut();
  return user;
}

/** The client as the store has it now, after a change made below the handler. */
export function reloadClient(c: Ctx): void {
  const client = c.get('client');
  if (client) c.set('client', c.env.scope.clients.get(client.id) ?? null);
}

/** A JSON body of the Backend API with no key outside `allowed` (`form_param_unknown`). */
export async function jsonBody(
  c: Ctx,
  allowed: readonly string[],
): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw faults.badBody();
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw faults.badBody();
  for (const key of Object.keys(body)) {
    if (!allowed.includes(key)) throw faults.notAllowedHere(key);
  }
  return body as Record<string, unknown>;
}

/** `limit` and `offset` of a Backend API list, by Clerk's defaults and bounds. */
export function pageOf<T>(c: Ctx, all: T[]): T[] {
  const bounded = (name: string, fallback: number, min: number, max: number) => {
    const value = Number(c.req.query(name) ?? fallback);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw faults.value(name, String(c.req.query(name)));
    }
    return value;
  };
  const limit = bounded('limit', 10, 1, 500);
  const offset = bounded('offset', 0, 0, Number.MAX_SAFE_INTEGER);
  return all.slice(offset, offset + limit);
}

/** A list as Clerk gives it: bare, or `{ data, total_count }` when `paginated=true` is asked. */
export function answerList<T>(c: Ctx, all: T[], show: (item: T) => object): Response {
  const data = pageOf(c, all).map(show);
  return c.req.query('paginated') === 'true'
    ? c.json({ data, total_count: all.length })
    : c.json(data);
}
