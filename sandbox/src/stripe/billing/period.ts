/** How often a price asks for money. */
export interface Recurring {
  interval: string;
  interval_count: number;
}

const DAY_SECONDS = 86_400;
/** Lengths for comparing intervals; a month counts as its longest. */
const LENGTHS: Record<string, number> = {
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  month: 31 * DAY_SECONDS,
  year: 366 * DAY_SECONDS,
};

/** The most seconds an interval can take. */
export const longestSeconds = ({ interval, interval_count }: Recurring): number =>
  (LENGTHS[interval] ?? DAY_SECONDS) * interval_count;

/** Whether two prices ask for money equally often. */
export const isSameInterval = (one: Recurring, other: Recurring): boolean =>
  one.interval === other.interval && one.interval_count === other.interval_count;

/**
 * The first end of a period after an instant. Ends lie whole intervals after the anchor; a 31st
 * becomes the last day of a shorter month, and is a 31st again in a longer one.
 */
export function periodEnd(
  anchorSeconds: number,
  afterSeconds: number,
  { interval, interval_count: count }: Recurring,
): number {
  if (interval === 'day' || interval === 'week') {
    const lengthSeconds = count * (interval === 'day' ? 1 : 7) * DAY_SECONDS;
    const passed = Math.floor((afterSeconds - anchorSeconds) / lengthSeconds);
    return anchorSeconds + (passed + 1) * lengthSeconds;
  }
  const months = count * (interval === 'year' ? 12 : 1);
  let end = anchorSeconds;
  for (let n = 1; end <= afterSeconds; n++) end = monthsLater(anchorSeconds, n * months);
  return end;
}

function monthsLater(atSeconds: number, months: number): number {
  const at = new Date(atSeconds * 1000);
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, lastDay));
  return Math.floor(at.getTime() / 1000);
}
