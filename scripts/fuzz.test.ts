import { expect, it } from 'vitest';
import { fuzz, withEdge } from './fuzz/run.ts';

const CALLS = 10_000;

it('whatever is called, no answer is a 5xx or one the contract does not know, and nothing refused is counted', async () => {
  const findings = await withEdge((target) => fuzz(target, { seed: 7, from: 0, calls: CALLS }));
  expect(findings).toEqual([]);
}, 600_000);
