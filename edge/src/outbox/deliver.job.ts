import { expireCheckout } from '../billing/open-checkouts.job.ts';
import { deleteStripeCustomer, publishTier } from '../billing/stripe.job.ts';
import { deleteFiles } from '../content/files.client.ts';
import { moveBought } from '../credits/bought.job.ts';
import { shardOf } from '../customers/customer-id.ts';
import { eraseInShard } from '../customers/shard-erasure.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { settleUnopened, syncOrEnd } from '../orders/close.job.ts';
import { refundOrder } from '../orders/refund.job.ts';
import { countActive } from '../platform/active.job.ts';
import { tellDeveloper } from '../platform/standing.job.ts';
import { releaseUnused } from '../projects/release-account.job.ts';
import { publishProducts } from '../store/publish.job.ts';
import { deleteClerkUser, syncClerkUser } from '../sessions/clerk.job.ts';
import type { JobResult } from './job.ts';
import { noteDeadWork, noteOpenWork } from './open-work.store.ts';
import type { ClaimedJob } from './outbox.rpc.ts';

/** How many due jobs one run takes. */
const BATCH = 20;

/**
 * Does jobs of an environment's outbox: those named, now, or else all that are due. Each result is
 * recorded by itself, so one that fails delays no other, and is noted for the cron. With `throwFirst` the first failure is
 * thrown after all were recorded, for a caller who waits for it.
 */
export async function deliverJobs(
  deps: Deps,
  ref: EnvironmentRef,
  ids?: readonly string[],
  how: { throwFirst?: boolean } = {},
): Promise<void> {
  if (ids?.length === 0) return;
  const outbox = deps.project(ref).outbox();
  const jobs: ClaimedJob[] = await outbox.claim(deps.nowMs(), BATCH, ids);
  const failures: unknown[] = [];
  let dead = 0;
  await Promise.all(
    jobs.map(async (job) => {
      const result = await doOne(deps, ref, job, failures);
      dead += await deps.project(ref).outbox().record([result], deps.nowMs());
    }),
  );
  if (failures.length > 0) await note(deps, ref, noteOpenWork);
  if (dead > 0) await note(deps, ref, noteDeadWork);
  if (how.throwFirst && failures.length > 0) throw failures[0];
}

/** A directory that cannot be reached now must not undo what was done. */
async function note(
  deps: Deps,
  ref: EnvironmentRef,
  write: (deps: Deps, ref: EnvironmentRef) => Promise<unknown>,
): Promise<void> {
  try {
    await write(deps, ref);
  } catch (error) {
    log('error', { event: 'work.not_noted', ...ref, error: String(error) });
  }
}

async function doOne(
  deps: Deps,
  ref: EnvironmentRef,
  claimed: ClaimedJob,
  failures: unknown[],
): Promise<JobResult> {
  const { id, fence } = claimed;
  try {
    await perform(deps, ref, claimed);
    return { id, fence, done: true };
  } catch (error) {
    failures.push(error);
    log('error', {
      event: 'job.failed',
      jobKind: claimed.job.kind,
      projectId: ref.projectId,
      mode: ref.mode,
      error: String(error),
    });
    const retry = !(error instanceof Fail) || error.code !== 'provider_refused';
    return {
      id,
      fence,
      done: false,
      retry,
      error: error instanceof Fail ? error.code : String(error),
    };
  }
}

async function perform(
  deps: Deps,
  ref: EnvironmentRef,
  { id, job, createdAtMs }: ClaimedJob,
): Promise<void> {
  const shardOfCustomer = (customerId: string) => {
    const shard = shardOf(customerId);
    if (shard === null) throw new Error(`No customer id: ${customerId}`);
    return deps.shard(ref, shard);
  };
  switch (job.kind) {
    case 'shard.plan': {
      const { customerId, banned } = job.snapshot;
      const shard = shardOfCustomer(customerId);
      await shard.meter().putCustomer(job.snapshot, deps.nowMs());
      // After it, for the shard begins no session of a customer it knows to be banned.
      if (banned) await shard.sessions().endAll(customerId, deps.nowMs());
      return;
    }
    case 'shard.erase':
      return eraseInShard(deps, ref, job);
    case 'shard.resume':
      return shardOfCustomer(job.customerId).meter().resume(job.customerId, job.usage);
    case 'shard.credits':
      return moveBought(deps, ref, job);
    case 'shard.end_sessions':
      return shardOfCustomer(job.customerId)
        .sessions()
        .endAll(job.customerId, deps.nowMs(), job.exceptSessionId);
    case 'customers.tell_default':
      return deps.project(ref).customers().tellDefaultChange(deps.nowMs());
    case 'stripe.publish_tier':
      return publishTier(deps, ref, job.tier, id, createdAtMs);
    case 'stripe.publish_products':
      return publishProducts(deps, ref, job.productId);
    case 'stripe.delete_customer':
      return deleteStripeCustomer(deps, ref, job);
    case 'stripe.expire_checkout':
      await expireCheckout(deps, ref, job);
      return;
    case 'stripe.release_account':
      return releaseUnused(deps, ref, job.stripeAccountId);
    case 'stripe.open_order':
      return settleUnopened(deps, ref, job.orderId);
    case 'stripe.refund_order':
      return refundOrder(deps, ref, job.refundId);
    case 'stripe.sync':
      return syncOrEnd(deps, ref, job.objectId);
    case 'clerk.delete_user':
      return deleteClerkUser(deps, ref, job);
    case 'clerk.sync_user':
      return syncClerkUser(deps, ref, job);
    case 'platform.tell':
      return tellDeveloper(deps, job.customerId);
    case 'platform.count':
      return countActive(deps, ref);
    case 'content.delete_files':
      return deleteFiles(deps.files, ref, job.name);
  }
}
