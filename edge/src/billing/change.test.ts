import { describe, expect, it } from 'vitest';
import { decideTiming, isUpgrade, itemChanges, type Priced } from './change.ts';

const at = (tier: string, priceMinor: number, interval: 'month' | 'year' = 'month'): Priced => ({
  tier,
  priceMinor,
  interval,
});

describe('a change of plan', () => {
  it.each([
    ['a dearer tier', at('pro', 1900), at('team', 4900), true],
    ['a cheaper tier', at('team', 4900), at('pro', 1900), false],
    ['a year of the same tier', at('pro', 1900), at('pro', 19_000, 'year'), true],
    ['a month of the same tier', at('pro', 19_000, 'year'), at('pro', 1900), false],
    ['a dearer tier by the month', at('pro', 19_000, 'year'), at('team', 4900), true],
    ['a cheaper tier by the year', at('team', 4900), at('pro', 19_000, 'year'), false],
    ['a year of a dearer tier', at('pro', 1900), at('team', 49_000, 'year'), true],
    ['another tier at the same price', at('blue', 1900), at('red', 1900), true],
    ['a month of another tier at the same price', at('a', 24_000, 'year'), at('b', 2000), true],
    ['a new price of the same tier that costs less', at('pro', 1900), at('pro', 1500), false],
    ['a new price of the same tier that costs more', at('pro', 1900), at('pro', 2500), true],
  ])('to %s is an upgrade or waits for the end of what is paid', (_, from, to, expected) => {
    expect(isUpgrade(from, to)).toBe(expected);
  });

  it('is made at once in a trial, and costs nothing then', () => {
    const live = { status: 'trialing' as const, periodEndsAtMs: 5 };
    expect(decideTiming(at('team', 4900), at('pro', 1900), live)).toEqual({
      kind: 'upgrade',
      isProrated: false,
    });
  });

  it('to a cheaper tier begins when the paid period ends', () => {
    const live = { status: 'active' as const, periodEndsAtMs: 5 };
    expect(decideTiming(at('team', 4900), at('pro', 1900), live)).toEqual({
      kind: 'downgrade',
      atMs: 5,
    });
  });
});

describe('the lines of a subscription', () => {
  const ours = (priceId: string) => !priceId.startsWith('foreign');
  const items = [
    { id: 'si_1', priceId: 'pro' },
    { id: 'si_2', priceId: 'pro_calls' },
    { id: 'si_3', priceId: 'foreign' },
  ];

  it('change in place, and those of others stay', () => {
    expect(itemChanges(items, ours, ['team', 'team_calls'])).toEqual([
      { id: 'si_1', price: 'team' },
      { id: 'si_2', deleted: true },
      { price: 'team_calls' },
    ]);
  });

  it('that are right already need no change', () => {
    expect(itemChanges(items, ours, ['pro', 'pro_calls'])).toEqual([]);
  });

  it('gain what the plan lacks and lose what it has too much', () => {
    expect(itemChanges(items, ours, ['pro'])).toEqual([{ id: 'si_2', deleted: true }]);
    expect(itemChanges(items.slice(0, 1), ours, ['pro', 'pro_calls'])).toEqual([
      { price: 'pro_calls' },
    ]);
  });
});
