import {
  completeConnection,
  confirmConnection,
  disconnect,
  getConnection,
  startConnection,
} from '@dream/contract/projects';
import type { Connection } from '@dream/contract';
import type { Hono } from 'hono';
import { base32 } from '../auth/base32.ts';
import { hashSecret, PLATFORM_PROJECT } from '../auth/keys.ts';
import type { ConnectionRecord } from '../billing/connection.ts';
import { PLATFORM_ACCOUNT } from '../billing/platform-seller.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { connectUrl, exchangeOAuthCode } from '../providers/stripe/connect.ts';
import { forgetAccount, noteAccount } from './connected-accounts.store.ts';
import { managedEnvironment } from './managed.ts';

/** How long a developer may take at Stripe before the connection must be started again. */
const STATE_LASTS_MS = 10 * 60_000;
/** How long an account that was shown can be confirmed. */
const PROPOSAL_LASTS_MS = 10 * 60_000;

/** Connecting an environment to the developer's own Stripe account. */
export function connectionRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getConnection, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    return { connection: shown(ref, await project.billing().connection()) };
  });

  serve(app, deps, startConnection, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const state = base32(deps.random(20));
    const expiresAtMs = call.nowMs + STATE_LASTS_MS;
    await project.connection().start(await hashSecret(state), act, expiresAtMs);
    return { url: connectUrl(deps.config.stripe, ref.mode, state, call.body.redirectUrl), state };
  });

  serve(app, deps, completeConnection, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    unwrap(await project.connection().takeState(await hashSecret(call.body.state), act));
    const accountId = await exchangeOAuthCode(deps.config.stripe, ref.mode, call.body.code);
    const { id, name } = await accountAtStripe(deps, ref, accountId);
    await project.connection().propose(id, act, call.nowMs + PROPOSAL_LASTS_MS);
    return { account: { stripeAccountId: id, accountName: name, mode: ref.mode } };
  });

  serve(app, deps, confirmConnection, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const accountId = call.body.stripeAccountId;
    unwrap(await project.connection().mayConnect(accountId, act));
    const account = await accountAtStripe(deps, ref, accountId);
    // The directory first: events of an account that is not used yet do no harm, lost ones do.
    await noteAccount(deps, ref, accountId);
    const made = await project.connection().connect(account, deps.newId('job_'), act);
    deps.environments.drop(ref);
    await forgetAccount(deps, ref, made.previousAccountId ?? PLATFORM_ACCOUNT);
    await deliverJobs(deps, ref, made.jobIds);
    return { connection: shown(ref, made.connection) };
  });

  serve(app, deps, disconnect, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const { stripeAccountId } = await project.billing().connection();
    if (stripeAccountId === null) throw new Fail('stripe_not_connected');
    const jobId = deps.newId('job_');
    const left = await project.connection().disconnect(stripeAccountId, jobId, act);
    deps.environments.drop(ref);
    // While Stripe cannot be reached the permission stays a while; nothing here makes use of it.
    await deliverJobs(deps, ref, [jobId]);
    return { connection: shown(ref, left) };
  });
}

/** An account as Stripe shows it to us now. Throws `connection_invalid` when we may not use it. */
async function accountAtStripe(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<{ id: string; name: string }> {
  const account = await deps.stripe(ref, accountId).fetchObject(accountId);
  if (account.kind !== 'account') throw new Fail('connection_invalid');
  return account;
}

/** The platform sells through its own account, which is not connected but is the key's. */
function refusePlatform(ref: EnvironmentRef): void {
  if (ref.projectId === PLATFORM_PROJECT) throw new Fail('platform_protected');
}

function shown(
  { mode }: EnvironmentRef,
  { stripeAccountId, accountName, connectedAtMs, via }: ConnectionRecord,
): Connection {
  return { connected: via === 'own', via, stripeAccountId, accountName, mode, connectedAtMs };
}
