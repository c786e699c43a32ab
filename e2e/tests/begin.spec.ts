import { expect, test } from '@playwright/test';
import { faultsOf, signInAs } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local, newEmail } from './stack.ts';

test('a stranger makes a product, shows it to somebody, and keeps it by signing up', async ({
  page,
  context,
}) => {
  const faults = faultsOf(page);
  await page.goto(local.dashboard);
  await page.getByRole('link', { name: 'Start without an account' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('Must not be empty.')).toBeVisible();
  await page.getByLabel('Name of your product').fill('Quills <b>');
  await page.getByRole('button', { name: 'Go on' }).click();

  await page.getByRole('button', { name: 'Pro', exact: true }).click();
  await page.getByRole('group', { name: 'Price 1' }).getByLabel('Amount').fill('24');
  await expect(page.locator('dream-pricing')).toContainText('$24');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByLabel('Accent colour', { exact: true }).fill('#a8432b');
  await page.reload();
  await expect(page.getByLabel('Accent colour', { exact: true })).toHaveValue('#a8432b');
  await page.getByRole('button', { name: 'Go on' }).click();

  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Open preview' }).click();
  const preview = await opened;
  await expect(preview.locator('dream-pricing')).toContainText('$24');
  await expect(preview.locator('header')).toContainText('Quills <b>');
  await preview.close();

  await page.getByRole('link', { name: 'Keep it as a project' }).click();
  await signInAs(page, newEmail());
  await expect(page.getByRole('heading', { level: 1, name: 'Quills <b>' })).toBeVisible();
  await expect(page).toHaveURL(/\/projects\/prj_\w+\/test$/);
  await page.getByRole('link', { name: 'Tiers', exact: true }).first().click();
  await expect(page.locator('main')).toContainText('$24 a month');
  await page.goto(`${local.dashboard}/projects`);
  await expect(page.locator('main').getByRole('link', { name: 'Quills <b>' })).toBeVisible();
  await expect(page.getByText('You began')).toHaveCount(0);
  expect(faults).toEqual([]);
});

test('a preview that is over, or not whole, says so and shows nothing else', async ({ page }) => {
  const begun = { madeAtMs: 1, kind: 'saas' };
  const old = Buffer.from(JSON.stringify(begun)).toString('base64url');
  await page.goto(`${local.demo}/preview#${old}`);
  await expect(page.getByRole('heading', { name: 'This preview has ended' })).toBeVisible();
  await page.goto(`${local.demo}/preview#broken`);
  await expect(page.getByRole('heading', { name: 'There is nothing to show here' })).toBeVisible();
  await expect(page.locator('dream-pricing')).toHaveCount(0);
});

test('pages before an account are free of axe findings, light and dark, at any width', async ({
  page,
}) => {
  const found: string[] = [];
  await page.goto(`${local.dashboard}/start`);
  await page.getByLabel('Name of your product').fill('Quills');
  for (const path of [
    '/',
    '/start',
    '/start/tiers',
    '/start/look',
    '/start/preview',
    '/start/save',
  ]) {
    await page.goto(local.dashboard + path);
    await expect(page.locator('main h1')).toBeVisible();
    found.push(...(await faultsAtAllWidths(page)));
  }
  expect(found).toEqual([]);
});
