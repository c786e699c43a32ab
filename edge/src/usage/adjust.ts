/**
 * A change by hand of how a running period stands: the count back to 0, or by so many units, given back
 * below 0; or units granted on top of what the plan allows, taken back below 0.
 */
export type Adjustment =
  | { kind: 'reset' }
  | { kind: 'change'; units: number }
  | { kind: 'grant'; units: number };

/** What a change by hand can change of a meter. */
interface Standing {
  used_units: number;
  granted_units: number;
}

/**
 * How a period stands after a change by hand; nothing goes below 0. What was billed of the period is not
 * touched by it: it stays billed, and the same units are not billed again when they are used once more.
 */
export function adjusted(
  { used_units: usedUnits, granted_units: grantedUnits }: Standing,
  change: Adjustment,
): Standing {
  if (change.kind === 'reset') return { used_units: 0, granted_units: grantedUnits };
  const raised = (units: number) => Math.max(0, units + change.units);
  return change.kind === 'grant'
    ? { used_units: usedUnits, granted_units: raised(grantedUnits) }
    : { used_units: raised(usedUnits), granted_units: grantedUnits };
}
