import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { askClerk } from './clerk-request.client.ts';
import { unseal } from './seal.ts';

/** Who a sealed token stands for at Clerk. */
export interface ClerkSignIn {
  clerkSessionId: string;
  /** Null where the application is shared by tenants: its users are nobody's. */
  clerkUserId: string | null;
}

/** The Clerk session a sealed token stands for, found by the edge itself. Throws `identity_not_proved`. */
export async function clerkSignInOf(
  deps: Deps,
  ref: EnvironmentRef,
  origin: string,
  sealedToken: string,
): Promise<ClerkSignIn> {
  const token = await unseal(deps.config, ref, origin, sealedToken);
  if (token === null) throw new Fail('identity_not_proved');
  const clerk = await deps.clerk.for(ref);
  const answer = await askClerk(clerk.app, {
    method: 'GET',
    path: '/v1/client',
    search: '?_is_native=1',
    token,
  });
  if (!answer.ok) throw new Fail('identity_not_proved');
  const { response } = (await answer.json()) as { response: ClerkClientState | null };
  const clerkSessionId = response?.last_active_session_id;
  if (!clerkSessionId) throw new Fail('identity_not_proved');
  const isOwn = clerk.ownInstanceId !== null || ref.projectId === PLATFORM_PROJECT;
  const session = response.sessions?.find(({ id }) => id === clerkSessionId);
  return { clerkSessionId, clerkUserId: (isOwn && session?.user?.id) || null };
}

interface ClerkClientState {
  last_active_session_id: string | null;
  sessions?: readonly { id: string; user?: { id?: string } | null }[];
}
