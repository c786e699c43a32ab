import type { Customer, Session } from '@dream/contract';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { base32 } from '../auth/base32.ts';
import { publishableKey } from '../auth/keys.ts';
import { shardOf } from '../customers/customer-id.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { readUsage } from '../usage/meter.client.ts';
import { signAccessToken } from './access-token.ts';
import { refreshToken } from './refresh-token.ts';
import type { SessionState } from './sessions.rpc.ts';

const DAY_MS = 86_400_000;

/** When a session that is used now ends, if it is not used again. */
export const expiryOf = (environment: Environment, nowMs: number): number =>
  nowMs + environment.settings.sessionDays * DAY_MS;

/** A new session of a customer, as its page gets it. `device` is the label of what it is begun on. */
export async function mintSession(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customer: Customer,
  device: string | null,
): Promise<Session> {
  const nowMs = deps.nowMs();
  const given = {
    id: deps.newId('ses_'),
    customerId: customer.id,
    salt: base32(deps.random(16)),
    expiresAtMs: expiryOf(environment, nowMs),
    device,
  };
  if (customer.banned) throw new Fail('customer_banned');
  const session = await deps.shard(ref, shardName(customer.id)).sessions().create(given, nowMs);
  const state = unwrap(session);
  await deps.project(ref).activeCustomers().note(customer.id, nowMs);
  return sessionAnswer(deps, ref, environment, customer, state);
}

/** What a page holds of a session: fresh tokens, the customer, and its usage. */
export async function sessionAnswer(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customer: Customer,
  session: SessionState,
): Promise<Session> {
  const shard = shardName(customer.id);
  const claims = {
    publishableKey: publishableKey(ref.projectId, ref.mode),
    customerId: customer.id,
    sessionId: session.id,
    plan: customer.plan,
    mode: ref.mode,
    shard,
  };
  const [access, refresh, usage] = await Promise.all([
    signAccessToken(deps.config, claims, deps.nowMs()),
    refreshToken(deps.config, shard, session, session.generation),
    readUsage(deps, ref, environment, customer.id, DEFAULT_FEATURE),
  ]);
  return { ...access, refreshToken: refresh, customer, usage };
}

function shardName(customerId: string): string {
  const shard = shardOf(customerId);
  if (shard === null) throw new Error(`No customer id: ${customerId}`);
  return shard;
}
