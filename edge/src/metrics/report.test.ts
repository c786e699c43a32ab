import { describe, expect, it } from 'vitest';
import { type Booked, formerRange, reportOf } from './report.ts';
import { NOTHING, standingOf, stepsBetween } from './standing.ts';
import { totalOf } from './totals.ts';

const range = { from: '2026-01-03', to: '2026-01-04' };
const nothing: Booked = {
  before: [],
  steps: [],
  ended: { now: 0, before: 0 },
  usage: [],
  usageBefore: [],
};
const subscription = {
  status: 'active' as const,
  endsAtMs: null,
  graceEndsAtMs: null,
  priceMinor: 1900,
  currency: 'usd',
  interval: 'month' as const,
};

it('compares a range with as many days directly before it, also over a leap day', () => {
  expect(formerRange(range)).toEqual({ from: '2026-01-01', to: '2026-01-02' });
  expect(formerRange({ from: '2028-03-01', to: '2028-03-30' })).toEqual({
    from: '2028-01-31',
    to: '2028-02-29',
  });
});

describe('a report', () => {
  it('is the numbers at the end of each range, and what the days added', () => {
    const { metrics, days } = reportOf(
      {
        ...nothing,
        before: [
          { metric: 'active', key: '', value: 10 },
          { metric: 'year', key: 'usd', value: 120_000 },
        ],
        steps: [
          { metric: 'active', key: '', day: '2026-01-01', value: 2 },
          { metric: 'active', key: '', day: '2026-01-04', value: -3 },
          { metric: 'year', key: 'usd', day: '2026-01-04', value: -12_000 },
          { metric: 'subscriptions', key: 'jpy', day: '2026-01-02', value: 500 },
          { metric: 'orders', key: 'jpy', day: '2026-01-03', value: 300 },
          { metric: 'refunded', key: 'jpy', day: '2026-01-04', value: 100 },
        ],
        ended: { now: 3, before: 1 },
      },
      range,
    );
    expect(metrics).toMatchObject({
      active: { now: 9, before: 12 },
      mrr: [{ currency: 'usd', nowMinor: 9000, beforeMinor: 10_000 }],
      revenue: [{ currency: 'jpy', nowMinor: 200, beforeMinor: 500 }],
      churn: {
        now: { atStart: 12, ended: 3, rate: 0.25 },
        before: { atStart: 10, ended: 1, rate: 0.1 },
      },
    });
    expect(days.subscriptions.map(({ active }) => active)).toEqual([12, 9]);
    expect(days.mrr.map(({ minor }) => minor)).toEqual([10_000, 9000]);
  });

  it('has no churn where nobody paid, and no currency nobody used', () => {
    const { metrics } = reportOf(nothing, range);
    expect(metrics.churn.now).toEqual({ atStart: 0, ended: 0, rate: null });
    expect([metrics.mrr, metrics.revenue, metrics.usage]).toEqual([[], [], []]);
  });
});

describe('the steps of a subscription', () => {
  it('take back whatever it added once it is over', () => {
    const is = standingOf(subscription, 0);
    const [on, off] = [stepsBetween(NOTHING, is), stepsBetween(is, NOTHING)];
    expect(on).toEqual([
      { metric: 'active', key: '', value: 1 },
      { metric: 'year', key: 'usd', value: 22_800 },
    ]);
    expect(off.map(({ value }) => value)).toEqual(on.map(({ value }) => -value));
    expect(stepsBetween(is, is)).toEqual([]);
  });

  it.each([
    ['a trial', { status: 'trialing' as const }, { trialing: 1 }],
    ['a yearly price', { interval: 'year' as const }, { active: 1, year: 1900 }],
    ['one that ends', { endsAtMs: 10 }, { active: 1, cancelling: 1, year: 22_800 }],
    ['one that ended', { endsAtMs: 1 }, {}],
    [
      'a late payment',
      { status: 'past_due' as const, graceEndsAtMs: 9 },
      { past_due: 1, year: 22_800 },
    ],
    ['a grace that is over', { status: 'past_due' as const, graceEndsAtMs: 5 }, {}],
    ['one that was never paid', { status: 'incomplete' as const }, {}],
  ])('count %s as what it is', (_, change, counted) => {
    const steps = stepsBetween(NOTHING, standingOf({ ...subscription, ...change }, 5));
    expect(Object.fromEntries(steps.map(({ metric, value }) => [metric, value]))).toEqual(counted);
  });
});

it('adds projects up by day and currency, and takes churn of all together', () => {
  const one = (currency: string, atStart: number, ended: number) =>
    reportOf(
      {
        ...nothing,
        before: [
          { metric: 'active', key: '', value: atStart },
          { metric: 'year', key: currency, value: 1200 },
        ],
        ended: { now: ended, before: 0 },
      },
      range,
    );
  const { metrics, days } = totalOf([one('usd', 10, 1), one('usd', 30, 1), one('eur', 0, 0)]);
  expect(metrics.mrr).toEqual([
    { currency: 'eur', nowMinor: 100, beforeMinor: 100 },
    { currency: 'usd', nowMinor: 200, beforeMinor: 200 },
  ]);
  expect(metrics.churn.now).toEqual({ atStart: 40, ended: 2, rate: 0.05 });
  expect(days.subscriptions).toEqual([
    { day: '2026-01-03', active: 40, trialing: 0, pastDue: 0 },
    { day: '2026-01-04', active: 40, trialing: 0, pastDue: 0 },
  ]);
  expect(totalOf([]).metrics.active).toEqual({ now: 0, before: 0 });
});
