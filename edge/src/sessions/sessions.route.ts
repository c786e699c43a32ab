import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import {
  createSession,
  endSession,
  exchangeSession,
  getJwks,
  getMe,
  live,
  passwordSession,
  refreshSession,
} from '@dream/contract/sessions';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT, publishableKey } from '../auth/keys.ts';
import { checkBot } from '../bots/bot-check.ts';
import { customerWithOwnId, resumeKept } from '../customers/arrival.job.ts';
import { customerId as newCustomerId, isShard } from '../customers/customer-id.ts';
import { customerOf } from '../customers/customer-of.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { readUsage } from '../usage/meter.client.ts';
import { publicJwks } from './access-token.ts';
import { visitorOf } from './address.ts';
import { clerkSignInOf } from './clerk-session.ts';
import { deviceLabel } from './device.ts';
import { gate, gateSignUp } from './gate.ts';
import { ANONYMOUS_MS, SOCKET_KEY_HEADER } from './live.sockets.ts';
import { expiryOf, mintSession, sessionAnswer } from './mint.ts';
import { isOurs, parseRefreshToken, type RefreshParts } from './refresh-token.ts';

/** Signing in and out, the signed-in customer, and the socket of open pages. */
export function sessionRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, exchangeSession, async (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    const origin = call.c.req.header('origin') ?? '';
    const proved = await clerkSignInOf(deps, ref, origin, call.body.sealedToken);
    const { signUpsPerDay } = environment.settings;
    const visitor = visitorOf(call.c.req.raw);
    await limitSignUps(deps, ref, signUpsPerDay, proved.clerkSessionId, visitor);
    const jobIds: [string, string] = [deps.newId('job_'), deps.newId('job_')];
    const signedIn = unwrap(
      await deps
        .project(ref)
        .clerkUsers()
        .signIn(proved, newCustomerId(deps.random(14)), jobIds, call.nowMs),
    );
    if (signedIn.isClaimed) deps.environments.drop(ref);
    await deliverJobs(deps, ref, signedIn.jobIds);
    const customer = await resumeKept(deps, ref, signedIn.customer, call.nowMs);
    const device = deviceLabel(call.c.req.header('user-agent'));
    const clerk = await deps.clerk.for(ref);
    call.c.executionCtx.waitUntil(clerk.endSession(proved.clerkSessionId).catch(() => undefined));
    return {
      ...(await mintSession(deps, ref, environment, customer, device)),
      isNew: signedIn.isNew,
    };
  });

  serve(app, deps, passwordSession, async (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    const { email, password } = call.body;
    // Before the tries of the address are counted: bots must not use them up.
    await checkBot(deps, ref, environment, call.c.req.raw);
    await gate(deps, 'passwordsTried', visitorOf(call.c.req.raw));
    await gate(deps, 'password', `${ref.projectId}:${ref.mode}:${email}`);
    const customers = deps.project(ref).customers();
    const holder = environment.settings.password ? await customers.passwordHolder(email) : null;
    // Also without a holder: how long it takes must not tell whether the address has a password.
    const clerkUserId = holder?.clerkUserId ?? null;
    const clerk = await deps.clerk.for(ref);
    const right = await clerk.verifyPassword(clerkUserId, password);
    if (holder === null || !right) throw new Fail('credentials_wrong');
    const customer = unwrap(await deps.project(ref).customers().get(holder.customerId, call.nowMs));
    const device = deviceLabel(call.c.req.header('user-agent'));
    const session = await mintSession(deps, ref, environment, customer, device);
    // One made while the owner of the address claimed it, or while the password was replaced, was
    // not there to be ended: it is not told.
    const now = await deps.project(ref).customers().passwordHolder(email);
    if (now?.clerkUserId !== holder.clerkUserId || now.passwords !== holder.passwords)
      throw new Fail('credentials_wrong');
    return session;
  });

  serve(app, deps, refreshSession, async (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    const parts = await checkedToken(deps, ref, call.body.refreshToken, call.nowMs);
    const session = unwrap(
      await deps
        .shard(ref, parts.shard)
        .sessions()
        .refresh(parts.sessionId, parts.generation, expiryOf(environment, call.nowMs), call.nowMs),
    );
    const customer = await deps.project(ref).customers().get(session.customerId, call.nowMs);
    if (!customer.ok) throw new Fail('session_ended');
    if (customer.value.banned) throw new Fail('customer_banned');
    return sessionAnswer(deps, ref, environment, customer.value, session);
  });

  serve(app, deps, endSession, async (call) => {
    const { ref } = environmentPrincipal(call.principal);
    const parts = parseRefreshToken(call.body.refreshToken);
    if (!parts) throw new Fail('token_invalid');
    const sessions = deps.shard(ref, parts.shard).sessions();
    const found = await sessions.find(parts.sessionId, call.nowMs);
    if (found.ok && (await isOurs(deps.config, parts, found.value))) {
      await deps.shard(ref, parts.shard).sessions().end(parts.sessionId, call.nowMs);
    }
    return { success: true as const };
  });

  serve(app, deps, createSession, async (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    if (ref.projectId === PLATFORM_PROJECT) throw new Fail('platform_protected');
    const { customer, externalId, email } = call.body;
    const id = customer ?? externalId;
    if (id === undefined) throw new Fail('user_id_required');
    const found = await deps.project(ref).customers().get(id, call.nowMs);
    if (!found.ok && customer !== undefined) throw new Fail('customer_not_found');
    const named = found.ok
      ? found.value
      : await customerWithOwnId(deps, ref, id, email, call.nowMs);
    // The caller is a server: what the customer sits at is not known.
    const session = await mintSession(deps, ref, environment, named, null);
    // The own id may have been ended meanwhile, by the owner of the customer's e-mail: see above.
    const now = await deps.project(ref).customers().get(id, call.nowMs);
    if (!now.ok || now.value.id !== named.id) throw new Fail('customer_not_found');
    return session;
  });

  serve(app, deps, getMe, async (call) => {
    const { ref, environment, customerId } = await customerOf(call);
    return {
      customer: unwrap(await deps.project(ref).customers().get(customerId, call.nowMs)),
      usage: await readUsage(deps, ref, environment, customerId, DEFAULT_FEATURE),
      providers: await deps.project(ref).identity().providers(customerId),
    };
  });

  serve(app, deps, getJwks, async (call) => {
    call.c.header('Cache-Control', 'public, max-age=3600');
    return publicJwks(deps.config);
  });

  serve(app, deps, live, async (call) => {
    const { ref } = environmentPrincipal(call.principal);
    const { shard } = call.query;
    if (call.c.req.header('upgrade')?.toLowerCase() !== 'websocket' || !isShard(shard)) {
      throw new Fail('invalid_request', {
        issues: [
          { path: 'shard', message: 'Open a WebSocket with the shard of the access token.' },
        ],
      });
    }
    const headers = new Headers(call.c.req.raw.headers);
    headers.set(SOCKET_KEY_HEADER, publishableKey(ref.projectId, ref.mode));
    const answer = await deps.shard(ref, shard).fetch(new Request(call.c.req.raw, { headers }));
    if (answer.status !== 101)
      throw new Fail('temporarily_unavailable', {}, Math.ceil(ANONYMOUS_MS / 1000));
    return answer;
  });
}

/**
 * New customers come from one address up to its share of the cap. A developer may send mail and make
 * projects, so of those few do. Counted before the proof is used; who is known already is not counted.
 */
async function limitSignUps(
  deps: Deps,
  ref: EnvironmentRef,
  signUpsPerDay: number,
  clerkSessionId: string,
  visitor: string,
): Promise<void> {
  if (!(await deps.project(ref).clerkUsers().wouldSignUp(clerkSessionId))) return;
  if (ref.projectId === PLATFORM_PROJECT) await gate(deps, 'developerSignUps', visitor);
  await gateSignUp(deps, ref, signUpsPerDay, visitor);
}

/** A refresh token this edge made for a session that lives. */
async function checkedToken(
  deps: Deps,
  ref: EnvironmentRef,
  token: string,
  nowMs: number,
): Promise<RefreshParts> {
  const parts = parseRefreshToken(token);
  if (!parts) throw new Fail('token_invalid');
  const session = unwrap(
    await deps.shard(ref, parts.shard).sessions().find(parts.sessionId, nowMs),
  );
  if (!(await isOurs(deps.config, parts, session))) throw new Fail('token_invalid');
  return parts;
}
