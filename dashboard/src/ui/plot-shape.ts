import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

/** One line, or one part of each bar. `values` has one for each day; null where nothing is known. */
export interface PlotSeries {
  id: string;
  words: string;
  values: readonly (number | null)[];
}

/** What is plotted over days, like "2026-01-31". Parts of bars and areas stand on one another. */
export interface PlotData {
  kind: 'line' | 'area' | 'bar';
  days: readonly string[];
  series: readonly PlotSeries[];
}

/** The pixels of a plot. */
export interface PlotSize {
  width: number;
  height: number;
  /** What is left free for the numbers at the side and the days below. */
  left: number;
  bottom: number;
  top: number;
  right: number;
}

/** One bar of a day. */
interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A plot as what is drawn: paths and places in pixels, and nothing left to reckon. */
export interface PlotShape {
  /** The middle of each day. */
  xs: readonly number[];
  /** How wide a day is. */
  step: number;
  baseline: number;
  xTicks: readonly { x: number; index: number }[];
  yTicks: readonly { y: number; value: number }[];
  series: readonly {
    id: string;
    line: string;
    area: string;
    bars: readonly Bar[];
    /** Where the series is on each day, null where nothing is known. */
    ys: readonly (number | null)[];
  }[];
}

const PIXELS_A_DAY_LABEL = 76;
const PIXELS_A_NUMBER = 44;

/**
 * The highest value a plot has to show, and the lowest: parts of a stack are added up, what is below
 * nothing by itself.
 */
function extent({ kind, days, series }: PlotData): [number, number] {
  const stack = (at: number, part: (value: number) => number): number =>
    series.reduce((sum, { values: each }) => sum + part(each[at] ?? 0), 0);
  const values =
    kind === 'line'
      ? series.flatMap(({ values: each }) => each.map((value) => value ?? 0))
      : days.flatMap((_, at) => [
          stack(at, (value) => Math.max(0, value)),
          stack(at, (value) => Math.min(0, value)),
        ]);
  return [Math.min(0, ...values), Math.max(0, ...values)];
}

/** Draws nothing yet: decides where everything of a plot is. */
export function plotShape(data: PlotData, size: PlotSize): PlotShape {
  const { days, series, kind } = data;
  const inner = Math.max(1, size.width - size.left - size.right);
  const step = inner / Math.max(1, days.length);
  const xs = days.map((_, at) => size.left + step * (at + 0.5));
  const bottom = size.height - size.bottom;
  const [low, high] = extent(data);
  const count = Math.max(2, Math.floor((bottom - size.top) / PIXELS_A_NUMBER));
  // A plot of nothing has a floor and one line above it, not a floor through its middle.
  const y = scaleLinear()
    .domain([low, high === low ? low + 1 : high])
    .nice(count)
    .range([bottom, size.top]);
  const isWhole = series.every(({ values }) => values.every((each) => Number.isInteger(each ?? 0)));
  const yTicks = y
    .ticks(count)
    .filter((value) => !isWhole || Number.isInteger(value))
    .map((value) => ({ y: y(value), value }));
  const baseline = y(0);
  // What is below nothing stands on what is below nothing, and hides no part above it.
  const floors = { up: days.map(() => 0), down: days.map(() => 0) };
  const drawn = series.map(({ id, values }) => {
    const floorOf = (value: number | null) => ((value ?? 0) < 0 ? floors.down : floors.up);
    const below = values.map((value, at) => floorOf(value)[at] ?? 0);
    const tops = values.map((value, at) =>
      value === null ? null : kind === 'line' ? value : (below[at] ?? 0) + value,
    );
    if (kind !== 'line')
      for (const [at, value] of values.entries()) floorOf(value)[at] = tops[at] ?? below[at] ?? 0;
    const ys = tops.map((value) => (value === null ? null : y(value)));
    const points = ys.map((each, at) => [xs[at] ?? 0, each, y(below[at] ?? 0)] as const);
    return { id, ys, ...pathsOf(kind, points), bars: kind === 'bar' ? barsOf(points, step) : [] };
  });
  return { xs, step, baseline, xTicks: dayTicks(days, xs, inner), yTicks, series: drawn };
}

type Point = readonly [x: number, y: number | null, below: number];

function pathsOf(kind: PlotData['kind'], points: readonly Point[]): { line: string; area: string } {
  if (kind === 'bar') return { line: '', area: '' };
  const isKnown = ([, y]: Point) => y !== null;
  const stroke = line<Point>()
    .defined(isKnown)
    .x(([x]) => x)
    .y(([, y]) => y ?? 0)
    .curve(curveMonotoneX)
    .digits(1);
  const fill = area<Point>()
    .defined(isKnown)
    .x(([x]) => x)
    .y0(([, , below]) => below)
    .y1(([, y]) => y ?? 0)
    .curve(curveMonotoneX)
    .digits(1);
  return { line: stroke(points) ?? '', area: kind === 'area' ? (fill(points) ?? '') : '' };
}

function barsOf(points: readonly Point[], step: number): Bar[] {
  const width = Math.max(0.5, Math.min(step * 0.72, 48));
  return points.flatMap(([x, y, below]) =>
    y === null || y === below
      ? []
      : [{ x: x - width / 2, y: Math.min(y, below), width, height: Math.abs(below - y) }],
  );
}

/** The days that are named below: those a calendar would name, as many as have room. */
function dayTicks(
  days: readonly string[],
  xs: readonly number[],
  inner: number,
): { x: number; index: number }[] {
  const room = Math.max(1, Math.floor(inner / PIXELS_A_DAY_LABEL));
  if (days.length <= room) return xs.map((x, index) => ({ x, index }));
  const at = (day: string | undefined) => new Date(`${day ?? '1970-01-01'}T00:00:00Z`);
  const times = days.map((day) => at(day).getTime());
  // A week is named where its first day comes after the day a calendar would name.
  const ticks = scaleUtc()
    .domain([at(days[0]), at(days.at(-1))])
    .ticks(room)
    .map((date) => times.findIndex((time) => time >= date.getTime()))
    .filter((index, place, all) => index >= 0 && all.indexOf(index) === place);
  const chosen = ticks.length > 0 ? ticks : [0];
  return chosen.map((index) => ({ x: xs[index] ?? 0, index }));
}

/**
 * Days added up to weeks that begin on a Monday, so that the bars of a year can be told apart. A week
 * has the name of its first day that is in the range. Null where no day of the week is known.
 */
export function byWeek(data: PlotData): PlotData {
  const weeks = new Map<number, number[]>();
  for (const [index, day] of data.days.entries()) {
    // 1 January 1970 was a Thursday.
    const week = Math.floor((Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 3) / 7);
    weeks.set(week, [...(weeks.get(week) ?? []), index]);
  }
  const groups = [...weeks.values()];
  return {
    ...data,
    days: groups.map(([first = 0]) => data.days[first] ?? ''),
    series: data.series.map((series) => ({
      ...series,
      values: groups.map((indexes) => {
        const known = indexes.flatMap((index) => series.values[index] ?? []);
        return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
      }),
    })),
  };
}
