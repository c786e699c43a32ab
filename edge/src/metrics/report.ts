import type { Churn, Figure, MetricDays, Metrics } from '@dream/contract/dashboard';
import type { UsageTotal } from '@dream/contract/usage-history';
import { type DayRange, later } from '../usage/day-range.ts';

/** A step of a number on a day, as it is booked. */
export interface DayStep {
  metric: string;
  key: string;
  day: string;
  value: number;
}

/** What a report is made of: numbers before the former range, and what became of them since. */
export interface Booked {
  before: readonly Omit<DayStep, 'day'>[];
  steps: readonly DayStep[];
  /** Of the subscriptions that paid before each range, how many ended in it and are not back. */
  ended: { now: number; before: number };
  usage: readonly UsageTotal[];
  usageBefore: readonly { feature: string; units: number }[];
}

/** The days directly before a range, as many of them. */
export function formerRange({ from, to }: DayRange): DayRange {
  const days = daysOf({ from, to }).length;
  return { from: later(from, -days), to: later(from, -1) };
}

/** Every day of a range. */
export function daysOf({ from, to }: DayRange): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = later(day, 1)) days.push(day);
  return days;
}

/** Running sums of the steps, by metric and key, with an entry for each day of both ranges. */
class Numbers {
  readonly #ends = new Map<string, Map<string, number>>();
  readonly #steps = new Map<string, Map<string, number>>();
  readonly #start = new Map<string, number>();
  readonly #keys = new Map<string, Set<string>>();

  constructor({ before, steps }: Booked, days: readonly string[]) {
    for (const { metric, key, value } of before) {
      this.#start.set(nameOf(metric, key), value);
      this.#note(metric, key);
    }
    for (const { metric, key, day, value } of steps) {
      this.#note(metric, key);
      const of = this.#steps.get(nameOf(metric, key)) ?? new Map<string, number>();
      this.#steps.set(nameOf(metric, key), of.set(day, value));
    }
    for (const [metric, keys] of this.#keys)
      for (const key of keys) {
        let sum = this.#start.get(nameOf(metric, key)) ?? 0;
        const ends = new Map<string, number>();
        for (const day of days) ends.set(day, (sum += this.onDay(metric, key, day)));
        this.#ends.set(nameOf(metric, key), ends);
      }
  }

  /** The number at the end of a day. */
  at(metric: string, key: string, day: string): number {
    return this.#ends.get(nameOf(metric, key))?.get(day) ?? 0;
  }

  /** What a day added. */
  onDay(metric: string, key: string, day: string): number {
    return this.#steps.get(nameOf(metric, key))?.get(day) ?? 0;
  }

  over(metric: string, key: string, days: readonly string[]): number {
    return days.reduce((sum, day) => sum + this.onDay(metric, key, day), 0);
  }

  keys(...metrics: readonly string[]): string[] {
    return [...new Set(metrics.flatMap((metric) => [...(this.#keys.get(metric) ?? [])]))].sort();
  }

  #note(metric: string, key: string): void {
    this.#keys.set(metric, (this.#keys.get(metric) ?? new Set<string>()).add(key));
  }
}

const nameOf = (metric: string, key: string) => `${metric} ${key}`;
const monthMinor = (yearMinor: number) => Math.round(yearMinor / 12);
const churnOf = (atStart: number, ended: number): Churn => ({
  atStart,
  ended,
  rate: atStart === 0 ? null : ended / atStart,
});

/** The metrics of a range beside the range before it, and the range day by day. */
export function reportOf(booked: Booked, range: DayRange): { metrics: Metrics; days: MetricDays } {
  const former = formerRange(range);
  const [days, formerDays] = [daysOf(range), daysOf(former)];
  const numbers = new Numbers(booked, [...formerDays, ...days]);
  const atEnd = (metric: string): Figure => ({
    now: numbers.at(metric, '', range.to),
    before: numbers.at(metric, '', former.to),
  });
  const paying = (day: string) => numbers.at('active', '', day) + numbers.at('past_due', '', day);
  const startOfFormer = ['active', 'past_due'].reduce(
    (sum, metric) =>
      sum + numbers.at(metric, '', former.from) - numbers.onDay(metric, '', former.from),
    0,
  );
  const net = (currency: string, over: readonly string[]) =>
    numbers.over('subscriptions', currency, over) +
    numbers.over('orders', currency, over) -
    numbers.over('refunded', currency, over);
  const metrics: Metrics = {
    mrr: numbers
      .keys('year')
      .map((currency) => ({
        currency,
        nowMinor: monthMinor(numbers.at('year', currency, range.to)),
        beforeMinor: monthMinor(numbers.at('year', currency, former.to)),
      }))
      .filter(({ nowMinor, beforeMinor }) => nowMinor !== 0 || beforeMinor !== 0),
    active: atEnd('active'),
    trialing: atEnd('trialing'),
    pastDue: atEnd('past_due'),
    cancelling: atEnd('cancelling'),
    churn: {
      now: churnOf(paying(former.to), booked.ended.now),
      before: churnOf(startOfFormer, booked.ended.before),
    },
    newCustomers: {
      now: numbers.over('customers', '', days),
      before: numbers.over('customers', '', formerDays),
    },
    revenue: numbers
      .keys('subscriptions', 'orders', 'refunded')
      .map((currency) => ({
        currency,
        nowMinor: net(currency, days),
        beforeMinor: net(currency, formerDays),
      }))
      .filter(({ nowMinor, beforeMinor }) => nowMinor !== 0 || beforeMinor !== 0),
    usage: usageOf(booked),
  };
  return { metrics, days: { ...daily(numbers, days), usage: [...booked.usage] } };
}

function daily(numbers: Numbers, days: readonly string[]): Omit<MetricDays, 'usage'> {
  return {
    mrr: numbers.keys('year').flatMap((currency) =>
      days.map((day) => ({
        day,
        currency,
        minor: monthMinor(numbers.at('year', currency, day)),
      })),
    ),
    subscriptions: days.map((day) => ({
      day,
      active: numbers.at('active', '', day),
      trialing: numbers.at('trialing', '', day),
      pastDue: numbers.at('past_due', '', day),
    })),
    newCustomers: days.map((day) => ({ day, customers: numbers.onDay('customers', '', day) })),
    revenue: numbers.keys('subscriptions', 'orders', 'refunded').flatMap((currency) =>
      days
        .map((day) => ({
          day,
          currency,
          subscriptionsMinor: numbers.onDay('subscriptions', currency, day),
          ordersMinor: numbers.onDay('orders', currency, day),
          refundedMinor: numbers.onDay('refunded', currency, day),
        }))
        .filter(
          ({ subscriptionsMinor, ordersMinor, refundedMinor }) =>
            subscriptionsMinor !== 0 || ordersMinor !== 0 || refundedMinor !== 0,
        ),
    ),
  };
}

function usageOf({ usage, usageBefore }: Booked): Metrics['usage'] {
  const features = new Map<string, Figure>();
  const figure = (feature: string) => {
    const known = features.get(feature) ?? { now: 0, before: 0 };
    features.set(feature, known);
    return known;
  };
  for (const { feature, units } of usage) figure(feature).now += units;
  for (const { feature, units } of usageBefore) figure(feature).before += units;
  return [...features]
    .map(([feature, { now, before }]) => ({ feature, now, before }))
    .sort((a, b) => b.now - a.now || b.before - a.before || (a.feature < b.feature ? -1 : 1));
}
