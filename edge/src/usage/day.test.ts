import { describe, expect, it } from 'vitest';
import { countOnDay, type DayCount, NO_DAY } from './day.ts';

const END = Date.parse('2026-11-21T00:00:00Z');
const day = (units: number, rolled = 0): DayCount => ({
  day: '2026-11-20',
  day_end_ms: END,
  day_units: units,
  rolled_units: rolled,
});

describe('units on a day', () => {
  it.each([
    ['join those of a day that runs', day(3, 2), END - 1, day(5, 2), null],
    ['join them by a clock that is a day behind', day(3), END - 100_000_000, day(5), null],
    ['begin a day that was never counted on', NO_DAY, END - 1, day(2), null],
  ])('%s', (_, running, atMs, now, over) => {
    expect(countOnDay(running, 'UTC', atMs, 2)).toEqual({ now, over });
  });

  it('leave of a day that is over what no batch has, and nothing else', () => {
    const now = { day: '2026-11-21', day_end_ms: END + 86_400_000, day_units: 2, rolled_units: 0 };
    const over = { day: '2026-11-20', units: 1 };
    expect(countOnDay(day(3, 2), 'UTC', END, 2)).toEqual({ now, over });
    expect(countOnDay(day(3, 3), 'UTC', END, 2)).toEqual({ now, over: null });
  });
});
