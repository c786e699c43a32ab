/**
 * How events reach their endpoints: in order; in another order; each twice; only when released; or
 * half of them never. Providers promise none of these away.
 */
export const DELIVERY_MODES = ['ordered', 'shuffled', 'duplicated', 'delayed', 'dropped'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** A mode, and the seed that decides what becomes of each delivery. */
export interface DeliveryPlan {
  mode: DeliveryMode;
  seed: number;
}

/** What becomes of a delivery: sent now, sent after those that came with it, both, kept, or lost. */
export type Fate = 'now' | 'later' | 'twice' | 'held' | 'dropped';

/** What a plan makes of the delivery with that number. */
export function fateOf({ mode, seed }: DeliveryPlan, sequence: number): Fate {
  switch (mode) {
    case 'ordered':
      return 'now';
    case 'shuffled':
      return 'later';
    case 'duplicated':
      return 'twice';
    case 'delayed':
      return 'held';
    case 'dropped':
      return rank(seed, sequence) < 0.5 ? 'dropped' : 'now';
  }
}

/** A number from 0 to 1 that seed and sequence decide; it looks like chance. Source: splitmix32. */
export function rank(seed: number, sequence: number): number {
  let state = (seed + Math.imul(sequence, 0x9e3779b9)) | 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
