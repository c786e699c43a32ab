import type { PromotedChange } from '@dream/contract';
import { expect, it } from 'vitest';
import { amountOfChange, fieldWords } from './promotion-words.ts';

const change = (action: PromotedChange['action']): PromotedChange => ({
  kind: 'tier',
  name: 'pro',
  title: 'Pro',
  action,
  fields: [],
});

it.each([
  [[change('create')], '1 thing is made'],
  [[change('create'), change('create'), change('change')], '2 things are made, 1 is changed'],
  [[change('change'), change('change')], '2 are changed'],
])('says how much a promotion does', (changes, words) => {
  expect(amountOfChange(changes)).toBe(words);
});

it('calls a field it has no words for by its name, and never leaves it out', () => {
  expect(fieldWords('prices')).toBe('Prices');
  expect(fieldWords('somethingNew')).toBe('somethingNew');
});
