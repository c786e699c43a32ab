import { stripeWebhook } from '@dream/contract/billing';
import type { Mode } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { isOurProjectId, PLATFORM_PROJECT } from '../auth/keys.ts';
import { projectOfCustomers } from '../billing/platform-seller.job.ts';
import { keepEvent } from '../billing/waiting-events.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { MAX_BODY_BYTES, readText } from '../http/body.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { type VerifiedEvent, verifyEvent } from '../providers/stripe/events.ts';

/** Stripe's events. They are hints: stored, answered at once, and then what is true is fetched. */
export function stripeWebhookRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, stripeWebhook, async ({ c, nowMs }) => {
    const text = await readText(c.req.raw, MAX_BODY_BYTES);
    const event = await verifyEvent(
      deps.config.stripe,
      text,
      c.req.header('stripe-signature') ?? null,
    );
    if (event === null) return { received: true as const };
    const { id, type, subjects, accountId } = event;
    for (const ref of await holdersOf(deps, event, nowMs)) {
      const jobIds = await deps
        .project(ref)
        .inbox()
        .receiveEvents(
          [{ id, type, subjects }],
          { accountId, via: 'webhook' },
          deps.newId('job_'),
          nowMs,
        );
      // What fails here is tried again by the environment's alarm.
      c.executionCtx.waitUntil(deliverJobs(deps, ref, jobIds));
    }
    return { received: true as const };
  });
}

/**
 * The environments to take an event in. When there is none it waits for one to connect the account.
 * Then they are looked up again: one that connected meanwhile may have looked before it was there.
 */
async function holdersOf(
  deps: Deps,
  event: VerifiedEvent,
  nowMs: number,
): Promise<EnvironmentRef[]> {
  const refs = await environmentsOf(deps, event, nowMs);
  if (refs.length > 0) return refs;
  await keepEvent(deps, event, nowMs);
  return environmentsOf(deps, event, nowMs);
}

/** The environments that themselves hold the account an event is of. */
async function environmentsOf(
  deps: Deps,
  event: VerifiedEvent,
  nowMs: number,
): Promise<EnvironmentRef[]> {
  const { accountId, mode } = event;
  const refs =
    accountId === null
      ? [await platformSeller(deps, event)]
      : await connectedTo(deps, accountId, mode);
  const alive = await Promise.all(refs.map((ref) => isAlive(deps, ref, nowMs)));
  return refs.filter((_, index) => alive[index]);
}

/**
 * Of the environments that share the platform's account, the one an event is for: the one that made its
 * customer, else the one that its metadata names. Both are hints where to look and nothing more: the
 * environment takes only what it made or knows.
 */
async function platformSeller(deps: Deps, event: VerifiedEvent): Promise<EnvironmentRef> {
  const { mode, projectHint } = event;
  const made = await projectOfCustomers(deps, mode, await customersIn(deps, event));
  if (made !== null) return { projectId: made, mode };
  const isOther = projectHint !== null && (await isOurProjectId(projectHint, deps.tagKey));
  return { projectId: isOther ? projectHint : PLATFORM_PROJECT, mode };
}

/** The customers an event is about. A dispute names its charge alone, and that names the customer. */
async function customersIn(deps: Deps, { mode, subjects }: VerifiedEvent): Promise<string[]> {
  const stripe = deps.stripe({ projectId: PLATFORM_PROJECT, mode }, null);
  const ids = await Promise.all(
    subjects.map(async ({ objectId, stripeCustomerId }) => {
      if (stripeCustomerId !== null) return stripeCustomerId;
      // What cannot be asked now is found when the events are read from Stripe's list.
      const state = await stripe.fetchObject(objectId).catch(() => null);
      return state?.kind === 'payment' ? state.stripeCustomerId : null;
    }),
  );
  return ids.filter((id) => id !== null);
}

async function connectedTo(deps: Deps, accountId: string, mode: Mode): Promise<EnvironmentRef[]> {
  const found = await deps.directory
    .prepare('SELECT project_id AS projectId FROM stripe_account WHERE account_id = ? AND mode = ?')
    .bind(accountId, mode)
    .all<{ projectId: string }>();
  return found.results.map(({ projectId }) => ({ projectId, mode }));
}

/** An environment that was deleted, or never set up, takes no events. */
async function isAlive(deps: Deps, ref: EnvironmentRef, nowMs: number): Promise<boolean> {
  try {
    await deps.environments.get(ref, nowMs);
    return true;
  } catch (error) {
    if (
      error instanceof Fail &&
      (error.code === 'project_not_found' || error.code === 'project_deleted')
    )
      return false;
    throw error;
  }
}
