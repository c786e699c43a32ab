import { MODES } from '@dream/contract/primitives';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { goneCode } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { forgetOpenWork, noteOpenWork, openWork } from '../outbox/open-work.store.ts';
import { finishCreation, finishDeletion } from './lifecycle.job.ts';
import { type HalfDone, touchHalfDone, touchProjects } from './projects.store.ts';

/** How many environments, and how many projects, one run looks at. */
const BATCH = 50;

/**
 * What the cron does: wakes the environments whose outbox is stuck, finishes creations and deletions
 * that were left half done, then goes on round all projects, so that also one whose Worker died
 * before it could note anything is found. What fails for one delays no other.
 */
export async function runUpkeep(deps: Deps): Promise<void> {
  for (const ref of await openWork(deps, BATCH)) await attempt(ref, () => wake(deps, ref));
  for (const half of await touchHalfDone(deps.directory, BATCH, deps.nowMs()))
    await attempt({ projectId: half.id }, () => finish(deps, half));
  for (const projectId of await touchProjects(deps.directory, BATCH, deps.nowMs())) {
    for (const mode of MODES) {
      const ref = { projectId, mode };
      await attempt(ref, () => deps.project(ref).touch(deps.nowMs()));
    }
  }
}

/** Does what is due, and forgets the note if nothing is stuck then. */
async function wake(deps: Deps, ref: EnvironmentRef): Promise<void> {
  // Noted anew first: an environment that fails must not stay at the head of the queue.
  const mark = await noteOpenWork(deps, ref);
  try {
    await deliverJobs(deps, ref);
    if (await deps.project(ref).outbox().isStuck(deps.nowMs())) return;
  } catch (error) {
    if (goneCode(error) === null) throw error;
  }
  await forgetOpenWork(deps, ref, mark);
}

function finish(deps: Deps, half: HalfDone): Promise<void> {
  const act = { actor: 'system', nowMs: deps.nowMs() };
  return half.state === 'creating'
    ? finishCreation(deps, half, act)
    : finishDeletion(deps, half.id, act);
}

async function attempt(ref: Partial<EnvironmentRef>, act: () => PromiseLike<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    log('error', { event: 'upkeep.failed', ...ref, error: String(error) });
  }
}
