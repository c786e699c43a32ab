import type { EnvironmentRef } from '../deps.ts';
import { type Outcome, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';

/** Nothing older than this admits a call, so a revoked key stops everywhere within it. */
const MAX_AGE_MS = 10_000;
/** From this age on, one call at a time asks anew while the others still use what is known. */
const REFRESH_AGE_MS = 5_000;
/** How many environments are known at the same time. */
const MAX_ENTRIES = 2_000;

type Entry<T> = { askedMs: number; value: T; refreshedMs: number };

/** How much may be kept, where that is not the same for each: what one weighs, and all together. */
export interface Weights<T> {
  of(value: T): number;
  max: number;
}

/**
 * What this isolate knows of environments, as `load` tells it. Age counts from the moment of asking, and a failed look-up
 * is not kept: when in doubt, the object is asked again. Values are kept and never promises: one
 * request must not wait for what another one began, for it may be gone before it ends.
 */
export class EnvironmentCache<T = Environment> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #load: (ref: EnvironmentRef) => PromiseLike<Outcome<T>>;
  readonly #weights: Weights<T>;
  #weight = 0;

  constructor(
    load: (ref: EnvironmentRef) => PromiseLike<Outcome<T>>,
    weights: Weights<T> = { of: () => 1, max: MAX_ENTRIES },
  ) {
    this.#load = load;
    this.#weights = weights;
  }

  /** What is known of the environment, at most 10 s old. Throws `Fail`. */
  async get(ref: EnvironmentRef, nowMs: number): Promise<T> {
    const name = nameOf(ref);
    const entry = this.#entries.get(name);
    if (entry && nowMs - entry.askedMs < MAX_AGE_MS) {
      const fresh =
        nowMs - entry.askedMs < REFRESH_AGE_MS || nowMs - entry.refreshedMs < REFRESH_AGE_MS;
      if (fresh) return entry.value;
      entry.refreshedMs = nowMs;
    }
    const outcome = await this.#load(ref);
    if (!outcome.ok) this.#forget(name);
    const value = unwrap(outcome);
    this.#keep(name, { askedMs: nowMs, value, refreshedMs: nowMs });
    return value;
  }

  /** Forgets an environment this isolate just changed. */
  drop(ref: EnvironmentRef): void {
    this.#forget(nameOf(ref));
  }

  #forget(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) this.#weight -= this.#weights.of(entry.value);
    this.#entries.delete(name);
  }

  #keep(name: string, entry: Entry<T>): void {
    const known = this.#entries.get(name);
    if (known && known.askedMs > entry.askedMs) return;
    this.#forget(name);
    this.#entries.set(name, entry);
    this.#weight += this.#weights.of(entry.value);
    for (const eldest of this.#entries.keys()) {
      if (this.#weight <= this.#weights.max) break;
      this.#forget(eldest);
    }
  }
}

const nameOf = ({ projectId, mode }: EnvironmentRef): string => `${projectId}:${mode}`;
