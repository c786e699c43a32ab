import { describe, expect, it } from 'vitest';
import { periodAt, periodLabels } from './period.ts';

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
