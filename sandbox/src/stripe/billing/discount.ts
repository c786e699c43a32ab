import { percentMinor } from './amount.ts';

/** What a coupon takes off. Exactly one of the two is set. */
export interface Reduction {
  /** The discount it is known by. */
  id: string;
  percentOff: number | null;
  /** In the currency of what it reduces. */
  amountOffMinor: number | null;
  /** Null for every product. */
  products: readonly string[] | null;
}

/** Something that may cost less; `product` is null for what no coupon names. */
export interface Reducible {
  minor: number;
  product: string | null;
}

/**
 * What each reduction takes off each line, in their order: the second is reckoned on what the first left.
 * Never more than a line costs; credits, which are below zero, are left alone.
 */
export function reduced(
  lines: readonly Reducible[],
  reductions: readonly Reduction[],
): { id: string; offMinor: number[] }[] {
  const left = lines.map(({ minor }) => Math.max(0, minor));
  return reductions.map((reduction) => {
    const open = left.map((minor, index) =>
      isMeant(reduction, lines[index]?.product ?? null) ? minor : 0,
    );
    const offMinor = spread(offOf(reduction, sum(open)), open);
    offMinor.forEach((off, index) => (left[index] = (left[index] ?? 0) - off));
    return { id: reduction.id, offMinor };
  });
}

const isMeant = ({ products }: Reduction, product: string | null): boolean =>
  products === null || (product !== null && products.includes(product));

const offOf = ({ percentOff, amountOffMinor }: Reduction, fromMinor: number): number =>
  percentOff === null
    ? Math.min(fromMinor, amountOffMinor ?? 0)
    : percentMinor(fromMinor, percentOff, 'net');

/** Divides an amount by weights into whole parts that add up to it; the largest remainders are rounded up. */
export function spread(minor: number, weights: readonly number[]): number[] {
  const whole = BigInt(sum(weights));
  if (whole === 0n) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(minor) * BigInt(weight));
  const parts = exact.map((share) => Number(share / whole));
  const missing = minor - sum(parts);
  const byRemainder = exact
    .map((share, index) => ({ index, rest: share % whole }))
    .toSorted((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1));
  for (const { index } of byRemainder.slice(0, missing)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}

const sum = (minors: readonly number[]): number => minors.reduce((total, one) => total + one, 0);
