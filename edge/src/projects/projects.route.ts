import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  updateProject,
} from '@dream/contract/projects';
import type { Hono } from 'hono';
import { ensureAccount } from '../auth/accounts.ts';
import { PLATFORM_PROJECT, projectId } from '../auth/keys.ts';
import type { Manager } from '../auth/manager.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey, managerName } from '../http/idempotency.ts';
import { log } from '../http/log.ts';
import { standingNow } from '../platform/standing.ts';
import { beginDeletion, finishCreation, finishDeletion } from './lifecycle.job.ts';
import { actOf, actorOf, managedProjectId, managerIn } from './managed.ts';
import {
  beginCreation,
  type Creation,
  findProject,
  checkCursor,
  listProjects as listProjectsIn,
  markDeleting,
  renameProject,
} from './projects.store.ts';

/** Creating, naming and deleting projects. */
export function projectRoutes(app: Hono<AppEnv>, deps: Deps): void {
  const db = deps.directory;

  serve(app, deps, createProject, async (call) => {
    const { name, id: wanted } = call.body;
    const manager = managerIn(call);
    const owner = await ownerOf(deps, manager, call.body, call.nowMs);
    const drawn = wanted ?? (await projectId(deps.random(8), deps.tagKey));
    const key = idempotencyKey(call.c.req.raw);
    const begun = await beginCreation(db, {
      key: key === null ? call.c.get('requestId') : `${managerName(manager)} ${key}`,
      fingerprint: await fingerprintOf(call.body),
      projectId: drawn,
      owner,
      name,
      nowMs: call.nowMs,
    });
    if (begun.kind === 'taken') throw new Fail('project_exists', { projectId: drawn });
    if (begun.kind === 'conflict') throw new Fail('idempotency_conflict');
    const id = begun.projectId;
    await finishCreation(
      deps,
      { id, name },
      { actor: actorOf(manager, owner.accountId), nowMs: call.nowMs },
    );
    if (begun.kind === 'repeated') call.c.header('Idempotent-Replayed', 'true');
    return { project: await found(id) };
  });

  serve(app, deps, listProjects, async (call) => {
    const manager = managerIn(call);
    const { q = '', limit, cursor = null } = call.query;
    checkCursor(cursor);
    const page = { q, limit, cursor };
    if (manager.kind === 'operator') return listProjectsIn(db, { ...page, accountId: null });
    const { accountId } = manager.developer;
    return accountId === null
      ? { projects: [], nextCursor: null }
      : listProjectsIn(db, { ...page, accountId });
  });

  serve(app, deps, getProject, async (call) => {
    const project = await found(await managedProjectId(call));
    const live = deps.project({ projectId: project.id, mode: 'live' });
    const { standee } = unwrap(await live.access().environment());
    return { project, standing: standingNow(deps.config, standee, call.nowMs) };
  });

  serve(app, deps, updateProject, async (call) => {
    const id = await managedProjectId(call);
    await found(id);
    await renameProject(db, id, call.body.name);
    return { project: await found(id) };
  });

  serve(app, deps, deleteProject, async (call) => {
    const id = await managedProjectId(call);
    if (id === PLATFORM_PROJECT) throw new Fail('platform_protected');
    const known = await findProject(db, id);
    if (!known) throw new Fail('project_not_found');
    if (known.state === 'deleted') throw new Fail('project_deleted');
    await markDeleting(db, id);
    await beginDeletion(deps, id, actOf(call));
    try {
      await finishDeletion(deps, id, actOf(call));
    } catch (error) {
      // The keys are dead and the directory knows: the cron does the rest.
      log('error', { event: 'deletion.unfinished', projectId: id, error: String(error) });
    }
    return { success: true as const };
  });

  async function found(id: string) {
    const project = await findProject(db, id);
    if (!project) throw new Fail('project_not_found');
    if (project.state === 'deleted' || project.state === 'deleting')
      throw new Fail('project_deleted');
    return project.project;
  }
}

/** The account a new project is made in: a developer's own, or the one an operator names. */
async function ownerOf(
  deps: Deps,
  { kind, developer }: Manager,
  { ownerEmail, id }: { ownerEmail?: string | undefined; id?: string | undefined },
  nowMs: number,
): Promise<Creation['owner']> {
  const fields = Object.entries({ ownerEmail, id }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (kind === 'developer' && fields.length > 0) throw new Fail('operator_required', { fields });
  const newId = deps.newId('plt_');
  if (ownerEmail !== undefined) return { accountId: newId, email: ownerEmail };
  if (developer === null)
    throw new Fail('invalid_request', {
      issues: [{ path: 'ownerEmail', message: 'Is required.' }],
    });
  return {
    accountId: await ensureAccount(deps.directory, developer, newId, nowMs),
    email: null,
  };
}
