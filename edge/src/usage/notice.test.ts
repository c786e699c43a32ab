import { describe, expect, it } from 'vitest';
import { momentsOf } from './notice.ts';

const at = (usedUnits: number, afterUnits: number | null, told = 0, limitUnits = 10) =>
  momentsOf({ usedUnits, told }, afterUnits, limitUnits).moments;

describe('a call gives to tell of', () => {
  it.each([
    ['nothing below the threshold', 0, 7, []],
    ['80 % as it is reached', 7, 8, [80]],
    ['80 % as it is crossed', 7, 9, [80]],
    ['nothing between the thresholds', 8, 9, []],
    ['100 % as it is reached', 9, 10, [100]],
    ['both at once', 0, 10, [80, 100]],
    ['nothing beyond the limit, where it is a soft one', 10, 11, []],
    ['both, where a soft limit is jumped', 5, 25, [80, 100]],
    ['the refusal', 10, null, ['refused']],
    ['the refusal of a call too large, and no threshold', 0, null, ['refused']],
  ])('%s: %i to %s', (_, usedUnits, afterUnits, moments) => {
    expect(at(usedUnits, afterUnits)).toEqual(moments);
  });

  it('what was not told in this period only', () => {
    const { told } = momentsOf({ usedUnits: 0, told: 0 }, 10, 10);
    expect(at(0, 20, told, 20)).toEqual([]);
    expect(at(10, null, told)).toEqual(['refused']);
    expect(at(10, null, momentsOf({ usedUnits: 10, told }, null, 10).told)).toEqual([]);
  });

  it('no threshold of a limit of nothing', () => {
    expect(at(0, 1, 0, 0)).toEqual([]);
  });

  it('a limit that is no whole number of fifths exactly where it is crossed', () => {
    expect([at(0, 2, 0, 3), at(2, 3, 0, 3)]).toEqual([[], [80, 100]]);
    expect([at(0, 79, 0, 99), at(79, 80, 0, 99)]).toEqual([[], [80]]);
  });
});
