import type { EventWindow } from '../providers/stripe/missed-events.ts';

/** Where nobody has read yet, one hour is: that is how often it is read. */
const FIRST_MS = 3_600_000;

/**
 * How much of the window before is read once more: our clock may be ahead of Stripe's, and its list
 * shows an event a little later than it happened. What came before is not taken in twice.
 */
const OVERLAP_MS = 300_000;

/** The window of Stripe's events to read next: what is left of the last one, or all since it. */
export function eventWindow(sql: SqlStorage, nowMs: number): EventWindow {
  const { sinceMs, untilMs, afterId } = sql
    .exec<{ sinceMs: number | null; untilMs: number | null; afterId: string | null }>(
      `SELECT events_since_ms AS sinceMs, events_until_ms AS untilMs, events_after_id AS afterId
       FROM connection`,
    )
    .one();
  if (afterId !== null) return { sinceMs: sinceMs ?? 0, untilMs: untilMs ?? nowMs, afterId };
  return { sinceMs: (sinceMs ?? nowMs - FIRST_MS) - OVERLAP_MS, untilMs: nowMs, afterId: null };
}

/** Notes how far a window was read; null when it was to its end. */
export function putEventWindow(
  sql: SqlStorage,
  { sinceMs, untilMs }: EventWindow,
  afterId: string | null,
): void {
  sql.exec(
    'UPDATE connection SET events_since_ms = ?, events_until_ms = ?, events_after_id = ?',
    afterId === null ? untilMs : sinceMs,
    untilMs,
    afterId,
  );
}

/** Whether a window was begun and not read to its end. */
export const isWindowOpen = (sql: SqlStorage): boolean =>
  sql.exec('SELECT 1 FROM connection WHERE events_after_id IS NOT NULL').toArray().length > 0;
