import type { ShownCatalog } from './shop-window.ts';

/** For how long pages may be shown stock as it was: a sale of much at once reads it once a second. */
const MAX_AGE_MS = 1000;

/**
 * The catalogue as it was read last, for all isolates that ask in the same second. What developers
 * change makes it be read again at once; what is sold meanwhile shows a second later.
 */
export class LastShown {
  #readMs = 0;
  #catalog: ShownCatalog | null = null;

  /** The catalogue, at most a second old. */
  get(nowMs: number, read: () => ShownCatalog): ShownCatalog {
    const ageMs = nowMs - this.#readMs;
    if (this.#catalog && ageMs >= 0 && ageMs < MAX_AGE_MS) return this.#catalog;
    this.#catalog = read();
    this.#readMs = nowMs;
    return this.#catalog;
  }

  forget(): void {
    this.#catalog = null;
  }
}
