import type { Usage } from '@dream/contract';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FirstAnswer, findAnswer, keysIn, logAnswer } from './answer-log.ts';

const month = { periodStart: '2030-11-01', periodEnd: '2030-11-30', resetsAtMs: 1_922_313_600_000 };
const usageOf = (
  count: number,
  limit: number | 'unlimited',
  plan: string,
  soft: boolean,
  held = 0,
): Usage => ({
  count,
  limit,
  remaining: limit === 'unlimited' ? limit : Math.max(0, limit - count - held),
  ...(soft && limit !== 'unlimited' && count > limit && { overageUnits: count - limit }),
  ...(held > 0 && { held }),
  plan,
  feature: 'requests',
  ...month,
});

const usages = fc
  .record({
    count: fc.integer({ min: 0, max: 1e15 }),
    limit: fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.constant('unlimited' as const)),
    plan: fc.constantFrom('free', 'pro', 'pro-2'),
    soft: fc.boolean(),
    held: fc.nat(20),
  })
  .map(({ count, limit, plan, soft, held }) => usageOf(count, limit, plan, soft, held));
const keys = fc.stringMatching(/^[\x20-\x7e]{1,20}$/);

it('gives back the newest answer of every key, to the letter', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, usages), { maxLength: 40 }), (calls) => {
      const answers = new Map<string, FirstAnswer>();
      let log = '';
      for (const [index, [key, usage]] of calls.entries()) {
        const answer = { fingerprint: `f${index}`, atMs: index, usage };
        log = logAnswer(log, key, answer);
        answers.set(key, answer);
      }
      for (const [key, answer] of answers)
        expect(JSON.stringify(findAnswer(log, key))).toBe(JSON.stringify(answer));
      expect(keysIn(log)).toEqual(calls.map(([key]) => key));
      expect(findAnswer(log, 'no key of them at all')).toBe(null);
    }),
  );
});

it('takes less than 100 characters for a key like a UUID', () => {
  let log = '';
  for (let count = 1; count <= 100; count++)
    log = logAnswer(log, `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`, {
      fingerprint: 'f'.repeat(32),
      atMs: 1_922_000_000_000,
      usage: usageOf(count, 1000, 'free', false),
    });
  expect(log.length / 100).toBeLessThan(100);
});
