import { ERRORS } from '@dream/contract/errors';
import type { Context } from 'hono';
import { keyHint, type ParsedKey, parseKey } from '../auth/keys.ts';
import { environmentOf } from '../auth/principal.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import type { AppEnv } from '../http/call.ts';
import { Fail, goneCode } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { Gathered } from './gathered.ts';
import { factsOf, type Refused } from './refused.ts';

const gathered = new Gathered();

/** Whose call it is, and what opened it. */
type Whose = Pick<Refused, 'credential' | 'keyHint'> & { ref: EnvironmentRef };

/**
 * Notes a call that is refused or failed, when it was made with a key or a session, or when it is said
 * whose it is. Returns at once and never throws: what is noted is written after the answer, together
 * with others, and a note that cannot be written is lost.
 */
export function noteRefused(
  deps: Deps,
  c: Context<AppEnv>,
  fail: Fail,
  customerId = c.get('customerId'),
  whose = whoseIs(c),
): void {
  if (whose === null) return;
  const refused: Refused = {
    requestId: c.get('requestId'),
    atMs: c.get('nowMs'),
    method: c.req.method,
    route: c.req.routePath,
    status: ERRORS[fail.code].status,
    code: fail.code,
    customerId: customerId ?? null,
    credential: whose.credential,
    keyHint: whose.keyHint,
    facts: factsOf(fail.details),
  };
  c.executionCtx.waitUntil(keep(deps, whose.ref, refused));
}

/** Gathers a refusal; whoever came first hands on what has come together. */
async function keep(deps: Deps, ref: EnvironmentRef, refused: Refused): Promise<void> {
  try {
    // Of a key nobody made, or of a project deleted, nothing is kept.
    await environmentOf(deps, ref, refused.atMs);
    const place = `${ref.projectId}:${ref.mode}`;
    if (!gathered.add(place, refused, deps.nowMs())) return;
    await scheduler.wait(deps.gatherRefusalsMs);
    await deps.refused(ref).add(gathered.take(place), deps.nowMs());
  } catch (error) {
    if (error instanceof Fail || goneCode(error) !== null) return;
    log('error', { event: 'refusals.lost', ...ref, error: String(error) });
  }
}

/** Whose call it is: by who was let in, else by the key that was sent. Managers' calls are nobody's. */
function whoseIs(c: Context<AppEnv>): Whose | null {
  const principal = c.get('principal');
  if (principal?.kind === 'operator' || principal?.kind === 'developer') return null;
  if (principal?.kind === 'session')
    return { ref: principal.ref, credential: 'session', keyHint: null };
  const sent = sentKey(c);
  if (sent === null) return null;
  const { projectId, mode, kind } = sent.parsed;
  return {
    ref: { projectId, mode },
    credential: kind === 'sk' ? 'secret_key' : 'publishable_key',
    keyHint: keyHint(sent.key),
  };
}

/** The key of a call: in its header, its query or its path. */
function sentKey(c: Context<AppEnv>): { key: string; parsed: ParsedKey } | null {
  const bearer = c.req.header('authorization')?.replace(/^bearer /i, '');
  for (const key of [bearer, c.req.query('pk'), c.req.param('pk')]) {
    const parsed = key === undefined ? null : parseKey(key);
    if (key !== undefined && parsed) return { key, parsed };
  }
  return null;
}
