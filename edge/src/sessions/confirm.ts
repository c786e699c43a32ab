import type { Principal } from '../auth/principal.ts';
import { shardOf } from '../customers/customer-id.ts';
import type { Deps } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { gate } from './gate.ts';

/** How long after signing in nobody is asked again who they are. */
export const FRESH_MS = 10 * 60_000;

/**
 * Lets pass who signed in less than 10 minutes ago, or knows the current password: a page left open
 * is not enough to take an account over. A refresh makes no session fresh; one made by key counts from
 * when it was made, for then the developer's server said who it is. Throws `confirmation_required`,
 * with whether there is a password that could be sent.
 */
export async function confirmed(
  deps: Deps,
  { ref, environment, customerId, sessionId }: Extract<Principal, { kind: 'session' }>,
  currentPassword: string | undefined,
  nowMs: number,
): Promise<void> {
  await gate(deps, 'password', `${ref.projectId}:${ref.mode}:${customerId}`);
  const shard = shardOf(customerId);
  if (shard === null) throw new Fail('token_invalid');
  const sessions = deps.shard(ref, shard).sessions();
  const signedInAtMs = await sessions.signedInAtMs(sessionId, customerId, nowMs);
  if (signedInAtMs === null) throw new Fail('session_ended');
  if (nowMs - signedInAtMs < FRESH_MS) return;
  const { clerkUserId } = unwrap(await deps.project(ref).customers().passwordHolderOf(customerId));
  const canUsePassword = environment.settings.password && clerkUserId !== null;
  const isRight =
    canUsePassword &&
    currentPassword !== undefined &&
    (await (await deps.clerk.for(ref)).verifyPassword(clerkUserId, currentPassword));
  if (!isRight)
    throw new Fail('confirmation_required', {
      canUsePassword,
      wasWrong: currentPassword !== undefined,
    });
}
