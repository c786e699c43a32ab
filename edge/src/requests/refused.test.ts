import { expect, it } from 'vitest';
import { factsOf } from './refused.ts';

it.each([
  [{ usageCount: 3, limit: 3, plan: 'free', feature: 'requests', resetsAtMs: 5 }],
  [{ limit: 'unlimited', held: 2 }],
  [{ perMinute: 100 }],
  [{ origin: 'https://shop.example.com:8443' }],
])('keeps what explains a refusal: %o', (details) => {
  expect(factsOf(details)).toEqual(details);
});

it.each([
  ['fields nobody named', { issues: [{ path: 'password', message: 'x' }], id: 'cust_1' }],
  ['a name that is none', { plan: 'sk_live_secret SECRET', feature: 'ada@example.com' }],
  ['a number that is none', { usageCount: '3', held: Number.NaN, limit: 'all' }],
  ['an origin with more in it', { origin: 'https://ada:secret@example.com' }],
])('keeps nothing of %s', (_, details) => {
  expect(factsOf(details)).toEqual({});
});
