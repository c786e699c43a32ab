import { closeCheckoutsIn } from '../billing/open-checkouts.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { deauthorize } from '../providers/stripe/connect.ts';
import { forgetAccount, isUsedElsewhere } from './connected-accounts.store.ts';

/**
 * Gives the permission to use an account back, unless another project works with it or Stripe does
 * not want it. Of projects that let go at once, the last one to forget it gives it back.
 */
export async function releaseAccount(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<void> {
  await forgetAccount(deps, ref, accountId);
  if (await isUsedElsewhere(deps, ref, accountId)) return;
  try {
    await deauthorize(deps.config.stripe, ref.mode, accountId);
  } catch (error) {
    if (!(error instanceof Fail && error.code === 'provider_refused')) throw error;
  }
}

/** Releases an account that an environment let go of, unless it was connected again meanwhile. */
export async function releaseUnused(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<void> {
  const { stripeAccountId } = await deps.project(ref).billing().connection();
  if (stripeAccountId === accountId) return;
  // First what can still be paid: without the permission nobody here would hear of it.
  await closeCheckoutsIn(deps, ref, accountId);
  await releaseAccount(deps, ref, accountId);
}
