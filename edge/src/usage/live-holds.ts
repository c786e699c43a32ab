import type { MeterName } from './day.ts';

/** What ended long ago is looked for this often. */
const FORGET_EVERY_MS = 3_600_000;

const nameOf = ({ customerId, feature }: MeterName): string => `${customerId} ${feature}`;

/**
 * Which meters may have units in holds: in memory, so that a call of any other costs nothing more.
 * One too many does no harm, so only what was committed takes one out.
 */
export class LiveHolds {
  #meters = new Set<string>();
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #forgotMs = 0;

  /** Takes what stands on disk: the meters with holds, and when the first of these expires. */
  reset(meters: readonly MeterName[], firstExpiryMs: number | null): void {
    this.#meters = new Set(meters.map(nameOf));
    this.#wakesAtMs = firstExpiryMs ?? Number.POSITIVE_INFINITY;
  }

  /** Whether there may be holds of a meter. */
  has(meter: MeterName): boolean {
    return this.#meters.size > 0 && this.#meters.has(nameOf(meter));
  }

  /** The features of a customer that may have some. */
  featuresOf(customerId: string): string[] {
    const prefix = `${customerId} `;
    return [...this.#meters]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  /** Remembers a meter, before its hold is written. */
  add(meter: MeterName): void {
    this.#meters.add(nameOf(meter));
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
