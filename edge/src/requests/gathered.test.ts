import { describe, expect, it } from 'vitest';
import { Gathered, MOST_AT_ONCE } from './gathered.ts';
import type { Refused } from './refused.ts';

const refused = (requestId: string): Refused => ({
  requestId,
  atMs: 0,
  method: 'POST',
  route: '/api/usage',
  status: 403,
  code: 'limit_reached',
  customerId: null,
  credential: 'secret_key',
  keyHint: null,
  facts: {},
});

describe('what is gathered', () => {
  it('is taken by whoever came first, whole', () => {
    const gathered = new Gathered();
    const opened = ['a', 'b', 'c'].map((id) => gathered.add('here', refused(id), 0));
    expect(opened).toEqual([true, false, false]);
    expect(gathered.take('here').refused.map(({ requestId }) => requestId)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(gathered.take('here').refused).toEqual([]);
    expect(gathered.add('here', refused('d'), 0)).toBe(true);
  });

  it('is bounded in a flood, which is counted', () => {
    const gathered = new Gathered();
    for (let i = 0; i < MOST_AT_ONCE + 7; i++) gathered.add('here', refused(`${i}`), 0);
    const { refused: kept, droppedCalls } = gathered.take('here');
    expect([kept.length, droppedCalls]).toEqual([MOST_AT_ONCE, 7]);
  });

  it('is taken by another one when whoever came first is gone', () => {
    const gathered = new Gathered();
    gathered.add('here', refused('a'), 0);
    expect(gathered.add('here', refused('b'), 30_000)).toBe(false);
    expect(gathered.add('here', refused('c'), 30_001)).toBe(true);
    expect(gathered.take('here').refused).toHaveLength(3);
  });

  it('of one environment does not wait for that of another', () => {
    const gathered = new Gathered();
    expect(gathered.add('here', refused('a'), 0)).toBe(true);
    expect(gathered.add('there', refused('b'), 0)).toBe(true);
    expect(gathered.take('here').refused).toHaveLength(1);
  });
});
