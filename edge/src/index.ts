import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Mode } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import { runCron } from './cron.job.ts';
import { createDeps, type Deps } from './deps.ts';
import type { Bindings } from './env.ts';
import type { AppEnv } from './http/call.ts';
import type { EnvironmentRef } from './deps.ts';
import { goneCode } from './http/fail.ts';
import { deliverJobs } from './outbox/deliver.job.ts';
import { deliverWebhooks } from './outgoing/deliver.job.ts';
import type { Batch } from './usage/day.ts';
import type { Notice, NoticesTo } from './usage/notice.ts';
import { reportOverage } from './usage/overage.job.ts';

export { GateObject } from './gate/gate.object.ts';
export { ProjectObject } from './project/project.object.ts';
export { RequestsObject } from './requests/requests.object.ts';
export { ShardObject } from './shard/shard.object.ts';

let made: { deps: Deps; app: Hono<AppEnv> } | undefined;

/** Services are made once an isolate; a wrong setting shows at each request. */
async function boot(env: Bindings): Promise<{ deps: Deps; app: Hono<AppEnv> }> {
  if (made) return made;
  const deps = await createDeps(env);
  made ??= { deps, app: createApp(deps) };
  return made;
}

/** What objects may ask the Worker to do: the work outside that they must not do themselves. */
export class Work extends WorkerEntrypoint<Bindings> {
  /** Does the due jobs of an environment's outbox. Webhooks go out meanwhile: none is waited for. */
  async deliver(projectId: string, mode: Mode): Promise<void> {
    const { deps } = await boot(this.env);
    this.ctx.waitUntil(deliverWebhooks(deps, { projectId, mode }));
    await deliverJobs(deps, { projectId, mode });
  }

  /** Tells an environment's webhooks what a shard saw. Of a deleted one nobody is told. */
  async tell(notices: readonly Notice[], { projectId, mode }: NoticesTo): Promise<void> {
    const { deps } = await boot(this.env);
    try {
      await deps.project({ projectId, mode }).deliveries().tell(notices, deps.nowMs());
    } catch (error) {
      if (goneCode(error) === null) throw error;
    }
  }

  /** Adds what a shard counted by day to an environment's usage. Of a deleted one nothing is kept. */
  async rollUp(ref: EnvironmentRef, shard: string, batch: Batch): Promise<void> {
    const { deps } = await boot(this.env);
    try {
      await deps.project(ref).usageHistory().add(shard, batch, deps.nowMs());
    } catch (error) {
      if (goneCode(error) === null) throw error;
    }
  }

  /** Sends the overage that a shard of an environment has to report. */
  async reportOverage(ref: EnvironmentRef, shard: string): Promise<void> {
    const { deps } = await boot(this.env);
    await reportOverage(deps, ref, shard);
  }
}

export default {
  async fetch(request, env, ctx) {
    const { app } = await boot(env);
    return app.fetch(request, env, ctx);
  },

  /** Finds again what was left undone. */
  async scheduled(_controller, env) {
    const { deps } = await boot(env);
    await runCron(deps);
  },
} satisfies ExportedHandler<Bindings>;
