import { expect, type Page } from '@playwright/test';
import { newProject, signUp, test } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local } from './stack.ts';

/** Pages of a developer who has made nothing yet. */
const OF_DEVELOPER = ['/projects', '/projects/new', '/totals', '/account', '/plan', '/nowhere'];

/** Pages of a project. */
const PAGES = {
  'to set up': ['', '/integrate', '/keys', '/origins', '/stripe'],
  'to sell': ['/tiers', '/tiers/new', '/tiers/edit/free', '/customers', '/customers/cust_nobody'],
  'of a store': ['/products', '/products/new', '/orders', '/store'],
  'to look after': ['/metrics', '/webhooks', '/audit', '/settings', '/../promote'],
  'of what happened': ['/requests', '/requests/req_nobody', '/webhooks/stripe'],
  'of sign-in': ['/clerk', '/turnstile'],
};

const GUARANTEE = 'are free of axe findings, light and dark, and scroll one way only, at any width';

test(`pages of the developer ${GUARANTEE}`, async ({ page }) => {
  await signUp(page);
  await expectFaultless(page, OF_DEVELOPER);
});

for (const [which, pages] of Object.entries(PAGES))
  test(`pages ${which} ${GUARANTEE}`, async ({ desk }) => {
    const path = await newProject(desk, 'Accessible');
    await expectFaultless(
      desk,
      pages.map((each) => path + each),
    );
  });

async function expectFaultless(page: Page, paths: readonly string[]): Promise<void> {
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(local.dashboard + path);
    await expect(page.locator('main h1')).toBeVisible();
    await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
    found.push(...(await faultsAtAllWidths(page)));
  }
  expect(found).toEqual([]);
}
