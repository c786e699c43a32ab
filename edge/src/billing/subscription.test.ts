import { describe, expect, it } from 'vitest';
import {
  chooseSubscription,
  isLive,
  billsAt,
  countFrom,
  termsOf,
  planFromSubscription,
  type SubscriptionFacts,
} from './subscription.ts';

const subscription = (id: string, given: Partial<SubscriptionFacts> = {}): SubscriptionFacts => ({
  id,
  tier: 'pro',
  status: 'active',
  endsAtMs: null,
  graceEndsAtMs: null,
  createdAtMs: 100,
  toldPlan: null,
  ...given,
});

const open = { endsAtMs: null, graceEndsAtMs: null };

describe('a subscription', () => {
  it.each([
    ['active', true],
    ['trialing', true],
    ['past_due', true],
    ['unpaid', false],
    ['paused', false],
    ['incomplete', false],
    ['canceled', false],
  ] as const)('that is %s gives its plan: %s', (status, gives) => {
    expect(isLive({ status, ...open }, 1000)).toBe(gives);
  });

  it('that was cancelled gives its plan until the end and not a moment longer', () => {
    expect(isLive({ ...open, status: 'active', endsAtMs: 1000 }, 999)).toBe(true);
    expect(isLive({ ...open, status: 'active', endsAtMs: 1000 }, 1000)).toBe(false);
  });
});

describe('a subscription whose payment is missing', () => {
  it('gives its plan until the grace is over and not a moment longer', () => {
    const pastDue = { ...open, status: 'past_due' as const, graceEndsAtMs: 1000 };
    expect(isLive(pastDue, 999)).toBe(true);
    expect(isLive(pastDue, 1000)).toBe(false);
  });

  it('gives it no longer than it was to last anyway', () => {
    const ending = { status: 'past_due' as const, graceEndsAtMs: 1000, endsAtMs: 500 };
    expect(isLive(ending, 500)).toBe(false);
  });
});

describe('of several subscriptions', () => {
  it('the oldest live one counts and the others are surplus', () => {
    const [first, second] = [
      subscription('sub_1', { createdAtMs: 1 }),
      subscription('sub_2', { createdAtMs: 2 }),
    ];
    expect(chooseSubscription([second, first], 5)).toEqual({ live: first, surplus: [second] });
  });

  it('the one that gives the plan already goes on doing so', () => {
    const [older, giving] = [
      subscription('sub_1', { createdAtMs: 1 }),
      subscription('sub_2', { createdAtMs: 2, toldPlan: 'pro' }),
    ];
    expect(chooseSubscription([older, giving], 5)).toEqual({ live: giving, surplus: [older] });
  });

  it('one that ended is never surplus, one that could come back is', () => {
    const live = subscription('sub_live', { createdAtMs: 9 });
    const unpaid = subscription('sub_unpaid', { status: 'unpaid', createdAtMs: 1 });
    const canceled = subscription('sub_canceled', { status: 'canceled', createdAtMs: 1 });
    expect(chooseSubscription([unpaid, canceled, live], 10)).toEqual({ live, surplus: [unpaid] });
  });

  it('none is surplus while none is live', () => {
    const unpaid = subscription('sub_unpaid', { status: 'unpaid' });
    expect(chooseSubscription([unpaid], 10)).toEqual({ live: null, surplus: [] });
  });

  it('of the same instant the same one counts, in whatever order they come', () => {
    const [a, b] = [subscription('sub_a'), subscription('sub_b')];
    expect(chooseSubscription([a, b], 1).live?.id).toBe('sub_a');
    expect(chooseSubscription([b, a], 1).live?.id).toBe('sub_a');
  });
});

const tierOf = (priceId: string) => (priceId === 'price_pro' ? 'pro' : null);

describe('the plan of a subscription', () => {
  it('is the tier of the first item whose price is ours', () => {
    const items = [
      { priceId: 'price_support', renewsAtMs: 1 },
      { priceId: 'price_pro', renewsAtMs: 2 },
    ];
    expect(planFromSubscription(items, tierOf)).toEqual({
      tier: 'pro',
      priceId: 'price_pro',
      renewsAtMs: 2,
    });
  });

  it('is none when no price is ours', () => {
    expect(planFromSubscription([{ priceId: 'price_support', renewsAtMs: 1 }], tierOf)).toBeNull();
  });
});

describe('the count of a subscriber', () => {
  const known = { priceId: 'price_a', periodStartMs: 100, periodEndMs: 200, countFromMs: null };

  it.each([
    ['a new subscription carries it', undefined, 'price_a', 100, 200, null],
    ['the same period again', known, 'price_a', 100, 200, null],
    ['a renewal begins it anew', known, 'price_a', 200, 300, 200],
    ['so does one brought forward', known, 'price_a', 150, 250, 150],
    ['another price within the period carries it', known, 'price_b', 100, 200, null],
    ['another price with a period of its own at once carries it', known, 'price_b', 150, 999, null],
    ['another price from the next period on begins it anew', known, 'price_b', 200, 300, 200],
    ['an earlier period is no renewal', { ...known, countFromMs: 100 }, 'price_a', 50, 150, 100],
  ])('%s', (_, before, priceId, periodStartMs, periodEndMs, expected) => {
    expect(countFrom(before, { priceId, periodStartMs, periodEndMs })).toBe(expected);
  });
});

describe('overage', () => {
  const paid = { status: 'active' as const, endsAtMs: null, billed: ['calls'] };
  it.each([
    ['of a feature it has', paid, 'calls', 5000, true],
    ['of one it has not', paid, 'seats', 5000, false],
    ['past due', { ...paid, status: 'past_due' as const }, 'calls', 5000, true],
    ['in a trial', { ...paid, status: 'trialing' as const }, 'calls', 5000, false],
    ['never paid', { ...paid, status: 'incomplete' as const }, 'calls', 5000, false],
    [
      'before its end',
      { ...paid, status: 'canceled' as const, endsAtMs: 6000 },
      'calls',
      5000,
      true,
    ],
    ['in the second of its end', { ...paid, endsAtMs: 5000 }, 'calls', 5999, true],
    ['after its end', { ...paid, endsAtMs: 5000 }, 'calls', 6000, false],
  ])('%s is billed by a subscription %j, %s at %i: %s', (_, one, feature, atMs, expected) => {
    expect(billsAt(one, feature, atMs)).toBe(expected);
  });

  it('is told the shard of what is paid for, and of a trial not', () => {
    const live = {
      ...paid,
      periodStartMs: 1,
      periodEndMs: 2,
      interval: 'month' as const,
      countFromMs: null,
    };
    expect(termsOf(live)?.billed).toEqual(['calls']);
    expect(termsOf({ ...live, status: 'trialing' })?.billed).toEqual([]);
    expect(termsOf({ ...live, periodStartMs: null })).toBeNull();
  });
});
