import { describe, expect, it } from 'vitest';
import { byWeek, type PlotData, plotShape } from './plot-shape.ts';

const size = { width: 320, height: 200, left: 20, bottom: 20, top: 10, right: 0 };
const daysFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.parse(`${first}T00:00:00Z`) + at * 86_400_000).toISOString().slice(0, 10),
  );
const plot = (kind: PlotData['kind'], ...values: (readonly (number | null)[])[]): PlotData => ({
  kind,
  days: daysFrom('2026-01-30', values[0]?.length ?? 0),
  series: values.map((each, at) => ({ id: `s${at}`, words: `Series ${at}`, values: each })),
});

describe('plotShape', () => {
  it('gives every day the same room, from the numbers to the other side', () => {
    const { xs, step } = plotShape(plot('line', [1, 2, 3]), size);
    expect(step).toBe(100);
    expect(xs).toEqual([70, 170, 270]);
  });

  it('draws bars from nothing up, and parts of a stack on one another', () => {
    const { series, baseline } = plotShape(plot('bar', [5, 0], [5, 10]), size);
    expect(baseline).toBe(180);
    expect(series[0]?.bars).toEqual([{ x: 71, y: 95, width: 48, height: 85 }]);
    expect(series[1]?.bars.map(({ y, height }) => [y, height])).toEqual([
      [10, 85],
      [10, 170],
    ]);
  });

  it('shows what was given back below nothing', () => {
    const { series, baseline, yTicks } = plotShape(plot('bar', [10, -10]), size);
    expect(series[0]?.bars.map(({ y }) => y)).toEqual([10, baseline]);
    expect(yTicks.map(({ value }) => value)).toContain(-10);
  });

  it('stacks what is below nothing downwards, so that it hides nothing of what is above', () => {
    const { series, baseline } = plotShape(plot('bar', [10], [-5], [5], [-5]), size);
    const spans = series.map(({ bars: [bar] }) => [
      bar?.y ?? 0,
      (bar?.y ?? 0) + (bar?.height ?? 0),
    ]);
    const [first = [], down = [], second = [], deeper = []] = spans;
    expect([first[1], second[1], down[0], deeper[0]]).toEqual([
      baseline,
      first[0],
      baseline,
      down[1],
    ]);
  });

  it('breaks a line where nothing is known instead of drawing a zero', () => {
    const { series } = plotShape(plot('line', [1, 2, null, 3, 4]), size);
    expect(series[0]?.line.match(/M/g)).toHaveLength(2);
    expect(series[0]?.ys[2]).toBeNull();
  });

  it('has no half customers at the axis', () => {
    const { yTicks } = plotShape(plot('line', [0, 1]), size);
    expect(yTicks.map(({ value }) => value)).toEqual([0, 1]);
  });

  it('stands on its floor when there is nothing, and is no plot of NaN', () => {
    const shape = plotShape(plot('area', [0, 0, 0]), size);
    expect(shape.baseline).toBe(180);
    expect(JSON.stringify(shape)).not.toContain('null');
    expect(plotShape(plot('area'), size).xs).toEqual([]);
  });

  it('names no more days than there is room for, and in a long range those that begin months', () => {
    const values = Array.from({ length: 365 }, () => 1);
    const data = { ...plot('line', values), days: daysFrom('2026-01-15', 365) };
    const { xTicks } = plotShape(data, size);
    expect(xTicks.length).toBeLessThanOrEqual(4);
    expect(xTicks.map(({ index }) => data.days[index]?.slice(8))).toEqual(xTicks.map(() => '01'));
  });
});

it('adds days up to weeks from Monday on, and knows nothing of a week of which no day is known', () => {
  const days = daysFrom('2026-01-02', 12);
  const values = [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, null, null];
  const weekly = byWeek({ kind: 'bar', days, series: [{ id: 'a', words: 'A', values }] });
  expect(weekly.days).toEqual(['2026-01-02', '2026-01-05', '2026-01-12']);
  expect(weekly.series[0]?.values).toEqual([3, 14, null]);
});

it('names weeks all along a year, though few of them begin a month', () => {
  const values = Array.from({ length: 365 }, () => 1);
  const data = byWeek({ ...plot('bar', values), days: daysFrom('2025-11-22', 365) });
  const named = plotShape(data, size).xTicks.map(({ index }) => data.days[index]);
  expect(named).toEqual(['2026-01-05', '2026-04-06', '2026-07-06', '2026-10-05']);
});
