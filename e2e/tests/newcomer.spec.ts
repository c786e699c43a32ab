import { expect } from '@playwright/test';
import { faultsOf, section, signInAs } from './developer.ts';
import { serve } from './site.ts';
import { local, newEmail, pay, signInByCode, signup } from './stack.ts';
import { test } from './visitor.ts';

test('from nothing to a product that is paid for: all of it without reading a page of docs', async ({
  page,
  browser,
}) => {
  const faults = faultsOf(page);
  await page.goto(local.dashboard);
  await page.getByRole('link', { name: 'Start without an account' }).click();
  await page.getByLabel('Name of your product').fill('Newcomer');
  for (const step of ['tiers', 'look', 'preview']) {
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page).toHaveURL(new RegExp(`/start/${step}$`));
  }
  await page.getByRole('link', { name: 'Keep it as a project' }).click();
  await signInAs(page, newEmail());
  await expect(page.getByRole('heading', { level: 1, name: 'Newcomer' })).toBeVisible();

  await section(page, 'Stripe');
  await page.getByRole('button', { name: 'Connect with Stripe' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('button', { name: /^Connect / }).click();
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible();

  await section(page, 'Keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = (await page.locator('#shown code').textContent()) ?? '';
  await section(page, 'Integrate');
  await expect(page.locator('pre').first()).toContainText('pk_test_');
  const snippet = (await page.locator('pre').first().textContent()) ?? '';
  const site = await serve(`<!doctype html><title>Newcomer</title>${snippet}`);

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(site.url);
  const email = newEmail();
  await signup(stranger).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(stranger, email);
  const pro = stranger.locator('dream-pricing').getByRole('listitem').filter({ hasText: 'Pro' });
  await pro.getByRole('button').first().click();
  await stranger.waitForURL(/\/c\/pay\//);
  await pay(stranger, '4242 4242 4242 4242');
  await stranger.waitForURL(`${site.url}**`);
  await expect(stranger.locator('dream-pricing')).toContainText('Your plan');

  await section(page, 'Customers');
  await page.getByRole('link', { name: email }).click();
  await expect(page.getByRole('heading', { name: 'Plan: Pro' })).toBeVisible();
  const customer = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const answer = await fetch(`${local.edge}/api/usage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'x-user-id': customer },
  });
  expect(answer.status).toBe(200);
  // Seen without a click: on the open page, and on the stranger's.
  await expect(page.locator('.usage-row').first()).toContainText(/\b1 of /);
  expect(faults).toEqual([]);
  await stranger.context().close();
  site.stop();
});
