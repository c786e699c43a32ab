import type { Churn, Figure, MetricDays, Metrics, MoneyFigure } from '@dream/contract/dashboard';

/** What one project adds to a total. */
export interface Part {
  metrics: Metrics;
  days: MetricDays;
}

const NO_FIGURE: Figure = { now: 0, before: 0 };

/** The metrics of projects together. Money of different currencies is never added up. */
export function totalOf(parts: readonly Part[]): Part {
  const metrics = parts.map((part) => part.metrics);
  const days = parts.map((part) => part.days);
  const figure = (of: (one: Metrics) => Figure) => metrics.map(of).reduce(sumOf, NO_FIGURE);
  return {
    metrics: {
      mrr: moneyOf(metrics.flatMap(({ mrr }) => mrr)),
      active: figure(({ active }) => active),
      trialing: figure(({ trialing }) => trialing),
      pastDue: figure(({ pastDue }) => pastDue),
      cancelling: figure(({ cancelling }) => cancelling),
      churn: {
        now: churnOf(metrics.map(({ churn }) => churn.now)),
        before: churnOf(metrics.map(({ churn }) => churn.before)),
      },
      newCustomers: figure(({ newCustomers }) => newCustomers),
      revenue: moneyOf(metrics.flatMap(({ revenue }) => revenue)),
      usage: added(
        metrics.flatMap(({ usage }) => usage),
        ({ feature }) => feature,
      ).sort((a, b) => b.now - a.now),
    },
    days: {
      mrr: byDay(
        days.flatMap(({ mrr }) => mrr),
        ({ currency }) => currency,
      ),
      subscriptions: byDay(days.flatMap(({ subscriptions }) => subscriptions)),
      newCustomers: byDay(days.flatMap(({ newCustomers }) => newCustomers)),
      revenue: byDay(
        days.flatMap(({ revenue }) => revenue),
        ({ currency }) => currency,
      ),
      usage: byDay(
        days.flatMap(({ usage }) => usage),
        ({ feature }) => feature,
      ),
    },
  };
}

const sumOf = (a: Figure, b: Figure): Figure => ({
  now: a.now + b.now,
  before: a.before + b.before,
});

const moneyOf = (figures: readonly MoneyFigure[]): MoneyFigure[] =>
  added(figures, ({ currency }) => currency).sort((a, b) => (a.currency < b.currency ? -1 : 1));

function churnOf(all: readonly Churn[]): Churn {
  const atStart = all.reduce((sum, one) => sum + one.atStart, 0);
  const ended = all.reduce((sum, one) => sum + one.ended, 0);
  return { atStart, ended, rate: atStart === 0 ? null : ended / atStart };
}

const byDay = <T extends { day: string }>(
  rows: readonly T[],
  keyOf: (row: T) => string = () => '',
) =>
  added(rows, (row) => `${row.day} ${keyOf(row)}`).sort((a, b) =>
    a.day < b.day ? -1 : a.day > b.day ? 1 : 0,
  );

/** Rows of the same name as one, its numbers added up. */
function added<T extends object>(rows: readonly T[], nameOf: (row: T) => string): T[] {
  const sums = new Map<string, T>();
  for (const row of rows) {
    const known = sums.get(nameOf(row));
    sums.set(nameOf(row), known ? plus(known, row) : row);
  }
  return [...sums.values()];
}

function plus<T extends object>(a: T, b: T): T {
  const entries = Object.entries(a) as [keyof T, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'number' ? value + Number(b[name]) : value,
    ]),
  ) as T;
}
