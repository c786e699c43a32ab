import { expect } from '@open-wc/testing';
import { currencyOfRegion } from './currency.ts';

const all = ['usd', 'eur', 'gbp', 'chf', 'jpy'];
const cases: [string, readonly string[], string | undefined][] = [
  ['en-US', all, 'usd'],
  ['de-CH', all, 'chf'],
  ['de', all, 'eur'],
  ['fr-FR', all, 'eur'],
  ['ja', all, 'jpy'],
  ['en', ['eur', 'usd'], 'usd'],
  ['sv-SE', all, undefined],
  ['en-001', all, undefined],
  ['en-US@posix', all, undefined],
];
for (const [language, currencies, expected] of cases)
  it(`${language} pays in ${expected ?? 'none of them'}, of ${currencies.join()}`, () => {
    expect(currencyOfRegion(language, currencies)).to.equal(expected);
  });
