import type { Mode } from '@dream/contract/primitives';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { log } from '../http/log.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { dropOldEvents } from './waiting-events.job.ts';

/** How often everything an environment has sold is looked at, whatever events say. */
const EVERY_MS = 3_600_000;

/** What one run does at most. What is left is due at the next one. */
export interface ReconcileBounds {
  environments: number;
  /** Pages of Stripe's events read, of one environment. */
  eventPages: number;
  /** Objects looked at, of one environment. */
  objects: number;
  /** Objects looked at, of all environments. */
  objectsInAll: number;
}

const BOUNDS: ReconcileBounds = { environments: 50, eventPages: 5, objects: 50, objectsInAll: 150 };

/** Objects looked at at the same time: Stripe allows 25 calls a second in test mode. */
const AT_ONCE = 10;

/** Comes after every id: what was sold was looked at, and only events are left. */
const ALL_SOLD = '~';

type Due = EnvironmentRef & { afterId: string };

/**
 * Looks at the live subscriptions and open checkouts of the environments whose hour has come, and
 * waits until what Stripe says is applied. Safe to repeat, and at the same time as itself. What
 * fails is left to the outbox, and stops neither the other objects nor the other environments.
 */
export async function reconcileBilling(
  deps: Deps,
  bounds: ReconcileBounds = BOUNDS,
): Promise<void> {
  await dropOldEvents(deps, deps.nowMs());
  let left = bounds.objectsInAll;
  for (const due of await dueEnvironments(deps, bounds.environments)) {
    if (left <= 0) return;
    try {
      const isReading = due.afterId === '' || (await deps.project(due).inbox().isReadingEvents());
      const read = isReading
        ? await takeMissedEvents(deps, due, bounds.eventPages, left).catch((error: unknown) => {
            fell(due, 'reconcile.events_failed', error);
            return { looked: 0, isLast: true };
          })
        : { looked: 0, isLast: true };
      left -= read.looked;
      left -= await reconcile(deps, due, Math.min(left, bounds.objects), read.isLast);
    } catch (error) {
      fell(due, 'reconcile.failed', error);
      await note(deps, due, { afterId: '', dueMs: deps.nowMs() + EVERY_MS });
    }
  }
}

function fell({ projectId, mode }: Due, event: string, error: unknown): void {
  log('error', { event, projectId, mode, error: String(error) });
}

/**
 * Takes in the events of an environment's account that were lost on their way, through the same door
 * as those that came. What a run does not get to is read at the next, and of what it takes in, the
 * environment's alarm looks at all that is more than `limit`. Answers how many objects it looked at,
 * and whether there was nothing left to read.
 */
async function takeMissedEvents(
  deps: Deps,
  due: Due,
  pages: number,
  limit: number,
): Promise<{ looked: number; isLast: boolean }> {
  const inbox = deps.project(due).inbox();
  const { via, stripeAccountId } = await deps.project(due).billing().connection();
  if (via === null) return { looked: 0, isLast: true };
  const stripe = deps.stripe(due, stripeAccountId);
  const jobIds: string[] = [];
  let isLast = pages === 0;
  for (let page = 0; page < pages && !isLast; page++) {
    const window = await inbox.eventWindow(deps.nowMs());
    const found = await stripe.listEvents(window);
    const jobId = deps.newId('job_');
    const read = { ...found, accountId: stripeAccountId };
    jobIds.push(...(await inbox.receiveWindow(window, read, jobId, deps.nowMs())));
    isLast = found.isLast;
  }
  const now = jobIds.slice(0, limit);
  for (let index = 0; index < now.length; index += AT_ONCE)
    await deliverJobs(deps, due, now.slice(index, index + AT_ONCE));
  return { looked: now.length, isLast };
}

/**
 * Looks at the next objects of an environment, at most `limit`; answers how many. `isAllRead`: no
 * events are left for the next run.
 */
async function reconcile(deps: Deps, due: Due, limit: number, isAllRead: boolean): Promise<number> {
  const nowMs = deps.nowMs();
  const marked = await deps
    .project(due)
    .billing()
    .markSold(due.afterId, limit, deps.newId('job_'), nowMs);
  for (let index = 0; index < marked.length; index += AT_ONCE) {
    const jobIds = marked.slice(index, index + AT_ONCE).map(({ jobId }) => jobId);
    await deliverJobs(deps, due, jobIds);
  }
  const last = marked.at(-1);
  const isAll = last === undefined || marked.length < limit;
  // One with more to look at goes on at the next run, behind those that are due by then.
  const isDone = isAll && isAllRead;
  await note(
    deps,
    due,
    isDone
      ? { afterId: '', dueMs: nowMs + EVERY_MS }
      : { afterId: isAll ? ALL_SOLD : last.objectId, dueMs: nowMs },
  );
  return marked.length;
}

/** Environments that can sell: those with an account, own or shared, and the platform. Longest due first. */
async function dueEnvironments(deps: Deps, limit: number): Promise<Due[]> {
  const { results } = await deps.directory
    .prepare(
      `SELECT seller.project_id AS projectId, seller.mode AS mode, coalesce(after_id, '') AS afterId
       FROM (SELECT project_id, mode FROM stripe_account
             UNION SELECT ?1, 'test' UNION SELECT ?1, 'live') AS seller
       JOIN project ON project.id = seller.project_id AND project.state = 'active'
       LEFT JOIN reconciliation AS done
         ON done.project_id = seller.project_id AND done.mode = seller.mode
       WHERE coalesce(due_ms, 0) <= ?2
       ORDER BY coalesce(due_ms, 0), seller.project_id, seller.mode LIMIT ?3`,
    )
    .bind(PLATFORM_PROJECT, deps.nowMs(), limit)
    .all<{ projectId: string; mode: Mode; afterId: string }>();
  return results;
}

/** Notes where to go on, and when. */
async function note(
  { directory }: Deps,
  { projectId, mode }: EnvironmentRef,
  { afterId, dueMs }: { afterId: string; dueMs: number },
): Promise<void> {
  await directory
    .prepare(
      `INSERT INTO reconciliation VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (project_id, mode) DO UPDATE SET after_id = ?3, due_ms = ?4`,
    )
    .bind(projectId, mode, afterId, dueMs)
    .run();
}
