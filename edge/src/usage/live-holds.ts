import type { MeterName } from './day.ts';

/** What ended long ago is looked for this often. */
const FORGET_EVERY_MS = 3_600_000;

// Nearly every customer has none: saying so must not make a list.
const NONE: readonly string[] = [];

/**
 * Which meters may have units in holds: in memory, so that a call of any other costs nothing more.
 * One too many does no harm, so only what was committed takes one out.
 */
export class LiveHolds {
  #features = new Map<string, Set<string>>();
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #forgotMs = 0;

  /** Takes what stands on disk: the meters with holds, and when the first of these expires. */
  reset(meters: readonly MeterName[], firstExpiryMs: number | null): void {
    this.#features.clear();
    for (const meter of meters) this.add(meter);
    this.#wakesAtMs = firstExpiryMs ?? Number.POSITIVE_INFINITY;
  }

  /** Whether there may be holds of a meter. */
  has({ customerId, feature }: MeterName): boolean {
    return this.#features.get(customerId)?.has(feature) ?? false;
  }

  /** The features of a customer that may have some. */
  featuresOf(customerId: string): readonly string[] {
    const features = this.#features.get(customerId);
    return features ? [...features] : NONE;
  }

  /** Remembers a meter, before its hold is written. */
  add({ customerId, feature }: MeterName): void {
    const known = this.#features.get(customerId);
    if (known) known.add(feature);
    else this.#features.set(customerId, new Set([feature]));
  }

  /** A hold was granted. True when the object would wake too late for it. */
  expiresFirst(expiresMs: number): boolean {
    if (expiresMs >= this.#wakesAtMs) return false;
    this.#wakesAtMs = expiresMs;
    return true;
  }

  /** Whether it is an hour since what ended long ago was forgotten; counts from now on then. */
  isTimeToForget(nowMs: number): boolean {
    if (nowMs - this.#forgotMs < FORGET_EVERY_MS) return false;
    this.#forgotMs = nowMs;
    return true;
  }
}
