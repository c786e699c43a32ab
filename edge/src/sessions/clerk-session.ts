import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { askClerk } from './clerk-request.client.ts';
import { unseal } from './seal.ts';

/** The Clerk session a sealed token stands for, found by the edge itself. Throws `identity_not_proved`. */
export async function clerkSessionOf(
  deps: Deps,
  ref: EnvironmentRef,
  origin: string,
  sealedToken: string,
): Promise<string> {
  const token = await unseal(deps.config, ref, origin, sealedToken);
  if (token === null) throw new Fail('identity_not_proved');
  const answer = await askClerk((await deps.clerk.for(ref)).app, {
    method: 'GET',
    path: '/v1/client',
    search: '?_is_native=1',
    token,
  });
  if (!answer.ok) throw new Fail('identity_not_proved');
  const { response } = (await answer.json()) as {
    response: { last_active_session_id: string | null } | null;
  };
  if (!response?.last_active_session_id) throw new Fail('identity_not_proved');
  return response.last_active_session_id;
}
