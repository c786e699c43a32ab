import { calendarDay } from './period.ts';

/** What a meter counted on one day, and how many of these units left for the roll-up. */
export type DayCount = {
  /** YYYY-MM-DD; empty before anything was counted. */
  day: string;
  day_end_ms: number;
  day_units: number;
  rolled_units: number;
};

/** Units of a customer and feature on a day. */
export interface DayUsage {
  customerId: string;
  feature: string;
  day: string;
  units: number;
  /** The count of the period that runs, what is granted for it, and its end; not of days that are over. */
  usedUnits?: number;
  grantedUnits?: number;
  periodEndMs?: number;
}

/** Usage by day that is handed over as one: fixed, and known by its number. */
export interface Batch {
  seq: number;
  rows: DayUsage[];
}

/** One meter. */
export interface MeterName {
  customerId: string;
  feature: string;
}

/** Before anything was counted. */
export const NO_DAY: DayCount = { day: '', day_end_ms: 0, day_units: 0, rolled_units: 0 };

/**
 * Counts units on the day of an instant. A day goes on to its end, also when the time zone changes
 * meanwhile, and a clock that is behind does not bring back the one before. `over` is what is left of
 * a day that is over and did not leave for the roll-up yet, null when there is nothing.
 */
export function countOnDay(
  running: DayCount,
  timeZone: string,
  atMs: number,
  units: number,
): { now: DayCount; over: { day: string; units: number } | null } {
  const { day, day_end_ms, day_units, rolled_units } = running;
  if (atMs < day_end_ms)
    return { now: { day, day_end_ms, day_units: day_units + units, rolled_units }, over: null };
  const today = calendarDay(timeZone, atMs);
  return {
    now: { day: today.day, day_end_ms: today.endMs, day_units: units, rolled_units: 0 },
    over: day_units > rolled_units ? { day, units: day_units - rolled_units } : null,
  };
}
