import { expect, it } from 'vitest';
import { amountFault, amountFaults, amountText, minorUnits } from './amount.ts';

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

it.each([
  ['19', 'usd', null],
  ['19,99', 'EUR', null],
  ['19', 'us', 'Must be a three-letter currency code, like "usd".'],
  ['19', 'xyz', 'There is no currency “xyz”.'],
  ['0', 'usd', 'Must be an amount above nothing, like 19 or 19.50.'],
  ['$19', 'usd', 'Must be an amount above nothing, like 19 or 19.50.'],
  ['999999.99', 'usd', null],
  ['5000000', 'usd', 'Must be $999,999.99 at most.'],
  ['19.50', 'isk', 'Must be in steps of 1: Stripe charges no finer in this currency.'],
  ['1.234', 'kwd', 'Must be in steps of 0.010: Stripe charges no finer in this currency.'],
])('says of the amount %j in %s: %s', (amount, currency, expected) => {
  expect(amountFault({ amount, currency })).toBe(expected);
});

it('knows currencies from every continent, new ones among them', () => {
  const codes = 'aud brl chf cny inr jpy krw mxn nok sle twd xcg zar'.split(' ');
  expect(codes.filter((currency) => amountFault({ amount: '100', currency }))).toEqual([]);
});

it('lets an amount be free only where it may be, and each currency be there once', () => {
  const free = { amount: '0', currency: 'usd' };
  expect(amountFault(free, 0)).toBeNull();
  expect(amountFaults([free, { amount: '5', currency: 'USD' }], 0)).toEqual([
    null,
    'There is one in this currency already.',
  ]);
});
