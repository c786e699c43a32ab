import type { UsageTotal } from '@dream/contract';
import type { PlotSeries } from '../../ui/plot.ts';

/** Every day from `from` to `to`, both of the range. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const first = Date.parse(`${from}T00:00:00Z`);
  const count = Math.round((Date.parse(`${to}T00:00:00Z`) - first) / 86_400_000) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) =>
    new Date(first + at * 86_400_000).toISOString().slice(0, 10),
  );
}

/** How many features have a line of their own; the others are one together. */
const LINES = 5;

/** Units by feature as series over `days`, most used first; beyond five the rest is one series. */
export function usageSeries(days: readonly string[], totals: readonly UsageTotal[]): PlotSeries[] {
  const places = new Map(days.map((day, at) => [day, at]));
  const features = new Map<string, number[]>();
  for (const { day, feature, units } of totals) {
    const at = places.get(day);
    if (at === undefined) continue;
    const values = features.get(feature) ?? days.map(() => 0);
    values[at] = (values[at] ?? 0) + units;
    features.set(feature, values);
  }
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const sorted = [...features].sort(([, a], [, b]) => sum(b) - sum(a));
  const series = sorted.slice(0, LINES).map(([id, values]) => ({ id, words: id, values }));
  const rest = sorted.slice(LINES).map(([, values]) => values);
  if (rest.length === 0) return series;
  const values = days.map((_, at) => sum(rest.map((each) => each[at] ?? 0)));
  return [...series, { id: 'other features', words: `${rest.length} other features`, values }];
}
