import { MODES } from '@dream/contract/primitives';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { log } from '../http/log.ts';
import { wakeStuck } from '../outbox/wake.job.ts';
import { reviewStanding } from '../platform/standing.job.ts';
import { finishCreation, finishDeletion } from './lifecycle.job.ts';
import { forgetDeadWork } from './operator.store.ts';
import { type HalfDone, markDeleting, touchHalfDone, touchProjects } from './projects.store.ts';

/** How many environments, and how many projects, one run looks at. */
const BATCH = 50;

/**
 * What the cron does: wakes the environments whose outbox is stuck, finishes creations and deletions
 * that were left half done, then goes on round all projects, so that also one whose Worker died
 * before it could note anything is found, and one whose developer left is erased in the end. What fails for one delays no other.
 */
export async function runUpkeep(deps: Deps): Promise<void> {
  await wakeStuck(deps, BATCH, attempt);
  await attempt({}, () => forgetDeadWork(deps.directory, deps.nowMs()));
  for (const half of await touchHalfDone(deps.directory, BATCH, deps.nowMs()))
    await attempt({ projectId: half.id }, () => finish(deps, half));
  for (const projectId of await touchProjects(deps.directory, BATCH, deps.nowMs())) {
    for (const mode of MODES) {
      const ref = { projectId, mode };
      await attempt(ref, () => deps.project(ref).touch(deps.nowMs()));
    }
    await attempt({ projectId }, () => settleStanding(deps, projectId));
  }
}

/** Tells a project how it stands by what the platform says now, and erases it when that is over. */
async function settleStanding(deps: Deps, projectId: string): Promise<void> {
  if ((await reviewStanding(deps, projectId)) !== 'erase') return;
  await markDeleting(deps.directory, projectId);
  await finishDeletion(deps, projectId, { actor: 'system', nowMs: deps.nowMs() });
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
