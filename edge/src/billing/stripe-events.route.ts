import { listStripeEvents, retryStripeEvent } from '@dream/contract/stripe-events';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { managedEnvironment } from '../projects/managed.ts';

/** What an environment heard from Stripe, and what became of it. */
export function stripeEventRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listStripeEvents, async (call) => {
    const { project } = await managedEnvironment(call);
    const { limit, cursor = null } = call.query;
    return project.inbox().list({ limit, cursor });
  });

  serve(app, deps, retryStripeEvent, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const id = call.param('event');
    const jobIds = unwrap(await project.inbox().retry(id, deps.newId('job_'), act));
    await deliverJobs(deps, ref, jobIds, { throwFirst: true });
    return { event: unwrap(await project.inbox().event(id)) };
  });
}
