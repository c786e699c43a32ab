import { describe, expect, it } from 'vitest';
import { hasFailedEnough, nextTryMs } from './schedule.ts';

const HOUR_MS = 3_600_000;

describe('a delivery that failed', () => {
  it.each([
    [1, 5000],
    [2, 300_000],
    [3, 1_800_000],
    [4, 2 * HOUR_MS],
    [5, 5 * HOUR_MS],
    [6, 10 * HOUR_MS],
    [7, 14 * HOUR_MS],
    [8, 20 * HOUR_MS],
    [9, 24 * HOUR_MS],
  ])('%i times is tried again after %i ms, or up to a tenth later', (tries, waitMs) => {
    expect(nextTryMs(tries, 0, 1000)).toBe(1000 + waitMs);
    expect(nextTryMs(tries, 1, 1000)).toBe(1000 + waitMs + waitMs / 10);
  });

  it.each([10, 11])('%i times is tried no more', (tries) => {
    expect(nextTryMs(tries, 0, 1000)).toBe(null);
  });
});

it('an endpoint has failed enough after five days, and not sooner', () => {
  expect(hasFailedEnough(1000, 1000 + 120 * HOUR_MS - 1)).toBe(false);
  expect(hasFailedEnough(1000, 1000 + 120 * HOUR_MS)).toBe(true);
});
