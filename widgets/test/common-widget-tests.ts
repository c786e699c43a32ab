import { expect } from '@open-wc/testing';
import 'axe-core';
import type axeCore from 'axe-core';
import type { DreamElement, Preview } from '../src/internal/dream-element.ts';
import type { Texts } from '../src/internal/texts.ts';
import { bootstrap } from './samples.ts';

declare global {
  interface Window {
    axe: typeof axeCore;
  }
}

/** States every element can be in, whoever looks at it. */
const COMMON_STATES: Record<string, Preview> = {
  loading: { status: 'loading' },
  failed: { error: { code: 'unreachable', message: 'Failed to fetch' } },
  'told what only the developer can mend': {
    error: { code: 'origin_not_allowed', message: 'Add https://a.example to the allowed origins.' },
  },
  'without data': {},
};

/** The languages besides English. */
export const LANGUAGES = ['ar', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt-BR', 'zh-Hans'];

export const directionOf = (language: string): string => (language === 'ar' ? 'rtl' : 'ltr');

/** Makes an element on a page of a language, on a telephone of 320 px, and waits for its words. */
export async function inLanguage<Shown extends DreamElement>(
  language: string,
  make: () => Promise<Shown>,
): Promise<Shown> {
  const { documentElement } = document;
  documentElement.lang = language;
  documentElement.dir = directionOf(language);
  try {
    const element = await make();
    element.parentElement?.style.setProperty('inline-size', '320px');
    await element.updateComplete;
    return element;
  } finally {
    documentElement.removeAttribute('lang');
    documentElement.removeAttribute('dir');
  }
}

/** By how many pixels what an element draws is wider than it, whichever side it leaves by. */
export function overflowOf(element: Element): number {
  const { left, right } = element.getBoundingClientRect();
  const seen = [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter(
    (each) => !each.closest('.quiet, dialog:not([open]), svg') && each.checkVisibility(),
  );
  const beyond = seen.flatMap((each) => {
    const box = each.getBoundingClientRect();
    return [left - box.left, box.right - right];
  });
  return Math.ceil(Math.max(0, element.scrollWidth - element.clientWidth, ...beyond) - 0.5);
}

/** Puts an element on the page, drawing what `config` says. */
export async function show(
  html: string,
  config: Preview,
  scheme: 'light' | 'dark' = 'light',
): Promise<DreamElement> {
  const page = `color-scheme:${scheme};background:light-dark(#fff,#111);color:light-dark(#111,#fff)`;
  document.body.innerHTML = `<main style="${page}"><h1>Site</h1><h2>Here</h2>${html}</main>`;
  const element = document.querySelector('main')?.lastElementChild as DreamElement;
  element.config = config;
  await element.updateComplete;
  return element;
}

/** What axe finds on the page, as readable lines. */
export async function faults(): Promise<string[]> {
  const { violations } = await window.axe.run(document.querySelector('main') as Element);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Tests every element has to pass: by its tag, in the states all have and in its own. */
export function commonWidgetTests(
  html: string,
  states: Record<string, Preview>,
  english: Texts,
): void {
  const all = { ...COMMON_STATES, ...states };
  for (const [name, config] of Object.entries(all)) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`${html} is accessible when ${name}, ${scheme}`, async () => {
        await show(html, config, scheme);
        expect(await faults()).to.deep.equal([]);
      });
    }
    it(`${html} fits a narrow page with text of double size when ${name}`, async () => {
      document.documentElement.style.fontSize = '200%';
      const element = await show(html, config);
      element.parentElement?.style.setProperty('inline-size', '20rem');
      const overflow = element.scrollWidth - element.clientWidth;
      document.documentElement.style.fontSize = '';
      expect(overflow).to.be.at.most(0);
    });
  }

  it(`${html} says nothing that is not in its strings`, async () => {
    const marked = Object.fromEntries(Object.keys(english).map((name) => [name, `«${name}»`]));
    for (const config of Object.values(all)) {
      const element = await show(html, config);
      element.texts = marked;
      await element.updateComplete;
      const known = JSON.stringify({ bootstrap, config }).toLowerCase();
      for (const text of textsOf(element)) {
        const isData = known.includes(text.toLowerCase()) || !/\p{L}{2}/u.test(text);
        expect(isData || text.includes('«'), `"${text}" is written in the class`).to.equal(true);
      }
    }
  });

  it(`${html} withstands a host page that unsets everything`, async () => {
    await show(html, Object.values(states)[0] ?? {});
    const before = measured();
    const style = document.createElement('style');
    style.textContent = '* { all: unset; line-height: 6 !important; letter-spacing: 1em; }';
    document.head.append(style);
    const after = measured();
    style.remove();
    expect(after).to.deep.equal(before);
  });

  it(`${html} bears a mark in test mode, which takes no room, and none in live mode`, async () => {
    const config = Object.values(states)[0] ?? {};
    const sizes = [];
    for (const [mode, mark] of [
      ['test', '"TEST"'],
      ['live', 'none'],
    ] as const) {
      const element = await show(html, { ...config, bootstrap: { ...bootstrap, mode } });
      const root = element.shadowRoot?.querySelector('[part=root]:not(.bare)');
      if (root) expect(getComputedStyle(root, '::after').content, mode).to.equal(mark);
      const { width, height } = element.getBoundingClientRect();
      sizes.push([width, height]);
    }
    expect(sizes[0]).to.deep.equal(sizes[1]);
  });

  for (const language of LANGUAGES)
    it(`${html} speaks ${language} and fits 320 px in it`, async () => {
      const words = JSON.stringify({ bootstrap, states }).toLowerCase();
      const silent = html.replace(/ lang="\w+"/, '');
      for (const [name, config] of Object.entries(all)) {
        const element = await inLanguage(language, () => show(silent, config));
        const root = element.shadowRoot?.querySelector<HTMLElement>('.root');
        expect([root?.lang, root?.dir]).to.deep.equal([language, directionOf(language)]);
        expect(overflowOf(element), `${name}: overflow`).to.be.at.most(0);
        const englishToo = textsOf(element).filter(
          (text) => Object.values(english).includes(text) && !words.includes(text.toLowerCase()),
        );
        const alike = englishToo.filter((text) => /\s/.test(text));
        expect(alike, `${name}: in English`).to.deep.equal([]);
      }
    });

  it(`${html} takes properties set before it was defined`, async () => {
    const element = document.createElement(html.replaceAll(/[<>]|\/.*|\s.*/g, '')) as DreamElement;
    element.config = all.failed;
    document.body.replaceChildren(element);
    await element.updateComplete;
    expect(element.shadowRoot?.textContent).to.contain(english.errorUnreachable);
  });
}

/** The visible texts and labels inside an element. */
export function textsOf(element: Element): string[] {
  const root = element.shadowRoot ?? element;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode.textContent?.trim() ?? '');
  for (const node of root.querySelectorAll('[aria-label],[title],[placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder'])
      texts.push(node.getAttribute(name) ?? '');
  return texts.filter(Boolean);
}

/** Fonts and boxes of what is inside the element; its place on the page may change. */
function measured(): string[] {
  const element = document.querySelector('main')?.lastElementChild;
  return [...(element?.shadowRoot?.querySelectorAll('button, h2, h3, p, input') ?? [])].map(
    (node) => {
      const { lineHeight, letterSpacing, boxSizing, display } = getComputedStyle(node);
      return [node.localName, lineHeight, letterSpacing, boxSizing, display].join(' ');
    },
  );
}
