import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import type { Act } from '../projects/audit.rpc.ts';
import { forgetExternalId } from './customer-of.ts';
import { KEPT } from './kept.ts';

/**
 * Erases a customer everywhere, as far as others answer at once; the outbox does the rest. Answers
 * who it was and what is kept. Throws `customer_not_found`.
 */
export async function eraseCustomer(
  deps: Deps,
  ref: EnvironmentRef,
  id: string,
  nowMs: number,
  by: 'customer' | Act,
): Promise<{ deleted: { id: string; email: string | null }; kept: string | null }> {
  const jobs: [string, string, string] = [
    deps.newId('job_'),
    deps.newId('job_'),
    deps.newId('job_'),
  ];
  const erased = unwrap(await deps.project(ref).erasure().erase(id, jobs, nowMs, by));
  if (erased.externalId !== null) forgetExternalId(ref, erased.externalId);
  await deliverJobs(deps, ref, erased.jobIds);
  return {
    deleted: { id: erased.id, email: erased.email },
    kept: erased.isKept ? KEPT : null,
  };
}
