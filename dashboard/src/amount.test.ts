import { expect, it } from 'vitest';
import { amountText, minorUnits } from './amount.ts';

it.each([
  ['19', 'usd', 1900],
  ['19.99', 'usd', 1999],
  ['19,5', 'eur', 1950],
  ['500', 'jpy', 500],
  ['5.5', 'jpy', null],
  ['1.234', 'kwd', 1234],
  ['990', 'isk', 99_000],
  ['1.999', 'usd', null],
  ['-1', 'usd', null],
  ['1e3', 'usd', null],
  ['', 'usd', null],
])('reads the amount %j in %s as %s minor units', (amount, currency, expected) => {
  expect(minorUnits(amount, currency)).toBe(expected);
});

it('writes an amount so that reading it gives the same', () => {
  for (const currency of ['usd', 'jpy', 'kwd', 'isk'])
    for (const priceMinor of [1, 10, 100, 1999, 2000, 123_456])
      expect(minorUnits(amountText(priceMinor, currency), currency)).toBe(priceMinor);
});
