import type { Deps, EnvironmentRef } from '../deps.ts';

/** Deletes the Clerk user that held a customer's password. Safe to repeat. */
export function deleteClerkUser(
  deps: Deps,
  ref: EnvironmentRef,
  clerkUserId: string,
): Promise<void> {
  return deps.clerk.for(ref).deleteUser(clerkUserId);
}
