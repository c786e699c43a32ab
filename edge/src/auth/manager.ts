import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { verifyAccessToken } from '../sessions/access-token.ts';
import { aliveSession } from '../sessions/alive.ts';
import { accountOf, ownsProject } from './accounts.ts';
import { equalInConstantTime, parseKey, PLATFORM_PROJECT } from './keys.ts';
import { checkOrigin } from './origin.ts';

/** Where developers are customers. A session of the platform's test mode manages nothing. */
const PLATFORM: EnvironmentRef = { projectId: PLATFORM_PROJECT, mode: 'live' };

/** A person signed in at the platform's own project. */
export interface Developer {
  customerId: string;
  /** Proved, or null. */
  email: string | null;
  /** The account whose projects are theirs; null until there is one. */
  accountId: string | null;
}

/** Who opens a management route. `developer` is null for whoever has the operator secret. */
export type Manager =
  | { kind: 'operator'; developer: Developer | null }
  | { kind: 'developer'; developer: Developer };

/**
 * Who manages: whoever has the operator secret, an operator by a proved e-mail of the settings, or a
 * developer. Whether a project is a developer's own is checked by `checkOwner`.
 */
export async function managerOf(
  deps: Deps,
  request: Request,
  bearer: string | null,
  nowMs: number,
): Promise<Manager> {
  if (bearer !== null && equalInConstantTime(bearer, deps.config.operatorSecret))
    return { kind: 'operator', developer: null };
  if (!bearer?.startsWith('ey')) throw new Fail('developer_required');
  const developer = await developerOf(deps, request, bearer, nowMs);
  const isOperator = deps.config.operatorEmails.some((email) => email === developer.email);
  return { kind: isOperator ? 'operator' : 'developer', developer };
}

async function developerOf(
  deps: Deps,
  request: Request,
  token: string,
  nowMs: number,
): Promise<Developer> {
  const { publishableKey, customerId, sessionId } = await verifyAccessToken(
    deps.config,
    token,
    nowMs,
  );
  const key = parseKey(publishableKey);
  if (key?.projectId !== PLATFORM.projectId || key.mode !== PLATFORM.mode)
    throw new Fail('developer_required');
  checkOrigin(request, await deps.environments.get(PLATFORM, nowMs));
  await aliveSession(deps, { ref: PLATFORM, customerId, sessionId });
  const customer = await deps.project(PLATFORM).customers().get(customerId, nowMs);
  // A ban counts also before the shard heard of it and ended the sessions.
  if (!customer.ok || customer.value.banned) throw new Fail('session_ended');
  const email = customer.value.emailVerified ? customer.value.email : null;
  return { customerId, email, accountId: await accountOf(deps.directory, { customerId, email }) };
}

/**
 * Refuses a developer a project of another account, as one that does not exist. The platform's own
 * is for operators only, whoever's account it is in.
 */
export async function checkOwner(
  deps: Deps,
  manager: Manager,
  projectId: string | undefined,
): Promise<void> {
  if (manager.kind === 'operator' || projectId === undefined) return;
  const { accountId } = manager.developer;
  const isOwn =
    projectId !== PLATFORM_PROJECT &&
    accountId !== null &&
    (await ownsProject(deps.directory, accountId, projectId));
  if (!isOwn) throw new Fail('project_not_found');
}
