import { promoteProject } from '@dream/contract/promotion';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf } from '../http/idempotency.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { copyPictures } from '../content/copy.client.ts';
import { actOf, managedProjectId } from '../projects/managed.ts';
import type { Side } from './promotion.ts';

/** How many things are brought to Stripe before the answer; the alarm does the others. */
const AT_ONCE = 20;
/** How many pictures one promotion copies: the rest is still a difference then, and comes with the next one. */
const MOST_PICTURES = 150;

/** Promoting a project from test to live. */
export function promotionRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, promoteProject, async (call) => {
    const projectId = await managedProjectId(call);
    if (projectId === PLATFORM_PROJECT) throw new Fail('platform_protected');
    const test = deps.project({ projectId, mode: 'test' });
    const ref: EnvironmentRef = { projectId, mode: 'live' };
    const live = deps.project(ref);
    for (const environment of [test, live]) unwrap(await environment.access().environment());
    const source = await test.promotion().side();
    const plan = await live.promotion().plan(source);
    const fingerprint = await fingerprintOf(projectId, plan);
    const promotion = { fingerprint, ...plan };
    if ('dryRun' in call.body) return { promotion, applied: false, published: false };
    // Repeated after it was done, there is nothing left to agree to.
    if (plan.changes.length === 0) return { promotion, applied: true, published: true };
    if (call.body.fingerprint !== fingerprint) throw new Fail('promotion_changed');
    const ids = plan.changes.map(() => ({ job: deps.newId('job_'), price: deps.newId('prc_') }));
    const act = actOf(call);
    // Before the rest, so that no product is without; should it come to nothing, they are only not shown.
    await copyPictures(
      deps,
      { projectId, mode: 'test' },
      ref,
      await missingPictures(live, source),
      act,
    );
    const { jobIds } = unwrap(await live.promotion().apply(source, plan, ids, act));
    await test.promotion().promoted(plan, act);
    deps.environments.drop(ref);
    deps.products.drop(ref);
    await deliverJobs(deps, ref, jobIds.slice(0, AT_ONCE));
    return { promotion, applied: true, published: await isPublished(live) };
  });
}

/** Those of the promoted products' pictures that live does not have, at most as many as one request can copy. */
async function missingPictures(live: ReturnType<Deps['project']>, { pictures }: Side) {
  const there = await live.images().having(pictures.map(({ sourceHash }) => sourceHash));
  const known = new Set(there.map(({ sourceHash }) => sourceHash));
  return pictures.filter(({ sourceHash }) => !known.has(sourceHash)).slice(0, MOST_PICTURES);
}

/** Whether Stripe has every price of an environment. */
async function isPublished(project: ReturnType<Deps['project']>): Promise<boolean> {
  const { tiers, products } = await project.promotion().side();
  return (
    tiers.every(({ prices, archived }) => archived || prices.every((p) => p.priceId !== null)) &&
    products.every(({ published }) => published)
  );
}
