import { MODES } from '@dream/contract/primitives';
import { isOurProjectId } from '../auth/keys.ts';
import type { Manager } from '../auth/manager.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import type { Call } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Environment } from './access.rpc.ts';
import type { Act } from './audit.rpc.ts';

/** The environment a management call names, who acts, and its object. */
export interface Managed {
  ref: EnvironmentRef;
  environment: Environment;
  project: ReturnType<Deps['project']>;
  act: Act;
}

/** The environment of `/api/projects/:project/:mode/…`, read fresh. Made-up ids address no object. */
export async function managedEnvironment(
  call: Pick<Call<unknown, unknown>, 'deps' | 'param' | 'principal' | 'nowMs'>,
): Promise<Managed> {
  const mode = MODES.find((known) => known === call.param('mode'));
  if (!mode)
    throw new Fail('invalid_request', {
      issues: [{ path: 'mode', message: 'Must be "test" or "live".' }],
    });
  const ref = { projectId: await managedProjectId(call), mode };
  const project = call.deps.project(ref);
  const environment = unwrap(await project.access().environment());
  return { ref, environment, project, act: actOf(call) };
}

/** The environment of a call, and who acts: a server by its key, or whoever manages the project. */
export async function placeOf(
  call: Pick<Call<unknown, unknown>, 'deps' | 'param' | 'principal' | 'nowMs'>,
): Promise<Pick<Managed, 'ref' | 'environment' | 'act'>> {
  const { principal, nowMs } = call;
  if (principal.kind !== 'sk') return managedEnvironment(call);
  const { ref, environment, keyId } = principal;
  return { ref, environment, act: { actor: `key ${keyId}`, nowMs } };
}

/** The project id of a management path, made by this edge. */
export async function managedProjectId(
  call: Pick<Call<unknown, unknown>, 'deps' | 'param'>,
): Promise<string> {
  const projectId = call.param('project');
  if (!(await isOurProjectId(projectId, call.deps.tagKey))) throw new Fail('project_not_found');
  return projectId;
}

/** Who makes a management call. */
export function managerIn({ principal }: Pick<Call<unknown, unknown>, 'principal'>): Manager {
  if (principal.kind !== 'operator' && principal.kind !== 'developer')
    throw new Error('A management route was opened to somebody else');
  return principal;
}

/** Who does something to a project, and when. */
export function actOf(call: Pick<Call<unknown, unknown>, 'principal' | 'nowMs'>): Act {
  const manager = managerIn(call);
  const accountId = manager.developer?.accountId ?? null;
  return { actor: actorOf(manager, accountId), nowMs: call.nowMs };
}

/** How the audit log names a manager: an operator, or the customer of a developer's account. */
export function actorOf({ kind, developer }: Manager, accountId: string | null): string {
  if (developer === null) return kind;
  return `${kind === 'operator' ? kind : accountId} ${developer.customerId}`;
}
