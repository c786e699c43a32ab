import type { CreditEntry, CreditSource, TierCredits } from '@dream/contract';
import type { CountingPeriod, PeriodBounds } from '../usage/period.ts';

/** Credits with one source and one end. Those of the plan end with its period, and not before. */
export interface Grant {
  id: string;
  source: CreditSource;
  units: number;
  usedUnits: number;
  /** Expired, or taken back. */
  goneUnits: number;
  startsMs: number;
  expiresMs: number | null;
}

/** A change of the balance that is to be written down. */
export interface Change {
  kind: Exclude<CreditEntry['kind'], 'use' | 'opening'>;
  units: number;
  atMs: number;
  grantId: string;
}

/** A customer's credits. `period` is the one its allowance is of, null while there was none yet. */
export interface Account {
  period: PeriodBounds | null;
  grants: readonly Grant[];
}

/** What a plan gives; null for nothing. */
export type Terms = Pick<TierCredits, 'allowanceUnits' | 'rollOverCapUnits'> | null;

/** The period that follows one, or goes on, at an instant. */
export type PeriodAt = (running: PeriodBounds | null, atMs: number) => CountingPeriod;

/** The ids of the grants that come with the plan: a customer has one of each. */
export const ALLOWANCE = 'allowance';
export const ROLL_OVER = 'roll_over';

/** More periods than can differ: a roll-over that grows is at its cap long before. */
const MOST_PERIODS = 1000;

/** What is left of a grant. A lowered allowance may be below what was used of it: then nothing is. */
export const leftUnits = ({ units, usedUnits, goneUnits }: Grant): number =>
  Math.max(0, units - usedUnits - goneUnits);

/** What is left of all of them. */
export const balanceOf = (grants: readonly Grant[]): number =>
  grants.reduce((sum, grant) => sum + leftUnits(grant), 0);

/** The order in which grants are drawn: what ends first, then what began first. */
export const inDrawingOrder = <G extends Grant>(grants: readonly G[]): G[] =>
  grants.toSorted(
    (one, other) =>
      (one.expiresMs ?? Infinity) - (other.expiresMs ?? Infinity) || byAge(one, other),
  );

// Two that never end differ by no number, which counts as equal.
const byAge = (one: Grant, other: Grant): number =>
  Number(other.id === ROLL_OVER) - Number(one.id === ROLL_OVER) ||
  one.startsMs - other.startsMs ||
  (one.id < other.id ? -1 : 1);

/** Takes units in drawing order, as far as there are any: `drawn` says how many. */
export function draw<G extends Grant>(
  grants: readonly G[],
  units: number,
): { grants: readonly G[]; drawnUnits: number } {
  let open = units;
  const drawn = new Map<string, G>();
  for (const grant of inDrawingOrder(grants)) {
    const taken = Math.min(open, leftUnits(grant));
    if (taken === 0) continue;
    drawn.set(grant.id, { ...grant, usedUnits: grant.usedUnits + taken });
    open -= taken;
  }
  return {
    grants: grants.map((grant) => drawn.get(grant.id) ?? grant),
    drawnUnits: units - open,
  };
}

/** Takes back what is left of a grant. */
export function revoke(grant: Grant, atMs: number): { grant: Grant; change: Change | null } {
  return end(grant, 'revoke', atMs);
}

/**
 * The account at an instant, with what became of it since it was last looked at, whenever that was:
 * grants that are over expire; with each period that is over what is left of the plan's credits ends,
 * up to the cap it is rolled over, and a new allowance begins. In the running period the allowance is
 * what the plan says now, less what was used of it.
 */
export function accountAt(
  { period, grants }: Account,
  terms: Terms,
  periodAt: PeriodAt,
  nowMs: number,
): { account: Account; changes: Change[] } {
  const changes: Change[] = [];
  let running = period;
  let kept = grants.map((grant) => {
    if (isOfPlan(grant) || grant.expiresMs === null || grant.expiresMs > nowMs) return grant;
    const { grant: over, change } = end(grant, 'expire', grant.expiresMs);
    if (change) changes.push(change);
    return over;
  });
  for (let passed = 0; ; passed++) {
    const isLast = running === null || passed === MOST_PERIODS || isSettled(kept, terms);
    const atMs = isLast || !running ? nowMs : Math.min(nowMs, running.endMs);
    const next = periodAt(running, atMs);
    if (next.startsAnew) {
      const endedMs = running ? Math.min(nowMs, running.endMs) : nowMs;
      kept = nextPeriod(kept, terms, next, endedMs, changes);
    } else kept = samePeriod(kept, terms, next, nowMs, changes);
    running = { startMs: next.startMs, endMs: next.endMs };
    if (!next.startsAnew || atMs >= nowMs) break;
  }
  return { account: { period: running, grants: kept }, changes };
}

/**
 * The account of somebody who was erased and came back in the same period: what was used of the
 * allowance stays used. One that has no period yet gets its allowance when it is looked at.
 */
export function resumed(
  account: Account,
  usedUnits: number,
  period: PeriodBounds,
  nowMs: number,
): { account: Account; changes: Change[] } {
  const known = account.grants.find(({ id }) => id === ALLOWANCE);
  const isOther = account.period !== null && account.period.endMs !== period.endMs;
  if (isOther || (known?.usedUnits ?? 0) >= usedUnits) return { account, changes: [] };
  const none = { source: 'allowance', units: 0, goneUnits: 0, startsMs: period.startMs } as const;
  const before = known ?? { ...none, id: ALLOWANCE, usedUnits: 0, expiresMs: period.endMs };
  const after = { ...before, usedUnits };
  const units = leftUnits(after) - leftUnits(before);
  return {
    account: {
      period: account.period ?? period,
      grants: [...account.grants.filter((grant) => grant !== known), after],
    },
    changes: units === 0 ? [] : [{ kind: 'allowance', units, atMs: nowMs, grantId: ALLOWANCE }],
  };
}

const isOfPlan = ({ source }: Grant): boolean => source === 'allowance' || source === 'roll_over';

/** Whether a period in which nobody uses anything leaves the plan's credits as they are. */
function isSettled(grants: readonly Grant[], terms: Terms): boolean {
  const allowance = grants.find(({ id }) => id === ALLOWANCE);
  const allowanceUnits = terms?.allowanceUnits ?? 0;
  if ((allowance?.usedUnits ?? 0) > 0 || (allowance?.units ?? 0) !== allowanceUnits) return false;
  const rolled = grants.find(({ id }) => id === ROLL_OVER);
  const rolledUnits = rolled ? leftUnits(rolled) : 0;
  return rolledUnits === Math.min(terms?.rollOverCapUnits ?? 0, rolledUnits + allowanceUnits);
}

/** Ends the plan's credits, and begins those of the next period. */
function nextPeriod(
  grants: readonly Grant[],
  terms: Terms,
  { startMs, endMs }: PeriodBounds,
  endedMs: number,
  changes: Change[],
): Grant[] {
  const ended = inDrawingOrder(grants.filter(isOfPlan));
  for (const grant of ended) {
    const { change } = end(grant, 'expire', endedMs);
    if (change) changes.push(change);
  }
  const begin = (id: typeof ALLOWANCE | typeof ROLL_OVER, units: number): Grant[] => {
    if (units > 0) changes.push({ kind: id, units, atMs: endedMs, grantId: id });
    const grant = { id, source: id, units, usedUnits: 0, goneUnits: 0 };
    return [{ ...grant, startsMs: startMs, expiresMs: endMs }];
  };
  const rolledUnits = Math.min(balanceOf(ended), terms?.rollOverCapUnits ?? 0);
  return [
    ...grants.filter((grant) => !isOfPlan(grant)),
    ...begin(ROLL_OVER, rolledUnits),
    ...begin(ALLOWANCE, terms?.allowanceUnits ?? 0),
  ];
}

/** Goes on in a period: its end may move, and the plan may give more or less than it did. */
function samePeriod(
  grants: readonly Grant[],
  terms: Terms,
  { endMs }: PeriodBounds,
  nowMs: number,
  changes: Change[],
): Grant[] {
  return grants.map((grant) => {
    if (!isOfPlan(grant)) return grant;
    const units = grant.id === ALLOWANCE ? (terms?.allowanceUnits ?? 0) : grant.units;
    if (units === grant.units && endMs === grant.expiresMs) return grant;
    const changed = { ...grant, units, expiresMs: endMs };
    const more = leftUnits(changed) - leftUnits(grant);
    if (more !== 0)
      changes.push({ kind: 'allowance', units: more, atMs: nowMs, grantId: grant.id });
    return changed;
  });
}

function end(
  grant: Grant,
  kind: 'expire' | 'revoke',
  atMs: number,
): { grant: Grant; change: Change | null } {
  const units = leftUnits(grant);
  if (units === 0) return { grant, change: null };
  return {
    grant: { ...grant, goneUnits: grant.goneUnits + units },
    change: { kind, units: -units, atMs, grantId: grant.id },
  };
}
