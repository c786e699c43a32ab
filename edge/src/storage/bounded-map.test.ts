import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

it('forgets what was not asked for the longest, when all weighs too much', () => {
  const map = new BoundedMap<string, number>(10);
  map.set('a', 1, 4);
  map.set('b', 2, 4);
  expect(map.get('a')).toBe(1);
  map.set('c', 3, 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  expect([map.size, map.weight]).toEqual([2, 8]);
});

it('weighs an entry once, however often it is set', () => {
  const map = new BoundedMap<string, number>(10);
  for (let n = 0; n < 100; n++) map.set('a', n, n % 7);
  expect([map.get('a'), map.size, map.weight]).toEqual([99, 1, 1]);
  map.delete('a');
  map.delete('a');
  expect([map.size, map.weight]).toEqual([0, 0]);
});

it('keeps the newest entry, whatever it weighs', () => {
  const map = new BoundedMap<string, number>(10);
  map.set('a', 1, 4);
  map.set('b', 2, 40);
  expect([map.get('a'), map.get('b'), map.weight]).toEqual([undefined, 2, 40]);
});
