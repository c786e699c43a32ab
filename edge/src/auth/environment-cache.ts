import type { EnvironmentRef } from '../deps.ts';
import { type Outcome, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';

/** Nothing older than this admits a call, so a revoked key stops everywhere within it. */
const MAX_AGE_MS = 10_000;
/** From this age on, one call at a time asks anew while the others still use what is known. */
const REFRESH_AGE_MS = 5_000;
const MAX_ENTRIES = 2_000;

type Entry = { askedMs: number; environment: Environment; refreshedMs: number };

/**
 * What this isolate knows of environments. Age counts from the moment of asking, and a failed look-up
 * is not kept: when in doubt, the object is asked again. Values are kept and never promises: one
 * request must not wait for what another one began, for it may be gone before it ends.
 */
export class EnvironmentCache {
  readonly #entries = new Map<string, Entry>();
  readonly #load: (ref: EnvironmentRef) => PromiseLike<Outcome<Environment>>;

  constructor(load: (ref: EnvironmentRef) => PromiseLike<Outcome<Environment>>) {
    this.#load = load;
  }

  /** The environment, at most 10 s old. Throws `Fail`. */
  async get(ref: EnvironmentRef, nowMs: number): Promise<Environment> {
    const name = nameOf(ref);
    const entry = this.#entries.get(name);
    if (entry && nowMs - entry.askedMs < MAX_AGE_MS) {
      const fresh =
        nowMs - entry.askedMs < REFRESH_AGE_MS || nowMs - entry.refreshedMs < REFRESH_AGE_MS;
      if (fresh) return entry.environment;
      entry.refreshedMs = nowMs;
    }
    const outcome = await this.#load(ref);
    if (!outcome.ok) this.#entries.delete(name);
    const environment = unwrap(outcome);
    this.#keep(name, { askedMs: nowMs, environment, refreshedMs: nowMs });
    return environment;
  }

  /** Forgets an environment this isolate just changed. */
  drop(ref: EnvironmentRef): void {
    this.#entries.delete(nameOf(ref));
  }

  #keep(name: string, entry: Entry): void {
    const known = this.#entries.get(name);
    if (known && known.askedMs > entry.askedMs) return;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const eldest = this.#entries.keys().next().value;
    if (this.#entries.size > MAX_ENTRIES && eldest !== undefined) this.#entries.delete(eldest);
  }
}

const nameOf = ({ projectId, mode }: EnvironmentRef): string => `${projectId}:${mode}`;
