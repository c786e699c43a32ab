import { expect, it } from 'vitest';
import { decideSending, meterEventName } from './overage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = 100 * DAY_MS;

it.each([
  ['a new one is sent', 1, null, 'send'],
  ['one sent a moment ago is sent again', 1, 1000, 'send'],
  ['one Stripe still knows is sent again', DAY_MS, 23 * HOUR_MS, 'send'],
  ['one Stripe may have forgotten is looked for', DAY_MS, 23 * HOUR_MS + 1, 'look'],
  ['one that is old, but was never sent, is sent', 34 * DAY_MS, null, 'send'],
  ['one too old to be taken is given up', 34 * DAY_MS + 1, null, 'give_up'],
])('%s', (_, ageMs, sentAgoMs, expected) => {
  const firstSentMs = sentAgoMs === null ? null : NOW_MS - sentAgoMs;
  expect(decideSending({ atMs: NOW_MS - ageMs, firstSentMs }, NOW_MS)).toBe(expected);
});

it('names a meter by environment and feature, within the 100 characters Stripe takes', () => {
  const ref = { projectId: `prj_${'a'.repeat(40)}`, mode: 'test' as const };
  const name = meterEventName(ref, 'f'.repeat(40));
  expect(name).toBe(`dream_prj_${'a'.repeat(40)}_test_${'f'.repeat(40)}`);
  expect(name.length).toBeLessThanOrEqual(100);
});
