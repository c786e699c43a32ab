import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Job } from '../outbox/job.ts';
import { askShard } from './credits.client.ts';
import type { GiveAnswer, TakeAnswer } from './credits.rpc.ts';

/**
 * Gives a customer what was bought, or takes back what is left of it. Of one who is gone there is
 * nothing to do. Safe to repeat, in any order.
 */
export async function moveBought(
  deps: Deps,
  ref: EnvironmentRef,
  { customerId, act, giving }: Extract<Job, { kind: 'shard.credits' }>,
): Promise<void> {
  const environment = unwrap(await deps.project(ref).access().environment());
  const asked = { deps, nowMs: deps.nowMs() };
  try {
    await askShard<GiveAnswer | TakeAnswer>(
      asked,
      { ref, environment, customerId },
      (shard, query) =>
        act === 'give'
          ? shard.giveCredits({ ...query, giving })
          : shard.takeCredits({ ...query, giving }),
    );
  } catch (error) {
    if (!(error instanceof Fail) || error.code !== 'customer_not_found') throw error;
  }
}
