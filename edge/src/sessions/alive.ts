import { shardOf } from '../customers/customer-id.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';

/** Throws `session_ended` unless the session of an access token still lives. */
export async function aliveSession(deps: Deps, session: NamedSession): Promise<void> {
  if (!(await isAlive(deps, session))) throw new Fail('session_ended');
}

/** Whether the session of an access token still lives. */
export async function isAlive(
  deps: Deps,
  { ref, customerId, sessionId }: NamedSession,
): Promise<boolean> {
  const shard = shardOf(customerId);
  if (shard === null) throw new Fail('token_invalid');
  return deps.shard(ref, shard).sessions().isAlive(sessionId, customerId, deps.nowMs());
}

interface NamedSession {
  ref: EnvironmentRef;
  customerId: string;
  sessionId: string;
}
