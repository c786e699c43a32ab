import type { EnvironmentHealth } from '@dream/contract';
import {
  getOperatorHealth,
  listAllProjects,
  resumeProject,
  suspendProject,
} from '@dream/contract/operator';
import { MODES } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { actOf, managedProjectId } from './managed.ts';
import { checkCursor, findProject } from './projects.store.ts';
import { maySuspend } from './suspension.ts';
import { noteSuspension, searchProjects, waitingWork } from './operator.store.ts';

/** How many environments with open work, and with work given up, are looked at. */
const MOST_LOOKED_AT = 20;

/** What only those do who run the platform: all projects, suspension, and what waits where. */
export function operatorRoutes(app: Hono<AppEnv>, deps: Deps): void {
  const db = deps.directory;

  serve(app, deps, listAllProjects, async ({ query }) => {
    const { q = '', suspended, limit, cursor = null } = query;
    checkCursor(cursor);
    return searchProjects(db, { q, suspended: suspended !== undefined, limit, cursor });
  });

  serve(app, deps, suspendProject, (call) => suspend(call, call.nowMs, call.body.reason));
  serve(app, deps, resumeProject, (call) => suspend(call, null, null));

  serve(app, deps, getOperatorHealth, async ({ nowMs }) => {
    const { environments: noted, ...counts } = await waitingWork(db, MOST_LOOKED_AT);
    const isPlatform = ({ projectId }: EnvironmentRef) => projectId === PLATFORM_PROJECT;
    const platform = MODES.map((mode) => ({
      projectId: PLATFORM_PROJECT,
      mode,
      notedAtMs: noted.find((one) => isPlatform(one) && one.mode === mode)?.notedAtMs ?? null,
    }));
    const others = noted.filter((one) => !isPlatform(one));
    const environments = await Promise.all(
      [...platform, ...others].map((one) => healthOf(deps, one, nowMs)),
    );
    return { ...counts, environments };
  });
}

/** Suspends a project since an instant, for a reason, or ends it. The objects first: they decide. */
async function suspend(
  call: Call<unknown, unknown>,
  sinceMs: number | null,
  reason: string | null,
) {
  const { deps } = call;
  const id = await managedProjectId(call);
  if (!maySuspend(id)) throw new Fail('platform_protected');
  const known = await findProject(deps.directory, id);
  if (!known) throw new Fail('project_not_found');
  for (const mode of MODES) {
    const ref = { projectId: id, mode };
    unwrap(await deps.project(ref).access().suspend(sinceMs, reason, actOf(call)));
    deps.environments.drop(ref);
  }
  const { suspendedAtMs } = known.project;
  const shownMs = sinceMs === null ? null : (suspendedAtMs ?? sinceMs);
  await noteSuspension(deps.directory, id, shownMs, reason);
  return { project: { ...known.project, suspendedAtMs: shownMs, suspensionReason: reason } };
}

/** What waits in one environment. One that cannot be reached is told of as such. */
async function healthOf(
  deps: Deps,
  { projectId, mode, notedAtMs }: EnvironmentRef & { notedAtMs: number | null },
  nowMs: number,
): Promise<EnvironmentHealth> {
  const where = { projectId, mode, notedAtMs };
  try {
    const work = await deps.project({ projectId, mode }).outbox().openWork(nowMs);
    return { ...where, reached: true, ...work };
  } catch (error) {
    log('error', { event: 'health.unreached', projectId, mode, error: String(error) });
    const none = {
      openJobs: 0,
      overdueJobs: 0,
      deadJobs: 0,
      waitingEvents: 0,
      waitingDeliveries: 0,
    };
    return { ...where, reached: false, ...none, failures: [] };
  }
}
