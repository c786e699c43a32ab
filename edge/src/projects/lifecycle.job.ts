import { MODES } from '@dream/contract/primitives';
import { deleteAllFiles } from '../content/files.client.ts';
import { shardNames } from '../customers/customer-id.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { tellProject } from '../platform/standing.job.ts';
import type { Act } from './audit.rpc.ts';
import { initialSettings } from './initial-settings.ts';
import { markActive, markDeleted } from './projects.store.ts';
import { releaseAccount } from './release-account.job.ts';

/** How many batches of jobs one run does for an environment; the cron does the rest. */
const ROUNDS = 10;

/** Sets up the environments of a project the directory has noted. Safe to repeat. */
export async function finishCreation(
  deps: Deps,
  { id, name }: { id: string; name: string },
  act: Act,
): Promise<void> {
  for (const mode of MODES) {
    const project = deps.project({ projectId: id, mode });
    unwrap(await project.access().init(id, mode, initialSettings(name, mode), act));
    await project.catalog().ensureDefault(act.nowMs);
  }
  if (deps.config.platform.isBilled) await tellProject(deps, id);
  await markActive(deps.directory, id);
}

/** An environment whose keys are dead, and what is left to do for it. */
interface Tombstone {
  ref: EnvironmentRef;
  isErased: boolean;
  stripeAccountId: string | null;
}

/** Kills both environments' keys. From here on nothing changes their objects but erasing them. */
export async function beginDeletion(deps: Deps, projectId: string, act: Act): Promise<Tombstone[]> {
  const tombstones: Tombstone[] = [];
  for (const mode of MODES) {
    const ref = { projectId, mode };
    const left = await deps.project(ref).access().remove(projectId, mode, act);
    deps.environments.drop(ref);
    tombstones.push({ ref, ...left });
  }
  return tombstones;
}

/**
 * Does what is left of a deletion: providers, then files, then shards, then the object, then the directory.
 * Every step is safe to repeat. What a provider does not answer now is left to the cron.
 */
export async function finishDeletion(deps: Deps, projectId: string, act: Act): Promise<void> {
  const tombstones = await beginDeletion(deps, projectId, act);
  const erased = await Promise.all(
    tombstones.map((tombstone) => eraseEnvironment(deps, tombstone, act.nowMs)),
  );
  if (erased.every(Boolean)) await markDeleted(deps.directory, projectId, act.nowMs);
}

/** Whether nothing is left of the environment now. */
async function eraseEnvironment(
  deps: Deps,
  { ref, isErased, stripeAccountId }: Tombstone,
  nowMs: number,
): Promise<boolean> {
  if (isErased) return true;
  if (!(await hasEmptied(deps, ref))) return false;
  if (stripeAccountId !== null) await releaseAccount(deps, ref, stripeAccountId);
  await deleteAllFiles(deps.files, ref);
  await Promise.all(shardNames().map((shard) => deps.shard(ref, shard).erase(nowMs)));
  await deps.refused(ref).erase(nowMs);
  await deps.project(ref).erase(nowMs);
  return true;
}

/** Does the jobs of a deleted environment. False when some are left for later; dead ones are not. */
async function hasEmptied(deps: Deps, ref: EnvironmentRef): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    const dueMs = await deps.project(ref).outbox().nextDueMs();
    if (dueMs === null) return true;
    if (dueMs > deps.nowMs()) return false;
    await deliverJobs(deps, ref);
  }
  return false;
}
