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

/** Applies what Clerk says of a user now, unless the environment uses another application by now. */
export async function syncClerkUser(
  deps: Deps,
  ref: EnvironmentRef,
  { clerkUserId, ownInstanceId }: { clerkUserId: string; ownInstanceId: string | null },
): Promise<void> {
  const clerk = await deps.clerk.for(ref);
  if (clerk.ownInstanceId !== ownInstanceId) return;
  const user = await clerk.findUser(clerkUserId);
  const users = deps.project(ref).clerkUsers();
  await users.apply(clerkUserId, user, ownInstanceId, deps.newId('job_'), deps.nowMs());
}
