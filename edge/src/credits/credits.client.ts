import { shardOf } from '../customers/customer-id.ts';
import type { CalledCustomer } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { ask } from '../usage/meter.client.ts';

type Shard = ReturnType<Deps['shard']>;
type Query = { customerId: string; rulesVersion: number; nowMs: number };

/** Asks the customer's shard of its credits, and again with what it needs to know. */
export function askShard<A extends { kind: string }>(
  { deps, nowMs }: { deps: Deps; nowMs: number },
  { ref, environment, customerId }: Omit<CalledCustomer, 'externalId'>,
  how: (shard: Shard, query: Query) => PromiseLike<A>,
) {
  const shard = deps.shard(ref, shardOf(customerId) ?? '');
  const query = { customerId, rulesVersion: environment.version, nowMs };
  const asking = (more: object) => how(shard, { ...query, ...more });
  return ask<A>(deps, ref, environment, customerId, nowMs, asking, null);
}
