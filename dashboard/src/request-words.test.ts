import type { RefusedRequest } from '@dream/contract';
import { expect, it } from 'vitest';
import { metWords, requestIdIn } from './request-words.ts';

const refused = (code: string, facts: RefusedRequest['facts']) =>
  ({ code, facts }) as RefusedRequest;

it.each([
  [
    'limit_reached',
    { plan: 'free', feature: 'requests', limit: 3, usageCount: 3 },
    '3 of 3 requests used on free',
  ],
  ['rate_limited', { perMinute: 100 }, '100 calls a minute allowed'],
  ['origin_not_allowed', { origin: 'https://a.example' }, 'From https://a.example'],
  ['feature_not_included', { feature: 'export', plan: 'free' }, 'export on free'],
  ['feature_not_found', { feature: 'export' }, 'export'],
  ['key_revoked', {}, ''],
])('says of %s what it met: %o', (code, facts, words) => {
  expect(metWords(refused(code, facts))).toBe(words);
});

it.each([
  ['req_0123456789abcdefghij', 'req_0123456789abcdefghij'],
  [' "requestId": "req_0123456789abcdefghij", ', 'req_0123456789abcdefghij'],
  ['cust_0123456789abcdefghij', null],
  ['', null],
])('finds the request id in %j', (text, id) => {
  expect(requestIdIn(text)).toBe(id);
});
