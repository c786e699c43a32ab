import { describe, expect, it } from 'vitest';
import type { SubscriptionTerms } from '../customers/plan.ts';
import { countingPeriod, periodAt, periodLabels, subscriptionPeriodAt } from './period.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

describe('a period', () => {
  it.each([
    ['hour', 'UTC', '2026-03-08T06:59:59.999Z', '2026-03-08T06:00:00Z', '2026-03-08T07:00:00Z'],
    ['day', 'UTC', '2026-02-28T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['day', 'UTC', '2026-02-28T23:59:59.999Z', '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['week', 'UTC', '2026-11-22T23:59:59.999Z', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z'],
    ['week', 'UTC', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['month', 'UTC', '2026-11-30T23:59:59.999Z', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['month', 'UTC', '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['year', 'UTC', '2026-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ] as const)('%s in %s at %s is from %s to %s', (period, timeZone, at, start, end) => {
    const { startMs, endMs } = periodAt({ period, timeZone }, Date.parse(at));
    expect([iso(startMs), iso(endMs)]).toEqual([start, end]);
  });

  it.each([
    [
      'month',
      'Asia/Kolkata',
      '2026-10-31T18:30:00Z',
      '2026-10-31T18:30:00Z',
      '2026-11-30T18:30:00Z',
    ],
    [
      'month',
      'Asia/Kolkata',
      '2026-10-31T18:29:59.999Z',
      '2026-09-30T18:30:00Z',
      '2026-10-31T18:30:00Z',
    ],
    // Clocks go forward, and back: a day of 23 hours, and one of 25.
    [
      'day',
      'America/New_York',
      '2026-03-08T12:00:00Z',
      '2026-03-08T05:00:00Z',
      '2026-03-09T04:00:00Z',
    ],
    [
      'day',
      'America/New_York',
      '2026-11-01T12:00:00Z',
      '2026-11-01T04:00:00Z',
      '2026-11-02T05:00:00Z',
    ],
    // Clocks skipped midnight itself.
    [
      'day',
      'America/Sao_Paulo',
      '2018-11-04T12:00:00Z',
      '2018-11-04T03:00:00Z',
      '2018-11-05T02:00:00Z',
    ],
  ] as const)(
    '%s in %s at %s is by the days of the place: from %s to %s',
    (period, timeZone, at, start, end) => {
      const { startMs, endMs } = periodAt({ period, timeZone }, Date.parse(at));
      expect([iso(startMs), iso(endMs)]).toEqual([start, end]);
    },
  );

  it.each([
    ['Africa/Cairo', '2026-04-24'],
    ['Africa/Cairo', '2026-10-30'],
    ['America/Havana', '2026-03-08'],
    ['America/Havana', '2026-11-01'],
    ['America/Santiago', '2026-09-06'],
    ['Asia/Beirut', '2026-03-29'],
  ])(
    'holds each of its hours and goes over into the next when clocks change in %s, %s',
    (timeZone, date) => {
      const rule = { period: 'day', timeZone } as const;
      const fromMs = Date.parse(date) - 2 * 86_400_000;
      let before = periodAt(rule, fromMs);
      const faults: string[] = [];
      for (let hours = 0; hours < 96; hours++) {
        const atMs = fromMs + hours * 3_600_000;
        const day = periodAt(rule, atMs);
        const isNext = day.startMs === before.startMs || day.startMs === before.endMs;
        if (!isNext || atMs < day.startMs || atMs >= day.endMs) faults.push(iso(atMs));
        before = day;
      }
      expect(faults).toEqual([]);
    },
  );

  it.each([
    ['month', 'UTC', '2026-02-10T00:00:00Z', '2026-02-01', '2026-02-28'],
    ['month', 'Asia/Kolkata', '2026-10-31T18:30:00Z', '2026-11-01', '2026-11-30'],
    ['day', 'America/New_York', '2026-03-08T12:00:00Z', '2026-03-08', '2026-03-08'],
    ['hour', 'UTC', '2026-02-10T05:30:00Z', '2026-02-10T05:00:00.000Z', '2026-02-10T06:00:00.000Z'],
  ] as const)('%s in %s at %s is written as %s to %s', (period, timeZone, at, first, last) => {
    const bounds = periodAt({ period, timeZone }, Date.parse(at));
    expect(periodLabels(bounds, timeZone)).toEqual({ periodStart: first, periodEnd: last });
  });
});

const day = (text: string) => Date.parse(text.length === 10 ? `${text}T09:30:15Z` : text);
const terms = (start: string, end: string, more: Partial<SubscriptionTerms> = {}) => ({
  periodStartMs: day(start),
  periodEndMs: day(end),
  interval: 'month' as const,
  endsAtMs: null,
  countFromMs: null,
  billed: [],
  ...more,
});

describe('the period of a subscription', () => {
  it.each([
    ['as it was told', '2026-11-21', '2026-12-21', '2026-12-01', '2026-11-21', '2026-12-21'],
    [
      'when our clock is behind',
      '2026-11-21',
      '2026-12-21',
      '2026-10-01',
      '2026-11-21',
      '2026-12-21',
    ],
    [
      'of a renewal not told yet',
      '2026-11-21',
      '2026-12-21',
      '2026-12-21',
      '2026-12-21',
      '2027-01-21',
    ],
    ['of renewals missed', '2026-11-21', '2026-12-21', '2027-03-01', '2027-02-21', '2027-03-21'],
    [
      'from a 31st into a short month',
      '2027-01-31',
      '2027-02-28',
      '2027-03-01',
      '2027-02-28',
      '2027-03-31',
    ],
    [
      'from a 30th through February',
      '2027-01-30',
      '2027-02-28',
      '2027-04-01',
      '2027-03-30',
      '2027-04-30',
    ],
    ['from a 28th', '2027-01-28', '2027-02-28', '2027-03-01', '2027-02-28', '2027-03-28'],
    ['from a 31st on', '2027-01-31', '2027-02-28', '2027-05-02', '2027-04-30', '2027-05-31'],
    ['after a trial', '2026-11-20', '2026-12-04', '2026-12-05', '2026-12-04', '2027-01-04'],
  ])('%s: %s to %s is at %s from %s to %s', (_, start, end, at, from, to) => {
    expect(subscriptionPeriodAt(terms(start, end), day(at))).toEqual({
      startMs: day(from),
      endMs: day(to),
    });
  });

  it('of a year ends a year later, on the 28th where there is no 29th', () => {
    const leap = terms('2028-02-29', '2029-02-28', { interval: 'year' });
    expect(subscriptionPeriodAt(leap, day('2029-03-01'))).toEqual({
      startMs: day('2029-02-28'),
      endMs: day('2030-02-28'),
    });
  });

  it('is over at its last millisecond, and not before', () => {
    const one = terms('2026-11-21', '2026-12-21');
    expect(subscriptionPeriodAt(one, one.periodEndMs - 1).startMs).toBe(one.periodStartMs);
    expect(subscriptionPeriodAt(one, one.periodEndMs).startMs).toBe(one.periodEndMs);
  });
});

describe('a count', () => {
  const rule = { period: 'subscription', timeZone: 'UTC' } as const;
  const november = { startMs: Date.parse('2026-11-01'), endMs: Date.parse('2026-12-01') };
  const sold = terms('2026-11-21', '2026-12-21');
  const first = { startMs: sold.periodStartMs, endMs: sold.periodEndMs };
  const renewed = terms('2026-12-21', '2027-01-21', { countFromMs: day('2026-12-21') });
  const second = { startMs: renewed.periodStartMs, endMs: renewed.periodEndMs };

  it.each([
    ['is of the calendar month without a subscription', null, null, '2026-11-25', november, true],
    ['is carried into the period that is bought', november, sold, '2026-11-25', first, false],
    ['goes on in its period', first, sold, '2026-12-20', first, false],
    ['starts anew when the period is over, told or not', first, sold, '2026-12-21', second, true],
    ['goes on when the renewal is told late', second, renewed, '2026-12-22', second, false],
    [
      'starts anew with a renewal our clock has not reached',
      first,
      renewed,
      '2026-12-01',
      second,
      true,
    ],
    ['goes on in that one', second, renewed, '2026-12-01', second, false],
    [
      'is carried by a change that begins a period at once',
      first,
      terms('2026-12-01', '2027-12-01', { interval: 'year' }),
      '2026-12-02',
      { startMs: day('2026-12-01'), endMs: day('2027-12-01') },
      false,
    ],
    ['goes on to its end when the subscription ended', first, null, '2026-12-10', first, false],
    [
      'is of the calendar month after that',
      first,
      { ...sold, endsAtMs: day('2026-12-21') },
      '2026-12-21',
      { startMs: Date.parse('2026-12-01'), endMs: Date.parse('2027-01-01') },
      true,
    ],
    ['does not start anew when the clock is set back', second, sold, '2026-12-20', first, false],
  ])('%s', (_, running, subscription, at, bounds, startsAnew) => {
    expect(countingPeriod(running, rule, subscription, day(at))).toEqual({ ...bounds, startsAnew });
  });

  it('by the calendar goes on to the end of its month, whatever the subscription says', () => {
    const monthly = { period: 'month', timeZone: 'UTC' } as const;
    expect(countingPeriod(first, monthly, renewed, day('2026-12-20'))).toEqual({
      ...first,
      startsAnew: false,
    });
    expect(countingPeriod(november, monthly, renewed, Date.parse('2026-12-01'))).toEqual({
      startMs: Date.parse('2026-12-01'),
      endMs: Date.parse('2027-01-01'),
      startsAnew: true,
    });
  });
});
