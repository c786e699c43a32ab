import { describe, expect, it } from 'vitest';
import { longestMoveMs, momentOf } from './clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const nothing = {
  renewsAtMs: null,
  endsAtMs: null,
  periodEndMs: null,
  trialEndsAtMs: null,
  graceEndsAtMs: null,
};

describe('the moment to move to', () => {
  it.each([
    ['renewal', { renewsAtMs: 1000 }, 1000 + 2 * HOUR_MS],
    ['trial_end', { trialEndsAtMs: 1000 }, 1000 + 2 * HOUR_MS],
    ['period_end', { periodEndMs: 1000 }, 1000],
    ['period_end', { periodEndMs: 1000, endsAtMs: 900 }, 900],
    ['grace_end', { graceEndsAtMs: 1000 }, 1000],
    ['renewal', { endsAtMs: 1000, periodEndMs: 1000 }, null],
    ['trial_end', { renewsAtMs: 1000 }, null],
    ['grace_end', { renewsAtMs: 1000 }, null],
  ] as const)('for %s of %o is %s', (to, ahead, atMs) => {
    expect(momentOf(to, { ...nothing, ...ahead })).toBe(atMs);
  });
});

describe('the longest move at once', () => {
  it('is two of the shortest intervals, however short a month is', () => {
    expect(longestMoveMs(['month', 'year'])).toBe(56 * DAY_MS);
    expect(longestMoveMs([null])).toBe(56 * DAY_MS);
    expect(longestMoveMs(['year'])).toBe(730 * DAY_MS);
  });
});
