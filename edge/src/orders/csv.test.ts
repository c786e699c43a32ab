import { expect, it } from 'vitest';
import { cell, decimal } from './csv.ts';

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '|calc', '%x', '＝1', '\n=cmd'])(
  'the cell %j, which a spreadsheet would run, begins with an apostrophe',
  (text) => {
    expect(cell(text)).toBe(`"'${text}"`);
  },
);

it.each(['Ada', '2 × Mug', '19.99', '1001', '', 'a=b', 'a-b'])(
  'the cell %j stays as it is',
  (text) => {
    expect(cell(text)).toBe(`"${text}"`);
  },
);

it('separators, quotes and line breaks in a cell are text', () => {
  expect(cell('5" mug, blue\nand "round"')).toBe('"5"" mug, blue\nand ""round"""');
});

it.each([
  [1999, 'usd', '19.99'],
  [5, 'eur', '0.05'],
  [0, 'eur', '0.00'],
  [500, 'jpy', '500'],
  [12_340, 'kwd', '12.340'],
  [50_000, 'isk', '500.00'],
])('%i minor units of %s are %s', (minor, currency, text) => {
  expect(decimal(minor, currency)).toBe(text);
});
