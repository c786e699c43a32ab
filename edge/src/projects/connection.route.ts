import {
  checkConnection,
  completeConnection,
  confirmConnection,
  createStripeAccount,
  disconnect,
  getConnection,
  startConnection,
} from '@dream/contract/projects';
import type { Connection } from '@dream/contract';
import type { Hono } from 'hono';
import { base32 } from '../auth/base32.ts';
import { hashSecret, PLATFORM_PROJECT } from '../auth/keys.ts';
import type { AccountFacts, ConnectionRecord } from '../billing/connection.ts';
import { syncNow } from '../billing/stripe.job.ts';
import { PLATFORM_ACCOUNT } from '../billing/platform-seller.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import {
  connectUrl,
  createAccount,
  exchangeOAuthCode,
  onboardingUrl,
} from '../providers/stripe/connect.ts';
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
    for (const left of [...made.leftAccountIds, PLATFORM_ACCOUNT])
      await forgetAccount(deps, ref, left);
    await deliverJobs(deps, ref, made.jobIds);
    return { connection: shown(ref, made.connection) };
  });

  serve(app, deps, createStripeAccount, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const { stripe } = deps.config;
    const begun = unwrap(
      await project.connection().beginAccount(deps.newId('account_'), act.nowMs),
    );
    if (begun.accountId === null) {
      const made = await createAccount(stripe, ref.mode, begun.key);
      await noteAccount(deps, ref, made);
      await project.connection().accountMade(made, act);
    }
    const connection = await lookAtAccount(deps, ref);
    const { onboarding } = connection;
    if (onboarding === null) return { connection: shown(ref, connection), url: null };
    const { returnUrl, refreshUrl = returnUrl } = call.body;
    const urls = { returnUrl, refreshUrl };
    const url = await onboardingUrl(stripe, ref.mode, onboarding.id, urls);
    return { connection: shown(ref, connection), url };
  });

  serve(app, deps, checkConnection, async (call) => {
    const { ref } = await managedEnvironment(call);
    return { connection: shown(ref, await lookAtAccount(deps, ref)) };
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

/** The connection after Stripe was asked what its account is now. */
async function lookAtAccount(deps: Deps, ref: EnvironmentRef): Promise<ConnectionRecord> {
  const billing = () => deps.project(ref).billing();
  const { onboarding, stripeAccountId } = await billing().connection();
  const accountId = onboarding?.id ?? stripeAccountId;
  if (accountId !== null) await syncNow(deps, ref, accountId);
  return billing().connection();
}

/** An account as Stripe shows it to us now. Throws `connection_invalid` when we may not use it. */
async function accountAtStripe(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<AccountFacts> {
  const account = await deps.stripe(ref, accountId).fetchObject(accountId);
  if (account.kind !== 'account') throw new Fail('connection_invalid');
  const { kind: _, ...facts } = account;
  return facts;
}

/** The platform sells through its own account, which is not connected but is the key's. */
function refusePlatform(ref: EnvironmentRef): void {
  if (ref.projectId === PLATFORM_PROJECT) throw new Fail('platform_protected');
}

function shown({ mode }: EnvironmentRef, record: ConnectionRecord): Connection {
  const { stripeAccountId, accountName, connectedAtMs, via, facts, onboarding } = record;
  return {
    connected: via === 'own',
    via,
    stripeAccountId,
    accountName,
    mode,
    connectedAtMs,
    sells: record.saleBlock === null,
    chargesEnabled: facts?.chargesEnabled ?? via !== null,
    detailsSubmitted: facts?.detailsSubmitted ?? via !== null,
    requirementsDue: facts?.requirementsDue ?? [],
    onboarding: onboarding && {
      stripeAccountId: onboarding.id,
      accountName: onboarding.name,
      chargesEnabled: onboarding.chargesEnabled,
      detailsSubmitted: onboarding.detailsSubmitted,
      requirementsDue: onboarding.requirementsDue,
    },
  };
}
