import { expect } from '@open-wc/testing';
import 'axe-core';
import type axeCore from 'axe-core';
import type { DreamElement, Preview } from '../src/internal/dream-element.ts';
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
  english: Record<string, string>,
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
