import { expect, it } from 'vitest';
import { Lately } from './lately.ts';

it('reckons again when its time is over, and always what costs nothing', () => {
  const lately = new Lately<number>(100);
  let reckoned = 0;
  const ask = (name: string, nowMs: number, isCostly = true) =>
    lately.get(
      name,
      nowMs,
      () => (reckoned += 1),
      () => isCostly,
    );
  expect([ask('a', 0), ask('a', 99), ask('b', 99), ask('a', 100)]).toEqual([1, 1, 2, 3]);
  expect([ask('c', 0, false), ask('c', 0, false)]).toEqual([4, 5]);
});

it('keeps no more than some, whatever is asked', () => {
  const lately = new Lately<number>(100);
  const always = () => true;
  for (let each = 0; each < 21; each++) lately.get(`${each}`, 0, () => each, always);
  expect(lately.get('20', 1, () => -1, always)).toBe(20);
  expect(lately.get('0', 1, () => -1, always)).toBe(-1);
});
