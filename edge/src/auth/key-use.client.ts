import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { BoundedMap } from '../storage/bounded-map.ts';
import { KEY_USE_MS } from './keys.ts';
import type { Principal } from './principal.ts';

/** When the use of a key was last noted from here. */
const noted = new BoundedMap<string, number>(10_000);

/** Notes that a key is in use, at most once an hour, off the path of the call. A note may be lost. */
export function noteKeyUse(c: Context, deps: Deps, principal: Principal, nowMs: number): void {
  if (principal.kind !== 'sk') return;
  const { ref, keyId } = principal;
  if (nowMs - (noted.get(keyId) ?? -KEY_USE_MS) < KEY_USE_MS) return;
  noted.set(keyId, nowMs, 1);
  const note = async () => deps.project(ref).access().useKey(keyId, nowMs);
  c.executionCtx.waitUntil(note().catch(() => noted.delete(keyId)));
}
