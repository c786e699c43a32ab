/** A change of a running period's count by hand: back to 0, or by so many units, given back below 0. */
export type Adjustment = { kind: 'reset' } | { kind: 'change'; units: number };

/**
 * The count after a change by hand; never below 0. What was billed of the period is not touched by it:
 * it stays billed, and the same units are not billed again when they are used once more.
 */
export const adjustedUnits = (usedUnits: number, change: Adjustment): number =>
  change.kind === 'reset' ? 0 : Math.max(0, usedUnits + change.units);
