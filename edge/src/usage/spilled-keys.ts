/** The room for keys of an hour at first; it doubles when half of it is taken. */
const FIRST_SLOTS = 64;

/**
 * Which keys of a customer may be on disk, by the hour they were written in: an answer "no" is sure,
 * and a "maybe" is right but for one key in thousands. A key takes 8 to 16 bytes.
 */
export class SpilledKeys {
  readonly #hours = new Map<number, HashSet>();

  /** How many keys are known. */
  get size(): number {
    return this.#sum((hashes) => hashes.size);
  }

  /** What they take in memory. */
  get bytes(): number {
    return this.#sum((hashes) => hashes.bytes);
  }

  /** The oldest hour there are keys of; null when there are none. */
  get oldestHour(): number | null {
    return this.#hours.size === 0 ? null : Math.min(...this.#hours.keys());
  }

  add(hour: number, keys: readonly string[]): void {
    const hashes = this.#hours.get(hour) ?? new HashSet();
    this.#hours.set(hour, hashes);
    for (const key of keys) hashes.add(hashOf(key));
  }

  mayHave(key: string): boolean {
    if (this.#hours.size === 0) return false;
    const hash = hashOf(key);
    for (const hashes of this.#hours.values()) if (hashes.has(hash)) return true;
    return false;
  }

  /** Forgets the hours before one. */
  forgetBefore(hour: number): void {
    for (const known of this.#hours.keys()) if (known < hour) this.#hours.delete(known);
  }

  #sum(of: (hashes: HashSet) => number): number {
    let sum = 0;
    for (const hashes of this.#hours.values()) sum += of(hashes);
    return sum;
  }
}

/** A set of numbers from 1 to 2³²−1, in an array at most half full. */
class HashSet {
  #slots = new Uint32Array(FIRST_SLOTS);
  size = 0;

  get bytes(): number {
    return this.#slots.byteLength;
  }

  has(hash: number): boolean {
    return this.#slots[this.#slotOf(hash)] === hash;
  }

  add(hash: number): void {
    const slot = this.#slotOf(hash);
    if (this.#slots[slot] === hash) return;
    this.#slots[slot] = hash;
    this.size += 1;
    if (this.size * 2 <= this.#slots.length) return;
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (const kept of before) if (kept !== 0) this.#slots[this.#slotOf(kept)] = kept;
  }

  /** Where a hash is, or the free slot where it would be. */
  #slotOf(hash: number): number {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== hash) slot = (slot + 1) & last;
    return slot;
  }
}

/** FNV-1a, mixed once more so that keys that differ in their last letters spread; never 0. */
function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < key.length; at++)
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  return (hash ^ (hash >>> 13)) >>> 0 || 1;
}
