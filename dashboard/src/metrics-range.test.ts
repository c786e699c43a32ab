import { expect, it } from 'vitest';
import { change, rangeIn, rangeQuery } from './metrics-range.ts';

it.each([
  ['', '?range=30d'],
  ['?range=12m', '?range=12m'],
  ['?range=for-ever', '?range=30d'],
  ['?from=2026-01-01&to=2026-01-31', '?from=2026-01-01&to=2026-01-31'],
  ['?from=2026-02-01&to=2026-01-31', '?range=30d'],
  ['?from=<script>&to=2026-01-31', '?range=30d'],
])('reads %s as %s', (search, query) => {
  expect(rangeQuery(rangeIn(search))).toBe(query);
});

it('says by how much a number changed, and nothing where there was none before', () => {
  expect(change(15, 10)).toBe(0.5);
  expect(change(0, 10)).toBe(-1);
  expect(change(10, -10)).toBe(2);
  expect(change(10, 0)).toBeNull();
});
