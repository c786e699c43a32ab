import type { Standing } from '@dream/contract/projects';
import { MODES } from '@dream/contract/primitives';
import { ownerOfProject, projectsOwnedBy } from '../auth/accounts.ts';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { goneCode, unwrap } from '../http/fail.ts';
import type { DeveloperFacts } from './facts.rpc.ts';
import type { PlatformPlan } from './standing.rpc.ts';
import { standingNow } from './standing.ts';

/** Where developers are customers. */
export const PLATFORM: EnvironmentRef = { projectId: PLATFORM_PROJECT, mode: 'live' };

/** Tells all projects of a developer how they stand now. Safe to repeat. */
export async function tellDeveloper(deps: Deps, customerId: string): Promise<void> {
  const known = await factsOf(deps, { customerId, email: null });
  if (known === null) return;
  for (const projectId of await projectsOwnedBy(deps.directory, known))
    await tell(deps, projectId, known);
}

/** Tells one project how it stands now, by whoever owns it. Safe to repeat. */
export async function tellProject(deps: Deps, projectId: string): Promise<void> {
  if (projectId === PLATFORM_PROJECT) return;
  const owner = await ownerOfProject(deps.directory, projectId);
  await tell(deps, projectId, owner && (await factsOf(deps, owner)));
}

/** Tells a project how it stands, and answers that: what the platform says now, not what was known. */
export async function reviewStanding(deps: Deps, projectId: string): Promise<Standing['state']> {
  await tellProject(deps, projectId);
  const live = deps.project({ projectId, mode: 'live' });
  const { standee } = unwrap(await live.access().environment());
  return standingNow(deps.config, standee, deps.nowMs()).state;
}

async function tell(deps: Deps, projectId: string, known: DeveloperFacts | null): Promise<void> {
  const { isBilled, testCustomers, terms } = deps.config.platform;
  const plan: PlatformPlan = {
    version: known?.version ?? 0,
    facts: known?.facts ?? null,
    testCustomers: isBilled ? testCustomers : null,
  };
  for (const mode of MODES) {
    const ref = { projectId, mode };
    await unlessGone(deps.project(ref).standing().put(plan, deps.nowMs()));
    if (isBilled) await unlessGone(deps.project(ref).standing().tell(terms, deps.nowMs()));
    deps.environments.drop(ref);
  }
}

/** What the platform knows of a developer. Before it is set up it knows nobody. */
export const factsOf = (
  deps: Deps,
  owner: { customerId: string | null; email: string | null },
): Promise<DeveloperFacts | null> =>
  unlessGone<DeveloperFacts | null>(deps.project(PLATFORM).platformFacts().of(owner));

/** What an environment answers, and null of one that was deleted or never set up. */
async function unlessGone<T>(answer: PromiseLike<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (goneCode(error) === null) throw error;
    return null;
  }
}
