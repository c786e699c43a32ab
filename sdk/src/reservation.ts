import { DreamError } from './errors.ts';
import type { Holder, HoldsApi, LocalHold } from './holds.ts';
import { checkUnits, GONE } from './lease.ts';
import type { Usage } from './types.ts';

/** How much to set aside for work whose size is known afterwards. `feature` is "requests" unless told. */
export type ReserveInput = Holder & {
  /** The most that the work can use. */
  amount: number;
  /** The least it can begin with; all of `amount` unless told. */
  atLeast?: number;
  /** How long the work may take, 1 to 60; 60 unless told. Then all units count as used. */
  seconds?: number;
};

/**
 * Units set aside for one piece of work: they are nobody else's, and count when it says how many it
 * used. One that is neither settled nor released in its time counts whole.
 */
export class Reservation {
  readonly allowed = true;
  readonly units: number;
  /** The customer's usage when the units were set aside. */
  readonly usage: Usage;
  readonly #holds: HoldsApi;
  readonly #hold: LocalHold;
  readonly #onSettle: () => void;
  #settling: { used: number; answer: Promise<Usage> } | null = null;

  /** For `usage.reserve`. */
  constructor(holds: HoldsApi, hold: LocalHold, usage: Usage, onSettle: () => void) {
    this.#holds = holds;
    this.#hold = hold;
    this.#onSettle = onSettle;
    this.units = hold.units;
    this.usage = usage;
  }

  /** How long there is yet to settle; 0 when it is too late. */
  get expiresInMs(): number {
    return this.#hold.endsInMs;
  }

  /**
   * Counts what was used, from 0 to `units`, and gives the rest back. Safe to repeat. Throws
   * `DreamError`: `hold_expired` when it is too late, `hold_settled` after another number.
   */
  settle(used: number): Promise<Usage> {
    if (used !== 0) checkUnits(used, 'used');
    if (used > this.units)
      throw new TypeError(`used must be at most ${this.units}, which is what was set aside.`);
    if (this.#settling?.used === used) return this.#settling.answer;
    const answer = this.#holds.settle(this.#hold.id, used);
    const settling = { used, answer };
    this.#settling ??= settling;
    // What failed may be said again; what was said, or is too late to say, needs no closing.
    answer.then(this.#onSettle, (error: unknown) => {
      if (this.#settling === settling) this.#settling = null;
      if (error instanceof DreamError && GONE.has(error.code)) this.#onSettle();
    });
    return answer;
  }

  /** Gives all of it back: nothing was used. */
  release(): Promise<Usage> {
    return this.settle(0);
  }

  /** Releases it if nothing was said about it. */
  async close(): Promise<void> {
    await (this.#settling?.answer ?? this.release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
