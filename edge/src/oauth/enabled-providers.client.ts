import type { Deps, EnvironmentRef } from '../deps.ts';

/**
 * The providers people may sign in with, in the order of the settings: those that the environment's
 * Clerk application has too. Throws `provider_unavailable`.
 */
export async function enabledProviders(
  deps: Deps,
  ref: EnvironmentRef,
  wanted: readonly string[],
  nowMs: number,
): Promise<string[]> {
  if (wanted.length === 0) return [];
  const clerk = await deps.clerk.for(ref);
  const there = await clerk.oauthProviders(nowMs);
  return wanted.filter((provider) => there.includes(provider));
}
