import { expect, test } from 'vitest';
import { amountMinor, percentMinor, type Rate, shareMinor } from './amount.ts';

const rate = (more: Partial<Rate>): Rate => ({
  currency: 'usd',
  unit_amount_decimal: null,
  transform_quantity: null,
  tiers_mode: null,
  ...more,
});
const unit = (unit_amount_decimal: string, more: Partial<Rate> = {}) =>
  rate({ unit_amount_decimal, ...more });
const packs = (divide_by: number, round: string) =>
  unit('500', { transform_quantity: { divide_by, round } });

test.each([
  ['whole', unit('1900'), 3, 5700],
  ['nothing used', unit('1900'), 0, 0],
  ['parts of a cent', unit('0.05'), 30, 2],
  ['half a cent is a cent', unit('0.5'), 1, 1],
  ['less than half is nothing', unit('0.499999999999'), 1, 0],
  ['begun packs', packs(1000, 'up'), 1001, 1000],
  ['a full pack', packs(1000, 'up'), 1000, 500],
  ['full packs only', packs(1000, 'down'), 1999, 500],
])('%s', (_, price, quantity, minor) => {
  expect(amountMinor(price, quantity)).toBe(minor);
});

const tier = (up_to: number | null, unitDecimal: string, flat: string | null = null) => ({
  up_to,
  unit_amount_decimal: unitDecimal,
  flat_amount_decimal: flat,
});
const tiers = [tier(10, '100', '500'), tier(null, '50')];
test.each([
  ['graduated', 0, 500],
  ['graduated', 10, 1500],
  ['graduated', 11, 1550],
  ['volume', 10, 1500],
  ['volume', 11, 550],
])('%s tiers for %i', (tiers_mode, quantity, minor) => {
  expect(amountMinor(rate({ tiers_mode, tiers }), quantity)).toBe(minor);
});

test.each([
  ['usd', 1000, 1, 3, 333],
  ['usd', 1001, 1, 2, 501],
  ['usd', -1001, 1, 2, -501],
  ['jpy', 1000, 2, 3, 667],
  ['kwd', 10_000, 1, 3, 3330],
  ['isk', 10_000, 1, 3, 3300],
  ['usd', 1000, -5, 3, 0],
])('of %s %i, %i/%i', (currency, minor, seconds, ofSeconds, share) => {
  expect(shareMinor(minor, { seconds, ofSeconds }, currency)).toBe(share);
});

test.each([
  [1000, 20, 'net', 200],
  [1200, 20, 'gross', 200],
  [999, 8.875, 'net', 89],
  [-1200, 20, 'gross', -200],
] as const)('%i at %f %% of the %s amount', (minor, percentage, of, tax) => {
  expect(percentMinor(minor, percentage, of)).toBe(tax);
});
