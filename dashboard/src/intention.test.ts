import { expect, it } from 'vitest';
import { Intention } from './intention.ts';

it('keeps the key of the same body until it ends, and gives another body another one', () => {
  const intention = new Intention();
  const first = intention.keyOf({ a: 1 });
  expect(intention.keyOf({ a: 1 })).toBe(first);
  expect(intention.keyOf({ a: 2 })).not.toBe(first);
  const last = intention.keyOf({ a: 1 });
  intention.end();
  expect(intention.keyOf({ a: 1 })).not.toBe(last);
});
