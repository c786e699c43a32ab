import type { EnvironmentRef } from '../deps.ts';
import { type Outcome, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';

/** Nothing older than this admits a call, so a revoked key stops everywhere within it. */
export const MAX_AGE_MS = 10_000;
const MAX_ENTRIES = 2_000;

type Entry = { askedMs: number; environment: Promise<Environment> };

/**
 * What this isolate knows of environments. Age counts from the moment of asking, and a failed look-up
 * is not kept: when in doubt, the object is asked again.
 */
export class EnvironmentCache {
  readonly #entries = new Map<string, Entry>();
  readonly #load: (ref: EnvironmentRef) => Promise<Outcome<Environment>>;

  constructor(load: (ref: EnvironmentRef) => PromiseLike<Outcome<Environment>>) {
    this.#load = async (ref) => load(ref);
  }

  /** The environment, at most 10 s old, or `maxAgeMs` if that is less. Throws `Fail`. */
  get(ref: EnvironmentRef, nowMs: number, maxAgeMs = MAX_AGE_MS): Promise<Environment> {
    const name = `${ref.projectId}:${ref.mode}`;
    const entry = this.#entries.get(name);
    if (entry && nowMs - entry.askedMs < maxAgeMs) return entry.environment;
    const environment = this.#load(ref).then(unwrap);
    this.#entries.delete(name);
    this.#entries.set(name, { askedMs: nowMs, environment });
    environment.catch(() => this.#entries.delete(name));
    const eldest = this.#entries.keys().next().value;
    if (this.#entries.size > MAX_ENTRIES && eldest !== undefined) this.#entries.delete(eldest);
    return environment;
  }

  /** Forgets an environment this isolate just changed. */
  drop(ref: EnvironmentRef): void {
    this.#entries.delete(`${ref.projectId}:${ref.mode}`);
  }
}
