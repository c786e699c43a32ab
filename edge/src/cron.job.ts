import { reconcileBilling } from './billing/reconcile.job.ts';
import type { Deps } from './deps.ts';
import { log } from './http/log.ts';
import { runUpkeep } from './projects/upkeep.job.ts';

/** One thing the cron does: bounded, safe to repeat, and itself the judge of what is due. */
export type CronJob = (deps: Deps) => Promise<void>;

/** All that the cron does, every few minutes. */
const JOBS: Readonly<Record<string, CronJob>> = { upkeep: runUpkeep, reconcile: reconcileBilling };

/** Does everything the cron does. A job that fails or takes its time delays no other. */
export async function runCron(deps: Deps, jobs = JOBS): Promise<void> {
  await Promise.all(Object.entries(jobs).map(([name, job]) => runOne(deps, name, job)));
}

async function runOne(deps: Deps, jobKind: string, job: CronJob): Promise<void> {
  try {
    await job(deps);
  } catch (error) {
    log('error', { event: 'cron.failed', jobKind, error: String(error) });
  }
}
