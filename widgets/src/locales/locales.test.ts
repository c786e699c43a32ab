import { expect } from '@open-wc/testing';
import { directionOf, inLanguage, LANGUAGES, show } from '../../test/common-widget-tests.ts';
import { bootstrap, free, pro, subscriber } from '../../test/samples.ts';
import '../account/account.ts';
import '../gate/gate.ts';
import type { DreamElement } from '../internal/dream-element.ts';
import { fill, languageOf, translated } from '../internal/language.ts';
import '../pricing/checkout-dialog.ts';
import '../pricing/plan-dialog.ts';
import '../pricing/pricing.ts';
import { english } from '../pricing/pricing.strings.ts';
import '../signup/signup.ts';
import '../usage-meter/usage-meter.ts';

const html = '<dream-pricing></dream-pricing>';
const shadowText = (element: Element) =>
  element.shadowRoot?.textContent?.replaceAll(/\s+/g, ' ') ?? '';

it('every language has every text of every element, with its braces and plural forms', async () => {
  const path = '../internal/locales/faults.all.js';
  const { default: faults } = (await import(path)) as { default: string[] };
  expect(faults).to.deep.equal([]);
});

describe('the language of an element', () => {
  const at = (lang: string, projectLocale: string | null | undefined) => {
    document.body.innerHTML = `<section ${lang && `lang="${lang}"`}><p></p></section>`;
    return languageOf(document.querySelector('p') as Element, projectLocale);
  };
  const cases: [string, string | undefined, string][] = [
    ['the nearest lang goes before the project', at('de', 'fr'), 'de'],
    ['with its region, for dates and prices', at('de-CH', null), 'de-CH'],
    ['as people write it', at('pt_BR', null), 'pt-BR'],
    ['the project goes before the browser', at('', 'ja'), 'ja'],
    ['one without texts is passed over', at('fi', 'nl'), 'nl'],
    ['what is no language is, too', at('klingon!', 'it'), 'it'],
    ['every script of a language is one language', at('zh-TW', null), 'zh-TW'],
  ];
  for (const [name, is, expected] of cases)
    it(name, () => {
      expect(is).to.equal(expected);
    });

  it('is the browser’s when nobody says one, and English in the end', () => {
    expect(at('', null)).to.equal(navigator.language);
  });

  it('is not known before the project’s is', () => {
    expect(at('', undefined)).to.equal(undefined);
    expect(at('de', undefined)).to.equal('de');
  });
});

describe('a number in a text', () => {
  const days = { one: '{days} dzień', few: '{days} dni', other: '{days} dnia' };
  for (const [count, expected] of [
    [1, '1 dzień'],
    [3, '3 dni'],
    [1.5, '1,5 dnia'],
  ] as const)
    it(`chooses its form: ${expected}`, () => {
      expect(fill(days, { tier: 'Pro', days: count }, 'pl')).to.equal(expected);
    });

  it('is written as the language writes it', () => {
    expect(fill('{n}', { n: 1234.5 }, 'de')).to.equal('1.234,5');
  });
});

for (const [days, words] of [
  [1, '1 day free'],
  [14, '14 days free'],
] as const)
  it(`a trial of ${days} is told as "${words}"`, async () => {
    const tiers = [free, { ...pro, trialDays: days }];
    const element = await show(html, { bootstrap: { ...bootstrap, tiers } });
    expect(shadowText(element)).to.contain(words);
  });

it('nothing is read in English while the words of the place are on their way', async () => {
  document.documentElement.lang = 'de';
  const seen: string[] = [];
  document.body.innerHTML = html;
  const element = document.querySelector('dream-pricing') as DreamElement;
  element.config = { bootstrap };
  const root = element.shadowRoot as ShadowRoot;
  const watch = new MutationObserver(() => seen.push(root.textContent ?? ''));
  watch.observe(root, { subtree: true, childList: true, characterData: true });
  await element.updateComplete;
  watch.disconnect();
  document.documentElement.removeAttribute('lang');
  expect(seen.filter((text) => text.includes(english.signUp))).to.deep.equal([]);
  expect(shadowText(element)).to.contain('Pro wählen').and.to.contain('pro Monat');
});

it('words that cannot be loaded are in English, and said to be', async () => {
  const element = document.createElement('dream-other') as DreamElement;
  element.lang = 'de';
  element.config = { bootstrap };
  document.body.replaceChildren(element);
  await element.updateComplete;
  expect(shadowText(element)).to.contain(english.signUp);
  expect(element.shadowRoot?.querySelector<HTMLElement>('.root')?.lang).to.equal('en');
});
customElements.define('dream-other', class extends (customElements.get('dream-pricing')!) {});

it('another lang, set later, is spoken from the next change on, never half', async () => {
  const element = await show(html, { bootstrap, customer: subscriber });
  element.lang = 'fr';
  element.config = { bootstrap };
  await element.updateComplete;
  expect(shadowText(element)).to.contain('Choisir Pro').and.not.to.contain('Choose');
});

it('what is slotted into a gate keeps the direction of the page', async () => {
  const gate = '<dream-gate lang="ar"><p>Six</p></dream-gate>';
  const element = await show(gate, { bootstrap, customer: subscriber });
  expect(getComputedStyle(element.querySelector('p') as Element).direction).to.equal('ltr');
});

for (const language of LANGUAGES)
  it(`prices and dates are written as in ${language}`, async () => {
    const element = await inLanguage(language, () =>
      show('<dream-pricing currency="usd"></dream-pricing>', { bootstrap, customer: subscriber }),
    );
    const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
    expect(shadowText(element)).to.contain(format.format(Date.UTC(2026, 11, 21)));
    const currency = { style: 'currency', currency: 'USD', maximumFractionDigits: 0 } as const;
    const price = new Intl.NumberFormat(language, currency).format(19).replace('\u200f', '');
    expect(shadowText(element)).to.contain(price.replaceAll(/\s/g, ' '));
    expect(directionOf(language)).to.equal(language === 'ar' ? 'rtl' : 'ltr');
  });

it('no text is asked for that a language lacks the file of', async () => {
  for (const language of LANGUAGES)
    expect(await translated({ localName: 'dream-gate' }, language, language)).to.have.length(17);
});

it('no style says left or right where it means start or end', () => {
  const physical =
    /[\s;{](?:left|right|width|height|(?:min|max)-(?:width|height)|(?:margin|padding|border|scroll-(?:margin|padding))-(?:left|right|top|bottom)(?:-[a-z]+)?)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)/g;
  const sides = /(?:margin|padding|inset)\s*:\s*(\S+) (\S+) (\S+) (\S+);/g;
  const names = ['account', 'gate', 'pricing', 'plan-dialog', 'checkout-dialog', 'signup'];
  for (const name of [...names, 'usage-meter']) {
    const element = customElements.get(`dream-${name}`) as typeof DreamElement | undefined;
    const css = String(element?.elementStyles.join('\n'));
    expect(css.length, name).to.be.above(1000);
    expect(css.match(physical) ?? [], name).to.deep.equal([]);
    const uneven = [...css.matchAll(sides)].filter(([, , end, , start]) => end !== start);
    expect(
      uneven.map(([all]) => all),
      name,
    ).to.deep.equal([]);
  }
});
