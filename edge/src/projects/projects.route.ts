import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  updateProject,
} from '@dream/contract/projects';
import { MODES } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT, projectId } from '../auth/keys.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey } from '../http/idempotency.ts';
import { initialSettings } from './initial-settings.ts';
import { actOf, managedProjectId } from './managed.ts';
import {
  beginCreation,
  findProject,
  listAllProjects,
  markActive,
  markDeleted,
  markDeleting,
  renameProject,
} from './projects.store.ts';

/** Creating, naming and deleting projects. */
export function projectRoutes(app: Hono<AppEnv>, deps: Deps): void {
  const db = deps.directory;

  serve(app, deps, createProject, async (call) => {
    const { name, ownerEmail, id: wanted } = call.body;
    const drawn = wanted ?? (await projectId(deps.random(8), deps.tagKey));
    const key = idempotencyKey(call.c.req.raw);
    const begun = await beginCreation(db, {
      key: key === null ? call.c.get('requestId') : `${call.principal.kind} ${key}`,
      fingerprint: await fingerprintOf(call.body),
      projectId: drawn,
      accountId: deps.newId('plt_'),
      ownerEmail,
      name,
      nowMs: call.nowMs,
    });
    if (begun.kind === 'taken') throw new Fail('project_exists', { projectId: drawn });
    if (begun.kind === 'conflict') throw new Fail('idempotency_conflict');
    const id = begun.projectId;
    for (const mode of MODES) {
      const project = deps.project({ projectId: id, mode });
      unwrap(await project.access().init(id, mode, initialSettings(name), actOf(call)));
      await project.catalog().ensureDefault(call.nowMs);
    }
    await markActive(db, id);
    if (begun.kind === 'repeated') call.c.header('Idempotent-Replayed', 'true');
    return { project: await found(id) };
  });

  serve(app, deps, listProjects, async () => ({ projects: await listAllProjects(db) }));

  serve(app, deps, getProject, async (call) => ({
    project: await found(await managedProjectId(call)),
  }));

  serve(app, deps, updateProject, async (call) => {
    const id = await managedProjectId(call);
    await found(id);
    await renameProject(db, id, call.body.name);
    return { project: await found(id) };
  });

  serve(app, deps, deleteProject, async (call) => {
    const id = await managedProjectId(call);
    if (id === PLATFORM_PROJECT) throw new Fail('platform_protected');
    await found(id);
    await markDeleting(db, id);
    for (const mode of MODES) {
      unwrap(await deps.project({ projectId: id, mode }).access().remove(actOf(call)));
      deps.environments.drop({ projectId: id, mode });
    }
    await markDeleted(db, id, call.nowMs);
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
