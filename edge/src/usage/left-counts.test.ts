import { expect, it } from 'vitest';
import { LeftCounts } from './left-counts.ts';

const written = (left: LeftCounts<number>) => {
  const rows: [string, string, number][] = [];
  left.take((...row) => rows.push(row));
  return rows;
};

it('hands over the newest count of each meter, once', () => {
  const left = new LeftCounts<number>();
  for (const count of [1, 2, 3]) {
    left.begin();
    left.put('ada', 'requests', count);
  }
  left.begin();
  left.put('ada', 'exports', 7);
  left.begin();
  left.put('eve', 'requests', 9);
  expect(Object.fromEntries(left.of('ada'))).toEqual({ requests: 3, exports: 7 });
  expect(written(left)).toEqual([
    ['ada', 'requests', 3],
    ['ada', 'exports', 7],
    ['eve', 'requests', 9],
  ]);
  expect(written(left)).toEqual([]);
});

it('undoes what the last call left, however often it changed a count, and nothing of those before', () => {
  const left = new LeftCounts<number>();
  left.begin();
  left.put('ada', 'requests', 1);
  left.begin();
  left.put('ada', 'requests', 2);
  left.put('ada', 'requests', 3);
  left.put('ada', 'exports', 4);
  left.undo();
  left.undo();
  expect(Object.fromEntries(left.of('ada'))).toEqual({ requests: 1 });
  left.clear();
  expect(written(left)).toEqual([]);
});
