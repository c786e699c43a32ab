import { ownerOfProject } from '../auth/accounts.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { callFingerprint } from '../usage/fingerprint.ts';
import { trackUsage } from '../usage/meter.client.ts';
import type { ActiveBatch } from './active.rpc.ts';
import { factsOf, PLATFORM } from './standing.job.ts';

/** What the platform's plans count. */
const FEATURE = 'customers';

/** Counts the customers of an environment who were active, for its developer, each batch once. */
export async function countActive(deps: Deps, ref: EnvironmentRef): Promise<void> {
  const batch = await deps.project(ref).activeCustomers().take();
  if (batch === null) return;
  if (deps.config.platform.isBilled) await countForOwner(deps, ref.projectId, batch);
  await deps.project(ref).activeCustomers().counted(batch.seq, deps.nowMs());
}

/** A plan whose limit is reached, or that counts no customers, counts no more of them. */
async function countForOwner(
  deps: Deps,
  projectId: string,
  { seq, units }: ActiveBatch,
): Promise<void> {
  const owner = await ownerOfProject(deps.directory, projectId);
  const developer = owner && (await factsOf(deps, owner));
  if (!developer) return;
  const nowMs = deps.nowMs();
  const environment = await deps.environments.get(PLATFORM, nowMs);
  const answer = await trackUsage(deps, PLATFORM, environment, developer.customerId, {
    feature: FEATURE,
    amountUnits: units,
    headerPlan: null,
    idempotency: {
      key: `active_${projectId}_${seq}`,
      fingerprint: callFingerprint(FEATURE, units, null),
    },
    // The key is good for a day; a batch can be kept from being told of as counted for longer.
    sequence: { source: projectId, number: seq },
    nowMs,
  });
  if (answer.kind === 'refused' && answer.code === 'rate_limited')
    throw new Fail(answer.code, answer.details, answer.retryAfterSeconds);
}
