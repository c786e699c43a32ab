import { MODES } from '@dream/contract/primitives';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { log } from '../http/log.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { forgetOpenWork, noteOpenWork, openWork } from '../outbox/open-work.store.ts';
import { touchProjects } from './projects.store.ts';

/** How many environments, and how many projects, one run looks at. */
const BATCH = 50;

/**
 * What the cron does: wakes the environments whose outbox is stuck, then goes on round all projects,
 * so that also one whose Worker died before it could note anything is found. What fails for one
 * delays no other.
 */
export async function runUpkeep(deps: Deps): Promise<void> {
  for (const ref of await openWork(deps, BATCH)) await attempt(ref, () => wake(deps, ref));
  for (const projectId of await touchProjects(deps.directory, BATCH, deps.nowMs())) {
    for (const mode of MODES) {
      const ref = { projectId, mode };
      await attempt(ref, () => deps.project(ref).touch());
    }
  }
}

/** Does what is due, and forgets the note if nothing is stuck then. */
async function wake(deps: Deps, ref: EnvironmentRef): Promise<void> {
  // Noted anew first: an environment that fails must not stay at the head of the queue.
  const mark = await noteOpenWork(deps, ref);
  await deliverJobs(deps, ref);
  if (!(await deps.project(ref).outbox().isStuck(deps.nowMs())))
    await forgetOpenWork(deps, ref, mark);
}

async function attempt(ref: EnvironmentRef, act: () => PromiseLike<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    log('error', { event: 'upkeep.failed', ...ref, error: String(error) });
  }
}
