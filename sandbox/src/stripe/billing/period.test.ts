import { expect, test } from 'vitest';
import { periodEnd } from './period.ts';

const at = (day: string) => Date.parse(day) / 1000;
test.each([
  ['month', 1, '2026-01-31', '2026-01-31', '2026-02-28'],
  ['month', 1, '2026-01-31', '2026-02-28', '2026-03-31'],
  ['month', 3, '2026-11-30', '2026-11-30', '2027-02-28'],
  ['year', 1, '2028-02-29', '2028-02-29', '2029-02-28'],
  ['year', 1, '2028-02-29', '2031-02-28', '2032-02-29'],
  ['week', 2, '2026-01-01', '2026-01-20', '2026-01-29'],
  ['day', 1, '2026-01-01', '2026-01-01', '2026-01-02'],
  ['month', 1, '2026-02-10', '2026-01-20', '2026-02-10'],
])('every %s × %i from %s: the period of %s ends on %s', (interval, count, anchor, start, end) => {
  expect(periodEnd(at(anchor), at(start), { interval, interval_count: count })).toBe(at(end));
});
