import { shardOf } from '../customers/customer-id.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';

/** Throws `session_ended` unless the session of an access token still lives. */
export async function aliveSession(
  deps: Deps,
  { ref, customerId, sessionId }: { ref: EnvironmentRef; customerId: string; sessionId: string },
): Promise<void> {
  const shard = shardOf(customerId);
  if (shard === null) throw new Fail('token_invalid');
  if (!(await deps.shard(ref, shard).sessions().isAlive(sessionId, customerId, deps.nowMs())))
    throw new Fail('session_ended');
}
