import { expect, it } from 'vitest';
import { daysOf, usageSeries } from './series.ts';

it('has every day of a range once, also where clocks change', () => {
  expect(daysOf({ from: '2026-02-27', to: '2026-03-01' })).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
  ]);
  expect(daysOf({ from: '2026-01-01', to: '2026-12-31' })).toHaveLength(365);
});

it('gives a feature a value for each day, most used first', () => {
  const days = ['2026-01-01', '2026-01-02'];
  const totals = [
    { day: '2026-01-01', feature: 'images', units: 1 },
    { day: '2026-01-02', feature: 'requests', units: 5 },
    { day: '2025-12-31', feature: 'requests', units: 99 },
  ];
  expect(usageSeries(days, totals)).toEqual([
    { id: 'requests', words: 'requests', values: [0, 5] },
    { id: 'images', words: 'images', values: [1, 0] },
  ]);
});

it('adds up what is beyond five features, and loses no unit', () => {
  const totals = Array.from({ length: 8 }, (_, at) => ({
    day: '2026-01-01',
    feature: `f${at}`,
    units: at + 1,
  }));
  const series = usageSeries(['2026-01-01'], totals);
  expect(series).toHaveLength(6);
  expect(series.at(-1)).toEqual({
    id: 'other features',
    words: '3 other features',
    values: [1 + 2 + 3],
  });
});
