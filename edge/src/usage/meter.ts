import type { Usage, WouldRefuse } from '@dream/contract';
import { type DayCount, NO_DAY } from './day.ts';
import { type Entitlement, notIncluded } from './entitlement.ts';
import type { Refused } from './hold.ts';
import type { Decision } from './limit.ts';
import { countingPeriod, periodLabels } from './period.ts';

/** A count of one feature. The window columns hold this feature's share of the rate window. */
export type MeterRow = DayCount & {
  used_units: number;
  period_start_ms: number;
  period_end_ms: number;
  window_start_ms: number;
  window_calls: number;
  /** What webhooks were told of it in this period, as bits. */
  told: number;
  /** Of the used units, those to be billed as overage, and of these, those in a report. */
  over_units: number;
  handed_units: number;
  /** The newest first answers of keyed calls, as `answer-log.ts` has them. */
  answers: string;
  /** Granted for this period, on top of what the plan allows. */
  granted_units: number;
};

/** A meter in the period of now; `over` is the one it was in, where that is over. */
export interface RunningMeter {
  row: MeterRow;
  over: MeterRow | null;
}

/** The meter of a feature in the period of now, started anew when the one before is over. */
export function runningMeter(known: Entitlement, row: MeterRow | undefined): RunningMeter {
  const running = row ? { startMs: row.period_start_ms, endMs: row.period_end_ms } : null;
  const period = countingPeriod(running, known.rules, known.subscription, known.timeMs);
  const before = period.startsAnew ? null : row;
  const now: MeterRow = {
    used_units: before?.used_units ?? 0,
    over_units: before?.over_units ?? 0,
    handed_units: before?.handed_units ?? 0,
    period_start_ms: period.startMs,
    period_end_ms: period.endMs,
    window_start_ms: row?.window_start_ms ?? 0,
    window_calls: row?.window_calls ?? 0,
    told: period.startsAnew ? 0 : (row?.told ?? 0),
    granted_units: before?.granted_units ?? 0,
    // A key is good for 24 h, whatever becomes of the period.
    answers: row?.answers ?? '',
    // A day does not end with a period.
    ...dayOf(row ?? NO_DAY),
  };
  return { row: now, over: period.startsAnew && row ? row : null };
}

/** What a row says of its day. */
const dayOf = ({ day, day_end_ms, day_units, rolled_units }: DayCount): DayCount => ({
  day,
  day_end_ms,
  day_units,
  rolled_units,
});

/** A decision against a call, as the API says it. */
export function refusal(
  decision: Extract<Decision, { allowed: false }>,
  known: Entitlement,
  feature: string,
  row: MeterRow,
  heldUnits: number,
): Refused {
  switch (decision.reason) {
    case 'feature_not_included':
      return notIncluded(known, feature);
    case 'rate_limited':
      return {
        kind: 'refused',
        code: 'rate_limited',
        details: { perMinute: known.limits.rateLimitPerMinute },
        retryAfterSeconds: Math.max(1, Math.ceil(decision.retryAfterMs / 1000)),
      };
    case 'limit_reached':
      return {
        kind: 'refused',
        code: 'limit_reached',
        details: {
          usageCount: row.used_units,
          limit: decision.limitUnits,
          ...(heldUnits > 0 && { held: heldUnits }),
          ...(known.credits && { credits: known.credits }),
          plan: known.plan,
          feature,
          resetsAtMs: row.period_end_ms,
        },
      };
  }
}

/** What is known, with the limit of a feature raised by what is granted on top of it. */
export function withGrant(known: Entitlement, feature: string, grantedUnits: number): Entitlement {
  const limitUnits = known.limits.features[feature];
  if (grantedUnits === 0 || typeof limitUnits !== 'number') return known;
  const features = { ...known.limits.features, [feature]: limitUnits + grantedUnits };
  return { ...known, limits: { ...known.limits, features } };
}

/** A row as the API shows it. Of a feature the plan does not have any more nothing remains. */
export function toUsage(
  known: Entitlement,
  feature: string,
  row: MeterRow,
  heldUnits: number,
  wouldRefuse: WouldRefuse | null,
): Usage {
  const bounds = { startMs: row.period_start_ms, endMs: row.period_end_ms };
  const { [feature]: limitUnits = 0 } = known.limits.features;
  const limited = typeof limitUnits === 'number';
  const isRaised = limited && row.granted_units > 0 && feature in known.limits.features;
  return {
    count: row.used_units,
    limit: limited ? limitUnits : 'unlimited',
    remaining: limited ? Math.max(0, limitUnits - row.used_units - heldUnits) : 'unlimited',
    ...(isRaised && !known.credits && { granted: row.granted_units }),
    ...(limited &&
      known.limits.soft?.includes(feature) &&
      row.used_units > limitUnits && { overageUnits: row.used_units - limitUnits }),
    ...(heldUnits > 0 && { held: heldUnits }),
    ...(wouldRefuse && { wouldRefuse }),
    ...(known.credits && { credits: known.credits }),
    plan: known.plan,
    feature,
    ...periodLabels(bounds, known.rules.timeZone),
    resetsAtMs: row.period_end_ms,
  };
}
