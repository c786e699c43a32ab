import type { Period } from '@dream/contract/projects';
import type { SubscriptionTerms } from '../customers/plan.ts';

/** When counts start anew: the kind of period, and the time zone its days are days of. */
export interface PeriodRule {
  period: Period;
  timeZone: string;
}

/** A period: from `startMs`, up to but not including `endMs`. */
export interface PeriodBounds {
  startMs: number;
  endMs: number;
}

/** The period a count is in, and whether the count starts anew with it. */
export interface CountingPeriod extends PeriodBounds {
  startsAnew: boolean;
}

/**
 * The period of a count at an instant; `running` is the one it was in, null for a new one. A period
 * of the calendar goes on until it is over, whatever became of plan and rule. With `subscription` a
 * live subscription's own period holds from the moment it is known: the count is carried into it,
 * and starts anew when the one it was in is over or the subscription was renewed since.
 */
export function countingPeriod(
  running: PeriodBounds | null,
  rule: PeriodRule,
  subscription: SubscriptionTerms | null,
  atMs: number,
): CountingPeriod {
  const isOver = running === null || atMs >= running.endMs;
  const terms =
    rule.period === 'subscription' && isLiveAt(subscription, atMs) ? subscription : null;
  if (terms) {
    const isRenewed = terms.countFromMs !== null && (running?.startMs ?? 0) < terms.countFromMs;
    return { ...subscriptionPeriodAt(terms, atMs), startsAnew: isOver || isRenewed };
  }
  return isOver ? { ...periodAt(rule, atMs), startsAnew: true } : { ...running, startsAnew: false };
}

const isLiveAt = (terms: SubscriptionTerms | null, atMs: number): boolean =>
  terms !== null && (terms.endsAtMs === null || atMs < terms.endsAtMs);

/**
 * The period of a subscription at an instant. It is the one its provider named as current, also when
 * our clock is behind. When that is over and nobody has told of the next one yet, it is the next one
 * by the calendar: a renewal rolls the period before it is paid. A period that ends on the last day
 * of a month began on a day this month may not have, and comes back to it in a longer one.
 * Source: Stripe, "billing_cycle_anchor".
 */
export function subscriptionPeriodAt(
  { periodStartMs, periodEndMs, interval }: SubscriptionTerms,
  atMs: number,
): PeriodBounds {
  const last = new Date(periodEndMs);
  const isLastOfMonth = new Date(periodEndMs + 86_400_000).getUTCDate() === 1;
  const dayOfEnd = last.getUTCDate();
  const day = isLastOfMonth ? Math.max(dayOfEnd, new Date(periodStartMs).getUTCDate()) : dayOfEnd;
  const months = interval === 'year' ? 12 : 1;
  let bounds = { startMs: periodStartMs, endMs: periodEndMs };
  for (let passed = 1; atMs >= bounds.endMs; passed++)
    bounds = { startMs: bounds.endMs, endMs: monthsLater(last, passed * months, day) };
  return bounds;
}

/** The same time of day some months later, on `day` or the last day there is. */
function monthsLater(from: Date, months: number, day: number): number {
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const timeMs = from.getTime() - Date.UTC(year, from.getUTCMonth(), from.getUTCDate());
  return Date.UTC(year, month, Math.min(day, lastDay)) + timeMs;
}

/**
 * The calendar period that contains `atMs`: the month, where nothing but a subscription says another.
 * Weeks start on Monday.
 */
export function periodAt(rule: PeriodRule, atMs: number): PeriodBounds {
  if (rule.period === 'hour') {
    const startMs = Math.floor(atMs / 3_600_000) * 3_600_000;
    return { startMs, endMs: startMs + 3_600_000 };
  }
  const { year, month, day } = dayAt(rule.timeZone, atMs);
  const midnight = (y: number, m: number, d: number) => midnightMs(rule.timeZone, y, m, d);
  switch (rule.period) {
    case 'day':
      return { startMs: midnight(year, month, day), endMs: midnight(year, month, day + 1) };
    case 'week': {
      const sinceMonday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;
      return {
        startMs: midnight(year, month, day - sinceMonday),
        endMs: midnight(year, month, day - sinceMonday + 7),
      };
    }
    case 'month':
    case 'subscription':
      return { startMs: midnight(year, month, 1), endMs: midnight(year, month + 1, 1) };
    case 'year':
      return { startMs: midnight(year, 0, 1), endMs: midnight(year + 1, 0, 1) };
  }
}

/**
 * The bounds as the API writes them: first and last day (YYYY-MM-DD) in the time zone, or instants
 * for periods shorter than a day.
 */
export function periodLabels(bounds: PeriodBounds, timeZone: string): Labels {
  const { startMs, endMs } = bounds;
  const isSame = labelled?.startMs === startMs && labelled.endMs === endMs;
  if (!isSame || labelled?.timeZone !== timeZone)
    labelled = { startMs, endMs, timeZone, ...labelsOf(bounds, timeZone) };
  return { periodStart: labelled.periodStart, periodEnd: labelled.periodEnd };
}

type Labels = { periodStart: string; periodEnd: string };

/** The last that was written: nearly every customer's period is the same. */
let labelled: (PeriodBounds & Labels & { timeZone: string }) | undefined;

function labelsOf({ startMs, endMs }: PeriodBounds, timeZone: string): Labels {
  if (endMs - startMs < 20 * 3_600_000)
    return {
      periodStart: new Date(startMs).toISOString(),
      periodEnd: new Date(endMs).toISOString(),
    };
  return { periodStart: dayLabel(timeZone, startMs), periodEnd: dayLabel(timeZone, endMs - 1) };
}

/** The day (YYYY-MM-DD) of an instant in a time zone, and the instant it ends. */
export const calendarDay = (timeZone: string, atMs: number): { day: string; endMs: number } => ({
  day: dayLabel(timeZone, atMs),
  endMs: periodAt({ period: 'day', timeZone }, atMs).endMs,
});

function dayLabel(timeZone: string, atMs: number): string {
  const { year, month, day } = dayAt(timeZone, atMs);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** The calendar day at an instant; `month` counts from 0. */
function dayAt(timeZone: string, atMs: number): { year: number; month: number; day: number } {
  const at = new Date(atMs + offsetMs(timeZone, atMs));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth(), day: at.getUTCDate() };
}

/** The first instant of a day. Where clocks skip midnight, the first instant after the gap. */
function midnightMs(timeZone: string, year: number, month: number, day: number): number {
  const asUtcMs = Date.UTC(year, month, day);
  // The offset is not known before the instant is: try the one of a day ago, then correct it.
  const guessMs = asUtcMs - offsetMs(timeZone, asUtcMs - 86_400_000);
  const betterMs = asUtcMs - offsetMs(timeZone, guessMs);
  // In a gap there is no midnight; by the clocks before it, it is the instant the gap begins.
  const isMidnight = asUtcMs - offsetMs(timeZone, betterMs) === betterMs;
  return isMidnight ? betterMs : guessMs;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** How far local time is ahead of UTC, in milliseconds. */
function offsetMs(timeZone: string, atMs: number): number {
  if (timeZone === 'UTC') return 0;
  let format = formatters.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, format);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
