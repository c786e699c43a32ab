import type { Deps, EnvironmentRef } from '../deps.ts';
import { goneCode } from '../http/fail.ts';
import { deliverJobs } from './deliver.job.ts';
import { forgetOpenWork, noteOpenWork, openWork } from './open-work.store.ts';

/**
 * Wakes environments whose outbox is stuck, at most `atMost`, the one noted longest ago first.
 * `attempt` does one of them, and sees to it that a failure delays no other.
 */
export async function wakeStuck(
  deps: Deps,
  atMost: number,
  attempt: (ref: EnvironmentRef, act: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const ref of await openWork(deps, atMost)) await attempt(ref, () => wake(deps, ref));
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
