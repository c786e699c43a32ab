import { expect, type Page } from '@playwright/test';
import axe, { type RunOptions } from 'axe-core';

/** The widths a page must do well at, in pixels: a phone's, a laptop's, and the widest. */
const WIDTHS = [400, 1280, 2560] as const;

/** The rules that look at colours: all that can find another thing in another theme. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails when axe finds anything in the page as it is, light or dark. */
export async function expectNoFault(page: Page): Promise<void> {
  expect(await findingsInThemes(page)).toEqual([]);
}

/** What is wrong with a page at any width, light or dark: what axe finds, and what is too wide. */
export async function faultsAtAllWidths(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const here = await findingsInThemes(page);
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    if (isWide) here.push('wider than the window');
    found.push(...here.map((what) => `${new URL(page.url()).pathname} ${width} px: ${what}`));
  }
  return found;
}

/** All that axe finds in light, and of colours in dark; the page is light again after that. */
async function findingsInThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const inDark = await findings(page, OF_COLOURS);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...(await findings(page, RULES)), ...inDark.map((what) => `dark: ${what}`)];
}

/**
 * What axe finds in the page as it stands, by these tags or rules. The page runs axe itself:
 * `@axe-core/playwright` opens a tab for each look, which takes seconds and the focus.
 */
async function findings(page: Page, runOnly: string[]): Promise<string[]> {
  for (const frame of page.frames())
    if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(axe.source);
  return page.evaluate(
    async (options) => {
      // What moves has the colours of its way until it is there.
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const moving = document.getAnimations().filter(({ effect }) => {
        return Number.isFinite(effect?.getComputedTiming().endTime);
      });
      await Promise.allSettled(moving.map(({ finished }) => finished));
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(document, options);
      return violations.map(({ id, nodes }) => {
        const where = nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`);
        return `${id}: ${where.join('\n')}`;
      });
    },
    { runOnly, resultTypes: ['violations'] } satisfies RunOptions,
  );
}

/** Writes down every layout shift of the page from its beginning. */
export const watchShifts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const found: string[] = [];
    Object.assign(globalThis, { found });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Element | null }[];
      })[]) {
        const moved = entry.sources.map(({ node }) => node?.nodeName).join(' ');
        if (!entry.hadRecentInput) found.push(`${entry.value} ${moved}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });

/** Writes down everything a content security policy refused. */
export const watchViolations = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const found: string[] = [];
    Object.assign(globalThis, { found });
    document.addEventListener('securitypolicyviolation', (event) =>
      found.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`),
    );
  });

/** What was written down. */
export const foundOn = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { found: string[] }).found);
