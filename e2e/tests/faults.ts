import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Fails when axe finds anything in the page as it is. */
export async function expectNoFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // Without this, axe finishes in a tab of its own, which takes the focus from the page.
    .setLegacyMode()
    .analyze();
  const faults = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`,
  );
  expect(faults).toEqual([]);
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
