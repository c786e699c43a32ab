import { ExternalId } from '@dream/contract/customers';
import * as v from 'valibot';
import type { Deps, EnvironmentRef } from '../deps.ts';
import type { Call } from '../http/call.ts';
import { environmentPrincipal } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { placeOf } from '../projects/managed.ts';
import { verifyAccessToken } from '../sessions/access-token.ts';
import { aliveSession } from '../sessions/alive.ts';
import { parseKey } from '../auth/keys.ts';
import { customerWithOwnId } from './arrival.job.ts';
import { shardOf } from './customer-id.ts';

/** The customer a call is about. `externalId` is set when it was found by the developer's own id. */
export interface CalledCustomer {
  ref: EnvironmentRef;
  environment: Environment;
  customerId: string;
  externalId: string | null;
}

/**
 * Own ids and the customers they name. One names another only after its customer was erased, which
 * the shard says, or claimed by the owner of its e-mail, which raises the environment's version.
 */
const known = new Map<string, { customerId: string; version: number }>();
const MOST_KNOWN = 50_000;

const nameOf = (ref: EnvironmentRef, id: string): string => `${ref.projectId}:${ref.mode}:${id}`;

/** Forgets an own id whose customer turned out to be erased. */
export function forgetExternalId(ref: EnvironmentRef, externalId: string): void {
  known.delete(nameOf(ref, externalId));
}

/**
 * The customer of a session, or the one a secret key names by X-User-Id (a cust_… id, or the
 * developer's own id, which makes a customer at first use) or X-User-Token; on a management route the
 * one its path names. Throws `Fail`.
 */
export async function customerOf(
  call: Pick<Call<unknown, unknown>, 'c' | 'deps' | 'param' | 'principal' | 'nowMs'>,
): Promise<CalledCustomer> {
  const { kind } = call.principal;
  if (kind === 'operator' || kind === 'developer') return customerInPath(call);
  const principal = environmentPrincipal(call.principal);
  const { ref, environment } = principal;
  if (principal.kind === 'session') {
    call.c.set('customerId', principal.customerId);
    await aliveSession(call.deps, principal);
    return { ref, environment, customerId: principal.customerId, externalId: null };
  }
  const id = userIdOf(call.c.req.header('x-user-id'), call.c.req.header('x-user-id-encoding'));
  const token = call.c.req.header('x-user-token');
  const byToken =
    token === undefined ? null : await customerOfToken(call.deps, ref, token, call.nowMs);
  if (id === null) {
    if (byToken === null) throw new Fail('user_id_required');
    call.c.set('customerId', byToken);
    return { ref, environment, customerId: byToken, externalId: null };
  }
  const customerId = await customerOfId(call.deps, ref, environment.version, id, call.nowMs);
  call.c.set('customerId', customerId);
  if (byToken !== null && byToken !== customerId) throw new Fail('user_mismatch');
  return { ref, environment, customerId, externalId: id.startsWith('cust_') ? null : id };
}

/** An id this isolate remembers may be of a customer erased since: it is looked up once more. */
export async function withCustomer<A extends { kind: string }>(
  call: Parameters<typeof customerOf>[0],
  ask: (customer: CalledCustomer) => Promise<A>,
): Promise<A> {
  const customer = await customerOf(call);
  const answer = await ask(customer);
  if (answer.kind !== 'erased' || customer.externalId === null) return answer;
  forgetExternalId(customer.ref, customer.externalId);
  return ask(await customerOf(call));
}

/** The customer a path names by either id, of the environment of a key or of the path. */
export async function customerInPath(
  call: Pick<Call<unknown, unknown>, 'deps' | 'param' | 'principal' | 'nowMs'>,
): Promise<CalledCustomer> {
  const { ref, environment } = await placeOf(call);
  const found = await call.deps.project(ref).customers().get(call.param('id'), call.nowMs);
  return { ref, environment, customerId: unwrap(found).id, externalId: null };
}

/** The id in X-User-Id, decoded if it says so; null when there is none. */
function userIdOf(header: string | undefined, encoding: string | undefined): string | null {
  if (header === undefined) return null;
  return encoding === 'percent' ? decoded(header) : header;
}

function checkId(id: string): void {
  const read = v.safeParse(ExternalId, id);
  if (!read.success) throw new Fail('user_id_invalid', { reason: read.issues[0].message });
}

/** The customer an id names: a cust_… id, or the developer's own, which makes one at first use. */
export const customerNamed = (
  deps: Deps,
  { ref, environment }: Pick<CalledCustomer, 'ref' | 'environment'>,
  id: string,
  nowMs: number,
): Promise<string> => customerOfId(deps, ref, environment.version, id, nowMs);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Fail('user_id_invalid');
  }
}

async function customerOfId(
  deps: Deps,
  ref: EnvironmentRef,
  version: number,
  id: string,
  nowMs: number,
): Promise<string> {
  if (id.startsWith('cust_')) {
    if (shardOf(id) === null) throw new Fail('customer_not_found');
    return id;
  }
  const remembered = known.get(nameOf(ref, id));
  if (remembered?.version === version) return remembered.customerId;
  checkId(id);
  const customer = await customerWithOwnId(deps, ref, id, undefined, nowMs);
  const eldest = known.keys().next().value;
  if (known.size >= MOST_KNOWN && eldest !== undefined) known.delete(eldest);
  known.set(nameOf(ref, id), { customerId: customer.id, version });
  return customer.id;
}

async function customerOfToken(
  deps: Deps,
  ref: EnvironmentRef,
  token: string,
  nowMs: number,
): Promise<string> {
  const claims = await verifyAccessToken(deps.config, token, nowMs);
  const key = parseKey(claims.publishableKey);
  if (key?.projectId !== ref.projectId || key.mode !== ref.mode) throw new Fail('token_invalid');
  await aliveSession(deps, {
    ref,
    customerId: claims.customerId,
    sessionId: claims.sessionId,
  });
  return claims.customerId;
}
