import { describe, expect, it } from 'vitest';
import { decideUsage, RATE_WINDOW_MS } from './limit.ts';

const NOW_MS = 1_000_000;
const tier = {
  features: { requests: 10, exports: null, sso: true },
  rateLimitPerMinute: 3,
} as const;
const at = (usedUnits: number, amountUnits: number, feature = 'requests') =>
  decideUsage(tier, feature, usedUnits, amountUnits, { startMs: 0, calls: 0 }, NOW_MS);

describe('a metered call', () => {
  it.each([
    [0, 1, 1],
    [9, 1, 10],
    [0, 10, 10],
  ])('with %i used and %i more is counted: %i', (usedUnits, amountUnits, after) => {
    expect(at(usedUnits, amountUnits)).toMatchObject({ allowed: true, usedUnits: after });
  });

  it.each([
    [10, 1],
    [9, 2],
    [0, 11],
    [12, 1],
  ])('with %i used and %i more is refused whole', (usedUnits, amountUnits) => {
    expect(at(usedUnits, amountUnits)).toEqual({
      allowed: false,
      reason: 'limit_reached',
      limitUnits: 10,
    });
  });

  it('of an unlimited feature is counted', () => {
    expect(at(5_000_000, 7, 'exports')).toMatchObject({ allowed: true, usedUnits: 5_000_007 });
  });

  it('of a feature the tier has not is refused', () => {
    expect(at(0, 1, 'seats')).toEqual({ allowed: false, reason: 'feature_not_included' });
  });
});

describe('the rate limit', () => {
  const after = (calls: number, ageMs: number, rateLimitPerMinute: number | null = 3) =>
    decideUsage(
      { ...tier, rateLimitPerMinute },
      'requests',
      0,
      1,
      { startMs: NOW_MS - ageMs, calls },
      NOW_MS,
    );

  it('admits the last call of a window and refuses the next, with the time to its end', () => {
    expect(after(2, 59_999)).toMatchObject({ allowed: true, window: { calls: 3 } });
    expect(after(3, 59_000)).toEqual({
      allowed: false,
      reason: 'rate_limited',
      retryAfterMs: 1_000,
    });
  });

  it.each([RATE_WINDOW_MS, 10 * RATE_WINDOW_MS, -1])(
    'begins a new window for a call %i ms after the start of the last',
    (ageMs) => {
      expect(after(3, ageMs)).toMatchObject({ window: { startMs: NOW_MS, calls: 1 } });
    },
  );

  it('still refuses in the last millisecond of its minute', () => {
    expect(after(3, 59_999)).toMatchObject({ reason: 'rate_limited', retryAfterMs: 1 });
  });

  it('is off when the tier has none', () => {
    expect(after(1_000_000, 0, null)).toMatchObject({ allowed: true });
  });
});
