import { describe, expect, it } from 'vitest';
import { dayRange, everyDay } from './day-range.ts';

const TODAY = '2028-03-01';

describe('a range of days', () => {
  it.each([
    [{}, { from: '2028-02-01', to: TODAY }],
    [{ to: '2028-02-29' }, { from: '2028-01-31', to: '2028-02-29' }],
    [{ from: TODAY }, { from: TODAY, to: TODAY }],
    [{ from: '2027-03-02' }, { from: '2027-03-02', to: TODAY }],
    [{ from: '2027-03-01' }, null],
    [{ from: '2028-03-02' }, null],
    [
      { from: '2028-04-01', to: '2028-04-02' },
      { from: '2028-04-01', to: '2028-04-02' },
    ],
  ])('asked for by %o is %o', (asked, range) => {
    expect(dayRange(asked, TODAY)).toEqual(range);
  });

  it('has every day of it once, a leap day, too', () => {
    const days = everyDay({ from: '2028-02-28', to: TODAY }, [{ day: '2028-02-29', units: 7 }]);
    expect(days).toEqual([
      { day: '2028-02-28', units: 0 },
      { day: '2028-02-29', units: 7 },
      { day: TODAY, units: 0 },
    ]);
  });
});
