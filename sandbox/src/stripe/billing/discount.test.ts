import { expect, test } from 'vitest';
import { reduced, type Reduction, spread } from './discount.ts';

const off = (more: Partial<Reduction>): Reduction => ({
  id: 'di_1',
  percentOff: null,
  amountOffMinor: null,
  products: null,
  ...more,
});
const line = (minor: number, product: string | null = 'pen') => ({ minor, product });

test.each([
  ['a percentage of all', [line(1000), line(500)], [off({ percentOff: 10 })], [[100, 50]]],
  ['an amount, by share', [line(1000), line(500)], [off({ amountOffMinor: 300 })], [[200, 100]]],
  ['never more than it costs', [line(100)], [off({ amountOffMinor: 300 })], [[100]]],
  [
    'one product only',
    [line(1000), line(500, 'ink')],
    [off({ percentOff: 50, products: ['ink'] })],
    [[0, 250]],
  ],
  [
    'the second of what the first left',
    [line(1000)],
    [off({ percentOff: 50 }), off({ id: 'di_2', percentOff: 50 })],
    [[500], [250]],
  ],
  ['a credit is left alone', [line(-400), line(400)], [off({ percentOff: 25 })], [[0, 100]]],
  [
    'an odd cent goes to the largest remainder',
    [line(100), line(100), line(101)],
    [off({ amountOffMinor: 100 })],
    [[33, 33, 34]],
  ],
])('%s', (_, lines, reductions, offMinor) => {
  expect(reduced(lines, reductions).map((one) => one.offMinor)).toEqual(offMinor);
});

test('parts add up to the whole, whatever the weights', () => {
  for (let minor = 0; minor < 50; minor++)
    for (const weights of [[1], [1, 1, 1], [3, 7, 11], [0, 5], [99_999_999, 1, 2]])
      expect(spread(minor, weights).reduce((sum, part) => sum + part, 0)).toBe(minor);
});
