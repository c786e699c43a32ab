import { archiveTier, listAllTiers, putTier } from '@dream/contract/projects';
import { Name } from '@dream/contract/primitives';
import { listTiers } from '@dream/contract/tiers';
import type { Hono } from 'hono';
import * as v from 'valibot';
import type { Deps } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { type Managed, managedEnvironment } from '../projects/managed.ts';
import type { TierWritten } from './catalog.rpc.ts';
import { managedTier, publicTiers } from './public-tier.ts';

/** The public price list, and the management of tiers. */
export function tierRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listTiers, async (call) => ({
    tiers: publicTiers(environmentPrincipal(call.principal).environment.tiers),
  }));

  serve(app, deps, listAllTiers, async (call) => ({
    tiers: (await managedEnvironment(call)).environment.tiers.map(managedTier),
  }));

  serve(app, deps, putTier, async (call) => {
    const name = call.param('name');
    const read = v.safeParse(Name, name);
    if (!read.success) {
      const { message } = read.issues[0];
      throw new Fail('invalid_request', { issues: [{ path: 'name', message }] });
    }
    const managed = await managedEnvironment(call);
    const ids = { job: deps.newId('job_'), prices: call.body.prices.map(() => deps.newId('prc_')) };
    return published(
      deps,
      managed,
      unwrap(await managed.project.catalog().putTier(name, call.body, ids, managed.act)),
    );
  });

  serve(app, deps, archiveTier, async (call) => {
    const managed = await managedEnvironment(call);
    const written = unwrap(
      await managed.project
        .catalog()
        .archiveTier(call.param('name'), deps.newId('job_'), managed.act),
    );
    return published(deps, managed, written);
  });
}

/** The tier after Stripe has it, too. What Stripe refuses is said; the tier stays and is retried. */
async function published(deps: Deps, { ref, project }: Managed, { tier, jobId }: TierWritten) {
  deps.environments.drop(ref);
  if (jobId === null) return { tier: managedTier(tier) };
  await deliverJobs(deps, ref, [jobId], { throwFirst: true });
  const tiers = await project.catalog().tiers();
  return { tier: managedTier(tiers.find((candidate) => candidate.name === tier.name) ?? tier) };
}
