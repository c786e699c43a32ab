import { expect } from '@playwright/test';
import { newProject, signUp } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local } from './stack.ts';
import { test } from './visitor.ts';

/** Pages that look at nothing but the developer, and those of a project. */
const PAGES = {
  'of the developer': ['/projects', '/projects/new', '/totals', '/account', '/plan', '/nowhere'],
  'to set up': ['', '/integrate', '/keys', '/origins', '/stripe'],
  'to sell': ['/tiers', '/tiers/new', '/tiers/edit/free', '/customers', '/customers/cust_nobody'],
  'of a store': ['/products', '/products/new', '/orders', '/store'],
  'to look after': ['/metrics', '/webhooks', '/audit', '/settings', '/../promote'],
  'of what happened': ['/requests', '/requests/req_nobody', '/webhooks/stripe'],
  'of sign-in': ['/clerk', '/turnstile'],
};

for (const [which, pages] of Object.entries(PAGES))
  test(`pages ${which} are free of axe findings, light and dark, and scroll one way only, at any width`, async ({
    page,
  }) => {
    await signUp(page);
    const isOfProject = which !== 'of the developer';
    const path = isOfProject ? await newProject(page, 'Accessible') : '';
    const found: string[] = [];
    for (const each of pages) {
      await page.goto(local.dashboard + path + each);
      await expect(page.locator('main h1')).toBeVisible();
      await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
      found.push(...(await faultsAtAllWidths(page)));
    }
    expect(found).toEqual([]);
  });
