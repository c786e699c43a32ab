interface Kept<V> {
  value: V;
  weight: number;
}

/**
 * A map that forgets what was not asked for the longest when all of it weighs more than `maxWeight`.
 * The newest entry stays, whatever it weighs.
 */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, Kept<V>>();
  readonly #maxWeight: number;
  #weight = 0;
  /** The entry that is the newest already: moving it costs more than finding it. */
  #newest: Kept<V> | undefined;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  /** What all entries weigh together. */
  get weight(): number {
    return this.#weight;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** An entry, which is the newest from here on. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry === this.#newest) return entry.value;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#newest = entry;
    return entry.value;
  }

  /** Keeps an entry, or weighs it again. */
  set(key: K, value: V, weight: number): void {
    this.delete(key);
    this.#newest = { value, weight };
    this.#entries.set(key, this.#newest);
    this.#weight += weight;
    for (const eldest of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight || eldest === key) break;
      this.delete(eldest);
    }
  }

  delete(key: K): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
