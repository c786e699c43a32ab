import type { Mode } from '@dream/contract/primitives';
import type { Auth } from '@dream/contract/respond';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { refusalBy, standingNow } from '../platform/standing.ts';
import { isSuspended } from '../projects/suspension.ts';
import { verifyAccessToken } from '../sessions/access-token.ts';
import { BoundedMap } from '../storage/bounded-map.ts';
import {
  equalInConstantTime,
  hashSecret,
  isOurProjectId,
  type ParsedKey,
  parseKey,
  publishableKey,
} from './keys.ts';
import { type Manager, managerOf } from './manager.ts';
import { checkOrigin } from './origin.ts';

/** Who makes a call, and for which environment. */
export type Principal =
  | { kind: 'sk'; ref: EnvironmentRef; environment: Environment; keyId: string }
  | { kind: 'pk'; ref: EnvironmentRef; environment: Environment }
  | {
      kind: 'session';
      ref: EnvironmentRef;
      environment: Environment;
      customerId: string;
      sessionId: string;
    }
  | Manager
  | { kind: 'none' };

/** A principal of one environment. */
export type EnvironmentPrincipal = Exclude<Principal, Manager | { kind: 'none' }>;

/** Whether who calls is the seller: a server by its key, or whoever manages the project. */
export const isSeller = ({ kind }: Principal): boolean =>
  kind === 'sk' || kind === 'operator' || kind === 'developer';

/** Finds out who calls, by one of the ways `allowed`. Throws the `Fail` that says what is missing. */
export async function authenticate(
  deps: Deps,
  request: Request,
  allowed: readonly Auth[],
  nowMs: number,
): Promise<Principal> {
  if (allowed.includes('none')) return { kind: 'none' };
  const bearer = bearerOf(request);
  const isKey = bearer === null || /^[sp]k_/.test(bearer);
  if (allowed.includes('operator') && !(isKey && allowed.includes('sk'))) {
    const manager = await managerOf(deps, request, bearer, nowMs);
    if (!allowed.includes(manager.kind)) throw new Fail('operator_required');
    return manager;
  }
  const credential = bearer ?? new URL(request.url).searchParams.get('pk');
  if (!credential)
    throw new Fail(
      allowed.includes('session') && !allowed.includes('user')
        ? 'session_required'
        : 'key_required',
    );
  const principal = credential.startsWith('ey')
    ? await bySession(deps, request, credential, nowMs).catch((error: unknown) => {
        // Where no token opens anything, what is wrong with one is beside the point.
        const isBeside = error instanceof Fail && !allowed.includes('session');
        throw isBeside ? new Fail(keyMissing(allowed)) : error;
      })
    : await byKey(deps, credential, nowMs);
  checkKind(principal, allowed);
  checkMode(request, principal.ref.mode);
  if (principal.kind !== 'sk') checkOrigin(request, principal.environment);
  return principal;
}

const keyMissing = (allowed: readonly Auth[]) =>
  allowed.includes('pk') ? 'key_required' : 'secret_key_required';

/** The bearer credential of a request, or null. */
function bearerOf(request: Request): string | null {
  return /^Bearer ([^\s]{1,4000})$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

type CheckedKey = Pick<Extract<Principal, { kind: 'sk' }>, 'ref' | 'environment'> & {
  known: Environment['keys'][number];
};
/**
 * Secret keys that were checked, as they were sent: reading and hashing one costs more than the rest of
 * a call. Each is good while its environment is the very one it was checked against, 10 s at most.
 */
const checkedKeys = new BoundedMap<string, CheckedKey>(2_000);

async function byKey(deps: Deps, key: string, nowMs: number): Promise<EnvironmentPrincipal> {
  const checked = checkedKeys.get(key);
  if (checked && checked.environment === (await deps.environments.get(checked.ref, nowMs)))
    return standing(checked, nowMs);
  const parsed = parseKey(key);
  if (!parsed) throw new Fail('key_invalid');
  const environment = await environmentOf(deps, parsed, nowMs);
  const ref = { projectId: parsed.projectId, mode: parsed.mode };
  if (parsed.kind === 'pk') return { kind: 'pk', ref, environment };
  const hash = await hashSecret(key);
  const known = environment.keys.find((candidate) => equalInConstantTime(candidate.hash, hash));
  if (!known) throw new Fail('key_invalid');
  checkedKeys.set(key, { ref, environment, known }, 1);
  return standing({ ref, environment, known }, nowMs);
}

/** Who calls with a key that is known; throws when it is known to be over. */
function standing({ ref, environment, known }: CheckedKey, nowMs: number): EnvironmentPrincipal {
  if (known.revoked || (known.expiresAtMs !== null && known.expiresAtMs <= nowMs))
    throw new Fail('key_revoked');
  return { kind: 'sk', ref, environment, keyId: known.id };
}

async function bySession(
  deps: Deps,
  request: Request,
  token: string,
  nowMs: number,
): Promise<EnvironmentPrincipal> {
  const claims = await verifyAccessToken(deps.config, token, nowMs);
  const key = parseKey(claims.publishableKey);
  if (!key) throw new Fail('token_invalid');
  const given = new URL(request.url).searchParams.get('pk');
  if (given !== null && given !== claims.publishableKey) throw new Fail('token_invalid');
  const environment = await environmentOf(deps, key, nowMs);
  return {
    kind: 'session',
    ref: { projectId: key.projectId, mode: key.mode },
    environment,
    customerId: claims.customerId,
    sessionId: claims.sessionId,
  };
}

/**
 * The environment a key names, when it is open to keys and sessions: not suspended, and its developer's
 * plan not ended. A made-up project id is refused before any object is addressed.
 */
export async function environmentOf(
  deps: Deps,
  key: Pick<ParsedKey, 'projectId' | 'mode'>,
  nowMs: number,
): Promise<Environment> {
  if (!(await isOurProjectId(key.projectId, deps.tagKey))) throw new Fail('key_invalid');
  const environment = await deps.environments.get(key, nowMs);
  checkOpen(deps, environment, nowMs);
  return environment;
}

/** Refuses an environment that is suspended, or whose developer's plan has ended. */
export function checkOpen({ config }: Deps, environment: Environment, nowMs: number): void {
  if (isSuspended(environment)) throw new Fail('project_suspended');
  const refusal = refusalBy(standingNow(config, environment.standee, nowMs), environment.mode);
  if (refusal) throw new Fail(refusal);
}

function checkKind(principal: EnvironmentPrincipal, allowed: readonly Auth[]): void {
  const ways: Record<EnvironmentPrincipal['kind'], readonly Auth[]> = {
    sk: ['sk', 'user'],
    pk: ['pk'],
    session: ['session'],
  };
  if (ways[principal.kind].some((way) => allowed.includes(way))) return;
  if (allowed.includes('session')) throw new Fail('session_required');
  if (allowed.includes('pk'))
    throw new Fail('key_required', {
      publishableKey: publishableKey(principal.ref.projectId, principal.ref.mode),
    });
  throw new Fail('secret_key_required');
}

function checkMode(request: Request, mode: Mode): void {
  const wanted = request.headers.get('x-env');
  if (wanted !== null && wanted !== mode) throw new Fail('mode_mismatch', { mode });
}
