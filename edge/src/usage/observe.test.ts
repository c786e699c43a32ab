import { expect, it } from 'vitest';
import { isBoolean, observedInstead } from './observe.ts';

const free = { features: { requests: 3, audit: true as const }, rateLimitPerMinute: null };
const pro = { features: { sso: true as const, exports: 5 }, rateLimitPerMinute: null };
const rules = (observes: boolean) => ({ observes, tiers: { free, pro } });

it.each([
  ['limit_reached', true, 'limit_reached'],
  ['rate_limited', true, 'rate_limited'],
  ['feature_not_included', true, 'feature_not_included'],
  ['feature_not_found', true, null],
  ['customer_banned', true, null],
  ['idempotency_conflict', true, null],
  ['limit_reached', false, null],
] as const)('%s, observing: %s, is said to be %s', (code, observes, expected) => {
  expect(observedInstead(rules(observes), code)).toBe(expected);
});

it.each([
  ['audit', false, true],
  ['requests', true, false],
  ['sso', true, true],
  ['sso', false, false],
  ['exports', true, false],
  ['nothing', true, false],
])('%s, observing: %s, has no units: %s', (feature, observes, expected) => {
  expect(isBoolean(rules(observes), free, feature)).toBe(expected);
});
