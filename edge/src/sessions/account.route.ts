import {
  changeEmail,
  deleteMe,
  endCustomerSession,
  endCustomerSessions,
  endMySession,
  endMySessions,
  listCustomerSessions,
  listMySessions,
  setPassword,
  unlinkProvider,
  updateMe,
} from '@dream/contract/account';
import {
  endManagedSession,
  endManagedSessions,
  listManagedSessions,
} from '@dream/contract/managed-customers';
import type { Hono } from 'hono';
import { resumeKept } from '../customers/arrival.job.ts';
import { shardOf } from '../customers/customer-id.ts';
import { customerInPath } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import { eraseCustomer } from '../customers/erasure.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { visitorOf } from './address.ts';
import { aliveSession, isAlive } from './alive.ts';
import { clerkSignInOf } from './clerk-session.ts';
import { confirmed } from './confirm.ts';
import { gate } from './gate.ts';
import { setCustomerPassword } from './password.ts';

/** What signed-in customers do with their account, and their developer with their sessions. */
export function accountRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, updateMe, async (call) => {
    const { ref, customerId } = await signedIn(call);
    const customers = deps.project(ref).customers();
    const { customer } = unwrap(
      await customers.update(customerId, call.body, deps.newId('job_'), call.nowMs),
    );
    return { customer };
  });

  serve(app, deps, setPassword, async (call) => {
    const session = await signedIn(call);
    const { ref, customerId, sessionId } = session;
    const { password, currentPassword } = call.body;
    await confirmed(deps, session, currentPassword, call.nowMs);
    const isSignedIn = () => isAlive(deps, session);
    if (!(await setCustomerPassword(deps, ref, customerId, password, isSignedIn)))
      throw new Fail('session_ended');
    const customers = deps.project(ref).customers();
    const jobIds = unwrap(
      await customers.passwordSet(customerId, sessionId, deps.newId('job_'), call.nowMs),
    );
    await deliverJobs(deps, ref, jobIds);
    return { success: true as const };
  });

  serve(app, deps, changeEmail, async (call) => {
    const session = await signedIn(call);
    const { ref, customerId, sessionId } = session;
    await gate(deps, 'address', visitorOf(call.c.req.raw));
    // First, so that a proof is not used up by a call that is refused for another reason.
    await confirmed(deps, session, call.body.currentPassword, call.nowMs);
    const origin = call.c.req.header('origin') ?? '';
    const proved = await clerkSignInOf(deps, ref, origin, call.body.sealedToken);
    const jobId = deps.newId('job_');
    const change = { customerId, sessionId, ...proved, jobId, nowMs: call.nowMs };
    const changed = unwrap(await deps.project(ref).identity().changeEmail(change));
    await deliverJobs(deps, ref, changed.jobIds);
    const customer = await resumeKept(deps, ref, changed.customer, call.nowMs);
    const clerk = await deps.clerk.for(ref);
    call.c.executionCtx.waitUntil(clerk.endSession(proved.clerkSessionId).catch(() => undefined));
    return { customer };
  });

  serve(app, deps, unlinkProvider, async (call) => {
    const session = await signedIn(call);
    const { ref, environment, customerId, sessionId } = session;
    await confirmed(deps, session, call.body.currentPassword, call.nowMs);
    const provider = call.param('provider');
    const { emailCode, password, oauth } = environment.settings;
    const unlinking = { customerId, sessionId, provider, open: { emailCode, password, oauth } };
    const given = { ...unlinking, jobId: deps.newId('job_'), nowMs: call.nowMs };
    await deliverJobs(deps, ref, unwrap(await deps.project(ref).identity().unlink(given)));
    return { providers: await deps.project(ref).identity().providers(customerId) };
  });

  serve(app, deps, deleteMe, async (call) => {
    const session = await signedIn(call);
    await confirmed(deps, session, call.body.currentPassword, call.nowMs);
    const erased = await eraseCustomer(
      deps,
      session.ref,
      session.customerId,
      call.nowMs,
      'customer',
    );
    return { success: true as const, ...erased };
  });

  serve(app, deps, listMySessions, async (call) => {
    const { ref, customerId, sessionId } = await signedIn(call);
    const sessions = await sessionsOf(deps, ref, customerId).list(customerId, call.nowMs);
    return {
      sessions: sessions.map((session) => ({ ...session, current: session.id === sessionId })),
    };
  });

  serve(app, deps, endMySession, async (call) => {
    const { ref, customerId } = await signedIn(call);
    await sessionsOf(deps, ref, customerId).endOf(customerId, call.param('sessionId'), call.nowMs);
    return { success: true as const };
  });

  serve(app, deps, endMySessions, async (call) => {
    const { ref, customerId } = await signedIn(call);
    await sessionsOf(deps, ref, customerId).endAll(customerId, call.nowMs);
    return { success: true as const };
  });

  for (const row of [listCustomerSessions, listManagedSessions])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerInPath(call);
      return { sessions: await sessionsOf(deps, ref, customerId).list(customerId, call.nowMs) };
    });

  for (const row of [endCustomerSession, endManagedSession])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerInPath(call);
      await noteManaged(call, { ref, customerId }, 'customer.session_ended');
      const sessions = sessionsOf(deps, ref, customerId);
      await sessions.endOf(customerId, call.param('sessionId'), call.nowMs);
      return { success: true as const };
    });

  for (const row of [endCustomerSessions, endManagedSessions])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerInPath(call);
      await noteManaged(call, { ref, customerId }, 'customer.signed_out');
      await sessionsOf(deps, ref, customerId).endAll(customerId, call.nowMs);
      return { success: true as const };
    });
}

type Asked = Pick<Call<unknown, unknown>, 'principal' | 'deps' | 'param' | 'nowMs'>;

/** The customer of the session that calls, which lives. */
async function signedIn({ principal, deps }: Pick<Asked, 'principal' | 'deps'>) {
  if (principal.kind !== 'session') throw new Fail('session_required');
  await aliveSession(deps, principal);
  return principal;
}

function sessionsOf(deps: Deps, ref: EnvironmentRef, customerId: string) {
  const shard = shardOf(customerId);
  if (shard === null) throw new Error(`No customer id: ${customerId}`);
  return deps.shard(ref, shard).sessions();
}
