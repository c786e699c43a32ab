import { expect, it } from 'vitest';
import { sharesUsed } from './balance-notice.ts';

it.each([
  ['above a fifth nothing', { fullUnits: 100, told: 0 }, 21, [], 0],
  ['at a fifth the first', { fullUnits: 100, told: 0 }, 20, [80], 1],
  ['once', { fullUnits: 100, told: 1 }, 5, [], 1],
  ['at nothing the second', { fullUnits: 100, told: 1 }, 0, [100], 3],
  ['both at once', { fullUnits: 100, told: 0 }, 0, [80, 100], 3],
  ['no rounding', { fullUnits: 3, told: 0 }, 1, [], 0],
  ['nothing of a balance that never rose', { fullUnits: 0, told: 0 }, 0, [], 0],
] as const)('tells %s', (_, level, balanceUnits, shares, told) => {
  expect(sharesUsed({ ...level, fullMs: 0 }, balanceUnits)).toEqual({ shares, told });
});
