import { describe, expect, it } from 'vitest';
import { aboveLimit, decideUsage, newOverageUnits, RATE_WINDOW_MS } from './limit.ts';

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

describe('a metered call of a feature with overage', () => {
  it.each([
    [9, 1, 10],
    [10, 1, 11],
    [9, 5, 14],
    [40, 1, 41],
  ])('with %i used and %i more is counted: %i', (usedUnits, amountUnits, after) => {
    const window = { startMs: 0, calls: 0 };
    const decided = decideUsage(tier, 'requests', usedUnits, amountUnits, window, NOW_MS, true);
    expect(decided).toMatchObject({ allowed: true, usedUnits: after });
  });

  it.each([
    ['within the limit', 10, 5, 5, 0, 0],
    ['over the edge', 10, 8, 5, 0, 3],
    ['wholly above', 10, 13, 4, 3, 4],
    ['at a limit of 0', 0, 0, 2, 0, 2],
    ['after the limit was lowered below what was used', 5, 90, 1, 0, 1],
    ['and the next one', 5, 91, 2, 1, 2],
    ['after the limit was raised above what was used', 100, 15, 1, 5, 0],
    ['above a raised limit, as far as it was not billed', 100, 104, 3, 5, 2],
  ])(
    '%s: limit %i, %i used, %i more, %i billed: bills %i',
    (_, limit, used, amount, billed, due) => {
      expect(newOverageUnits(limit, used, amount, billed)).toBe(due);
    },
  );

  it('bills what is above the limit in all, whatever the sizes of the calls', () => {
    for (let limit = 0; limit < 12; limit++) {
      let [used, billed] = [0, 0];
      for (const amount of [1, 3, 1, 7, 2, 5]) {
        billed += newOverageUnits(limit, used, amount, billed);
        used += amount;
        expect(billed).toBe(Math.max(0, used - limit));
      }
    }
  });
});

describe('units above a limit', () => {
  const terms = {
    periodStartMs: 0,
    periodEndMs: 2 * NOW_MS,
    interval: 'month' as const,
    endsAtMs: null,
    countFromMs: null,
    billed: ['requests'],
  };
  it.each([
    ['of a feature without overage', 'exports', terms, 'refused'],
    ['of a plan that was given', 'requests', null, 'counted'],
    ['of a subscriber who pays for them', 'requests', terms, 'billed'],
    ['of a subscriber who does not', 'requests', { ...terms, billed: [] }, 'refused'],
    ['until a subscription ends', 'requests', { ...terms, endsAtMs: NOW_MS + 1 }, 'billed'],
    ['from its end on', 'requests', { ...terms, endsAtMs: NOW_MS }, 'refused'],
  ])('%s: %s, %j: are %s', (_, feature, subscription, expected) => {
    expect(aboveLimit({ ...tier, soft: ['requests'] }, feature, subscription, NOW_MS)).toBe(
      expected,
    );
  });
});

describe('a threshold', () => {
  const limits = { features: { few: 3, odd: 7, none: 0, all: null }, rateLimitPerMinute: null };
  it.each([
    ['few', 0, 2, []],
    ['few', 2, 1, [80, 100]],
    ['odd', 5, 1, [80]],
    ['odd', 6, 1, [100]],
    ['odd', 0, 7, [80, 100]],
    ['odd', 7, 1, []],
    ['odd', 6, 9, [100]],
    ['none', 0, 1, []],
    ['all', 0, 1_000_000, []],
  ] as const)('of %s is crossed with %i used and %i more: %j', (feature, used, more, expected) => {
    const window = { startMs: 0, calls: 0 };
    expect(decideUsage(limits, feature, used, more, window, NOW_MS, true)).toMatchObject({
      crossed: expected,
    });
  });

  it('is crossed once on the way to the limit, by whatever steps, and costs no list otherwise', () => {
    const window = { startMs: 0, calls: 0 };
    const met: number[] = [];
    const lists = new Set<readonly number[]>();
    for (let used = 0; used < 20; used++) {
      const decided = decideUsage(
        { ...limits, features: { x: 12 } },
        'x',
        used,
        1,
        window,
        NOW_MS,
        true,
      );
      if (!decided.allowed) throw new Error('refused');
      met.push(...decided.crossed);
      if (decided.crossed.length === 0) lists.add(decided.crossed);
    }
    expect(met).toEqual([80, 100]);
    expect(lists.size).toBe(1);
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
