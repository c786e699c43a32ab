import type { Deps, EnvironmentRef } from '../deps.ts';

/** Stands in the directory for the platform's account, where ids of connected accounts are. */
export const PLATFORM_ACCOUNT = 'platform';

/**
 * Notes that an environment sells through the platform's account, so that what it sells is
 * reconciled. Call it before anything is sold. Safe to repeat.
 */
export async function notePlatformSeller(
  { directory }: Deps,
  { projectId, mode }: EnvironmentRef,
): Promise<void> {
  await directory
    .prepare('INSERT OR IGNORE INTO stripe_account VALUES (?, ?, ?)')
    .bind(PLATFORM_ACCOUNT, mode, projectId)
    .run();
}
