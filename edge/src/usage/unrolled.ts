import type { MeterName } from './day.ts';

/** How many meters are remembered; beyond that all are looked through instead. */
const MOST = 20_000;

const FIRST: MeterName = { customerId: '', feature: '' };

/**
 * Which meters counted what was not handed over: in memory, so that a call need not write it down. What
 * was counted before the object started is found by one walk over all meters.
 */
export class Unrolled {
  readonly #meters = new Map<string, MeterName>();
  /** The meter after which the walk goes on; null when it is over. */
  #walkedTo: MeterName | null;
  #isNoted: boolean;

  /** `isNoted`: on disk it stands that there is something. Then there is something to find. */
  constructor(isNoted: boolean) {
    this.#isNoted = isNoted;
    this.#walkedTo = isNoted ? FIRST : null;
  }

  /** Remembers a meter. True when it must be noted on disk that there is something. */
  add(meter: MeterName): boolean {
    if (this.#meters.size >= MOST) {
      this.#meters.clear();
      this.#walkedTo = FIRST;
    }
    this.#meters.set(`${meter.customerId} ${meter.feature}`, meter);
    const wasNoted = this.#isNoted;
    this.#isNoted = true;
    return !wasNoted;
  }

  /** Whether something was counted that no batch took. */
  get isNoted(): boolean {
    return this.#isNoted;
  }

  /** How far the walk came; null when it is over. */
  get walkedTo(): MeterName | null {
    return this.#walkedTo;
  }

  /** The meters that are remembered. */
  meters(): MeterName[] {
    return [...this.#meters.values()];
  }

  /** The walk has come so far, or is over. */
  walked(to: MeterName | null): void {
    this.#walkedTo = to;
  }

  /** Forgets meters that were taken. */
  drop(taken: readonly MeterName[]): void {
    for (const { customerId, feature } of taken) this.#meters.delete(`${customerId} ${feature}`);
  }

  /** Nothing stands on disk any more. */
  settled(): void {
    this.#isNoted = false;
  }
}
