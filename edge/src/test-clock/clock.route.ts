import type { Customer } from '@dream/contract';
import {
  type ClockTarget,
  moveCustomer as moveRoute,
  moveManagedCustomer,
} from '@dream/contract/test-clock';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { inAccount, syncNow } from '../billing/stripe.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { managedEnvironment } from '../projects/managed.ts';
import { reportOverageOf } from '../usage/overage.job.ts';
import { fillUsage } from '../usage/meter.client.ts';
import type { Moment } from './clock.ts';

/** One move leads to a moment, and one that was begun before may have to be finished first. */
const MOVES = 2;

/** Moving one test customer in time, or to a limit. */
export function testClockRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, moveRoute, (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    return move(deps, { ref, environment }, call.param('id'), call.body);
  });

  serve(app, deps, moveManagedCustomer, async (call) =>
    move(deps, await managedEnvironment(call), call.param('id'), call.body),
  );
}

async function move(
  deps: Deps,
  { ref, environment }: { ref: EnvironmentRef; environment: Environment },
  id: string,
  { to, feature = DEFAULT_FEATURE }: { to: ClockTarget; feature?: string | undefined },
): Promise<{ customer: Customer; atMs: number }> {
  const project = deps.project(ref);
  const { id: customerId } = unwrap(await project.customers().get(id, deps.nowMs()));
  if (ref.mode !== 'test') throw new Fail('test_mode_only');
  if (to === 'limit') await fill(deps, { ref, environment }, customerId, feature);
  else await moveTime(deps, ref, customerId, to);
  const nowMs = deps.nowMs();
  return {
    customer: unwrap(await project.customers().get(customerId, nowMs)),
    atMs: await project.testClock().timeOf(customerId, nowMs),
  };
}

async function fill(
  deps: Deps,
  { ref, environment }: { ref: EnvironmentRef; environment: Environment },
  customerId: string,
  feature: string,
): Promise<void> {
  const answer = await fillUsage(deps, ref, environment, customerId, feature);
  if (answer.kind === 'refused') throw new Fail(answer.code, answer.details);
  if (answer.kind !== 'usage') throw new Fail('customer_not_found');
  if (answer.usage.limit === 'unlimited') throw new Fail('nothing_ahead', { to: 'limit', feature });
}

/**
 * Moves a customer's clock at Stripe, waits until what that brought is applied, and moves our notion
 * of its time. What is given up on the way is gone on with by the same call.
 */
async function moveTime(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  to: Moment,
): Promise<void> {
  for (let moves = 0; moves < MOVES; moves++) {
    const clock = deps.project(ref).testClock();
    const begun = unwrap(await clock.begin(customerId, to, deps.nowMs()));
    await inAccount(deps, ref, begun.stripeAccountId, () => reportOverageOf(deps, ref, customerId));
    await inAccount(deps, ref, begun.stripeAccountId, () =>
      deps.stripe(ref, begun.stripeAccountId).moveClock(begun),
    );
    for (const id of begun.subscriptionIds) await syncNow(deps, ref, id);
    const jobIds = await deps
      .project(ref)
      .testClock()
      .moved(begun, deps.newId('job_'), deps.nowMs());
    await deliverJobs(deps, ref, jobIds, { throwFirst: true });
    if (begun.to === to) return;
  }
}
