import { openSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import type { OwnClerkKeys } from '../providers/clerk/apps.ts';
import type { SealedClerkApp } from './clerk-app.ts';

type Needed = Pick<Deps, 'config' | 'environments' | 'project' | 'nowMs'>;

/** The keys of an environment's own Clerk application, at most 10 s old; null if it has none. */
export async function ownClerkKeys(
  deps: Needed,
  ref: EnvironmentRef,
): Promise<OwnClerkKeys | null> {
  const app = await sealedApp(deps, ref);
  if (app === null) return null;
  const { instanceId, frontendUrl, publishableKey } = app;
  const secretKey = await openSecret(deps.config, ref, 'clerk.secret_key', app.secretKey.sealed);
  return { instanceId, frontendUrl, publishableKey, secretKey };
}

async function sealedApp(deps: Needed, ref: EnvironmentRef): Promise<SealedClerkApp | null> {
  try {
    return (await deps.environments.get(ref, deps.nowMs())).clerkApp;
  } catch (error) {
    if (!(error instanceof Fail && error.code === 'project_deleted')) throw error;
    // What a deleted environment keeps at Clerk is still to be deleted there.
    return deps.project(ref).access().clerkApp();
  }
}
