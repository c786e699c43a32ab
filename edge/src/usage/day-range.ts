import { MAX_DAYS, type UsageDay } from '@dream/contract/usage-history';

/** Days from the first to the last, both YYYY-MM-DD and both of the range. */
export interface DayRange {
  from: string;
  to: string;
}

/** How many days a range has that nobody gave a beginning. */
const USUAL_DAYS = 30;

/**
 * The range of days that is asked for: up to today, and 30 days long, unless told. Null for one that
 * ends before it begins, or is longer than can be asked for.
 */
export function dayRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  today: string,
): DayRange | null {
  const last = to ?? today;
  const first = from ?? later(last, 1 - USUAL_DAYS);
  const isFit = first <= last && first > later(last, -MAX_DAYS);
  return isFit ? { from: first, to: last } : null;
}

/** Every day of a range, with the units of those that have some. */
export function everyDay({ from, to }: DayRange, days: readonly UsageDay[]): UsageDay[] {
  const units = new Map(days.map((one) => [one.day, one.units]));
  const every: UsageDay[] = [];
  for (let day = from; day <= to; day = later(day, 1))
    every.push({ day, units: units.get(day) ?? 0 });
  return every;
}

/** The day some days after another one; before it when `days` is negative. */
export const later = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
