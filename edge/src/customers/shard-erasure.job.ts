import { forgetOwner } from '../auth/accounts.ts';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { shardOf } from './customer-id.ts';

/**
 * Erases what a customer's shard keeps, and the directory, if the customer is a developer. The usage of the period goes to the hashes first, after it
 * can grow no more, so that a unit counted meanwhile is not lost. Safe to repeat.
 */
export async function eraseInShard(
  deps: Deps,
  ref: EnvironmentRef,
  { customerId, keptAs }: { customerId: string; keptAs: readonly string[] },
): Promise<void> {
  const name = shardOf(customerId);
  if (name === null) throw new Error(`No customer id: ${customerId}`);
  const shard = deps.shard(ref, name);
  const usage = await shard.meter().retire(customerId, deps.nowMs());
  if (keptAs.length > 0 && usage.length > 0)
    await deps.project(ref).erasure().keepUsage(keptAs, usage);
  await shard.meter().erase(customerId, deps.nowMs());
  await shard.sessions().erase(customerId);
  await deps.refused(ref).forget(customerId);
  if (ref.projectId === PLATFORM_PROJECT && ref.mode === 'live')
    await forgetOwner(deps.directory, customerId);
}
