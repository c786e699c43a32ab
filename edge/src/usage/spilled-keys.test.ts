import { expect, it } from 'vitest';
import { SpilledKeys } from './spilled-keys.ts';

const keys = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `click-${from + index}`);

it('knows every key it was given, and hardly another', () => {
  const spilled = new SpilledKeys();
  for (let hour = 0; hour < 24; hour++) spilled.add(hour, keys(hour * 6000, 6000));
  for (const key of keys(0, 144_000)) expect(spilled.mayHave(key)).toBe(true);
  const others = keys(200_000, 100_000).filter((key) => spilled.mayHave(key));
  expect(others.length).toBeLessThan(50);
  expect(spilled.size).toBeGreaterThan(143_900);
  expect(spilled.bytes / spilled.size).toBeLessThan(17);
});

it('forgets hours that are over, and takes no room for them', () => {
  const spilled = new SpilledKeys();
  expect([spilled.oldestHour, spilled.mayHave('click-1')]).toEqual([null, false]);
  spilled.add(7, ['a']);
  spilled.add(9, ['b']);
  spilled.forgetBefore(8);
  expect([spilled.mayHave('a'), spilled.mayHave('b'), spilled.oldestHour]).toEqual([
    false,
    true,
    9,
  ]);
  spilled.forgetBefore(10);
  expect([spilled.size, spilled.bytes]).toEqual([0, 0]);
});
