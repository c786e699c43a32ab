import { expect, it } from 'vitest';
import { isSuspended, maySuspend } from './suspension.ts';

it.each([
  ['prj_a', null, false],
  ['prj_a', 0, true],
  ['prj_a', 1_700_000_000_000, true],
  ['prj_dream', null, false],
  ['prj_dream', 1_700_000_000_000, false],
])('of %s suspended at %s says %s', (projectId, suspendedAtMs, suspended) => {
  expect(isSuspended({ projectId, suspendedAtMs })).toBe(suspended);
});

it('lets every project be suspended but the platform’s own', () => {
  expect(['prj_a', 'prj_dream', 'prj_dreamy'].map(maySuspend)).toEqual([true, false, true]);
});
