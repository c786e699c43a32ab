import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { originAllowed } from '../auth/origin.ts';
import type { Principal } from '../auth/principal.ts';
import type { EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';

/** A change of an environment by which people could be kept from signing in there. */
export type Change =
  | { origins: readonly string[]; from: string | null }
  | { emailCode: boolean | undefined }
  | 'turnstile';

/**
 * Refuses what could lock operators out of the dashboard: they are customers of the platform's live
 * environment. Only the operator secret, which needs no sign-in, may do that.
 */
export function refuseLockOut(principal: Principal, ref: EnvironmentRef, change: Change): void {
  if (ref.projectId !== PLATFORM_PROJECT || ref.mode !== 'live') return;
  if (principal.kind === 'operator' && principal.developer === null) return;
  if (locksOut(change)) throw new Fail('platform_protected');
}

function locksOut(change: Change): boolean {
  // A widget whose site key is wrong lets nobody in, and nothing here can tell.
  if (change === 'turnstile') return true;
  if ('emailCode' in change) return change.emailCode === false;
  return change.from === null || !originAllowed(change.from, 'live', change.origins);
}
