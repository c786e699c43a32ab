import { expect, it } from 'vitest';
import { actionWords, actorWords } from './audit-words.ts';

it.each([
  ['tier.saved', 'Tier saved'],
  ['stripe.account_made', 'Stripe account made'],
])('says %s as “%s”', (action, words) => {
  expect(actionWords(action)).toBe(words);
});

it.each([
  ['operator', 'The operator', null],
  ['operator cust_1', 'The operator', 'cust_1'],
  ['plt_1 cust_1', 'A developer', 'cust_1'],
  ['key sk_1', 'Your server, by key', 'sk_1'],
  ['customer', 'The customer', null],
  ['clerk', 'Clerk', null],
  ['system', 'dream', null],
])('tells who %s is', (actor, words, id) => {
  expect(actorWords(actor)).toEqual({ words, id });
});
