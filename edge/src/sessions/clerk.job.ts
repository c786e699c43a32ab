import type { Deps, EnvironmentRef } from '../deps.ts';

/** Deletes the Clerk user that held a customer's password. Safe to repeat. */
export async function deleteClerkUser(
  deps: Deps,
  ref: EnvironmentRef,
  { clerkUserId, isInShared }: { clerkUserId: string; isInShared?: boolean },
): Promise<void> {
  const clerk = isInShared ? deps.clerk.shared(ref) : await deps.clerk.for(ref);
  await clerk.deleteUser(clerkUserId);
}
