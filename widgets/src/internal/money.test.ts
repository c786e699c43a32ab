import { expect } from '@open-wc/testing';
import { fill, languageOf } from './language.ts';
import { money } from './money.ts';

const cases: [string, number, string, string][] = [
  ['$19', 1900, 'usd', 'en'],
  ['$19.99', 1999, 'usd', 'en'],
  ['$0.05', 5, 'usd', 'en'],
  ['¥500', 500, 'jpy', 'en'],
  ['KWD 1.234', 1234, 'kwd', 'en'],
  ['KWD 2', 2000, 'kwd', 'en'],
  ['\u206619 US$\u2069', 1900, 'usd', 'ar'],
  ['\u2066‎-12.67 US$\u2069', -1267, 'usd', 'ar'],
  ['1.234,50 €', 123_450, 'eur', 'de'],
  ['HUF 1,990', 199_000, 'huf', 'en'],
  ['HUF 1,990.50', 199_050, 'HUF', 'en'],
  ['ISK 500', 50_000, 'isk', 'en'],
  ['-$12.30', -1230, 'usd', 'en'],
];
for (const [expected, minor, currency, language] of cases)
  it(`${minor} minor units of ${currency} are ${expected} in ${language}`, () => {
    expect(money(minor, currency, language).replaceAll(/\s/g, ' ')).to.equal(expected);
  });

it('the language is the nearest one around, through shadow roots, and one that exists', () => {
  document.body.innerHTML = '<div lang="de"><p></p></div>';
  const root = document.querySelector('p')!.attachShadow({ mode: 'open' });
  const inner = root.appendChild(document.createElement('b'));
  expect(languageOf(inner, 'fr')).to.equal('de');
  document.querySelector('div')!.lang = 'not a language';
  document.documentElement.removeAttribute('lang');
  expect(languageOf(inner, 'fr')).to.equal('fr');
});

it('what has no value stays as it is written', () => {
  expect(fill('{a} of {b}', { a: 0 }, 'en')).to.equal('0 of {b}');
});
