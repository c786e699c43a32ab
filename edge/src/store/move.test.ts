import { describe, expect, it } from 'vitest';
import { positionsAfterMove } from './move.ts';

const shelf = (...positions: number[]) =>
  positions.map((position, index) => ({ id: 'abcdefgh'[index] ?? String(index), position }));

/** The ids in their order after the positions changed. */
function orderOf(before: ReturnType<typeof shelf>, changed: ReturnType<typeof shelf> | null) {
  const positions = new Map(changed?.map(({ id, position }) => [id, position]));
  return before
    .map(({ id, position }) => ({ id, position: positions.get(id) ?? position }))
    .toSorted((a, b) => a.position - b.position)
    .map(({ id }) => id)
    .join('');
}

describe('moving a product', () => {
  it.each([
    ['before all', shelf(20, 40, 60), 'c', null, 'cab', 1],
    ['into a gap', shelf(20, 40, 60), 'c', 'a', 'acb', 1],
    ['behind all', shelf(20, 40, 60), 'a', 'c', 'bca', 1],
    ['to where it stands', shelf(20, 40, 60), 'b', 'a', 'abc', 1],
    ['among those that stand by their names', shelf(0, 0, 0), 'c', 'a', 'acb', 3],
    ['before one that is the very first', shelf(0, 20), 'b', null, 'ba', 1],
    ['where there is no gap', shelf(4, 5, 6), 'c', 'a', 'acb', 3],
    ['behind one at the highest position', shelf(0, 100_000), 'a', 'b', 'ba', 2],
  ])('%s leaves all others in their order', (_, before, id, after, order, writes) => {
    const changed = positionsAfterMove(before, id, after);
    expect(orderOf(before, changed)).toBe(order);
    expect(changed).toHaveLength(writes);
  });

  it('finds positions of their own for as many as there may be', () => {
    const full = Array.from({ length: 5000 }, (_, at) => ({ id: `p${at}`, position: 0 }));
    const changed = positionsAfterMove(full, 'p4999', null) ?? [];
    const positions = changed.map(({ position }) => position);
    expect(new Set(positions).size).toBe(changed.length);
    expect(Math.max(...positions)).toBeLessThanOrEqual(100_000);
  });

  it('is not done for one that is not there, nor behind one that is not, nor behind itself', () => {
    expect(positionsAfterMove(shelf(0, 1), 'x', null)).toBeNull();
    expect(positionsAfterMove(shelf(0, 1), 'a', 'x')).toBeNull();
    expect(positionsAfterMove(shelf(0, 1), 'a', 'a')).toBeNull();
  });
});
