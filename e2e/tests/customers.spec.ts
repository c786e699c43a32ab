import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { newProject, test } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local } from './stack.ts';

const MARKUP = 'Ada <img src=x onerror="document.title=1">';

test('a customer is found as one types, opened, given a plan and units back, and erased', async ({
  desk: page,
}) => {
  const path = local.dashboard + (await newProject(page, 'Found'));
  await page.goto(`${path}/keys`);
  await page.getByRole('button', { name: 'Make a key' }).click();
  const sk = (await page.locator('#shown code').textContent()) ?? '';
  const asServer = async (method: string, route: string, body?: object) => {
    const headers = {
      authorization: `Bearer ${sk}`,
      'content-type': 'application/json',
      'x-user-id': 'user_1',
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return (await (await fetch(local.edge + route, init)).json()) as Record<string, unknown>;
  };
  await page.goto(`${path}/customers`);
  await expect(page.getByText('No customer yet')).toBeVisible();
  const ada = { email: 'ada@found.example', firstName: MARKUP, externalId: 'user_1' };
  await asServer('POST', '/api/customers', ada);
  for (const name of ['grace', 'hedy'])
    await asServer('POST', '/api/customers', { email: `${name}@found.example` });
  await page.goto(`${path}/tiers/new`);
  await page.getByLabel('Name on the price table').fill('Team');
  await page.getByLabel('Name in your code').fill('team');
  await page.getByRole('button', { name: 'Make tier' }).click();
  await expect(page.getByRole('link', { name: 'Team' })).toBeVisible();

  await page.goto(`${path}/customers`);
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(3);
  const search = page.getByLabel('Search customers');
  await search.fill('ADA@fou');
  await expect(rows).toHaveCount(1);
  await expect(search).toBeFocused();
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = readFileSync((await (await file).path()) ?? '', 'utf8');
  expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
  await page.getByRole('link', { name: MARKUP }).click();
  await expect(page.getByRole('heading', { level: 1, name: MARKUP })).toBeFocused();
  await expect(page).toHaveTitle('Customer · dream');

  await page.getByRole('button', { name: 'Change the name' }).click();
  await page.getByLabel('Last name').fill('Lovelace');
  await page.getByRole('button', { name: 'Save the name' }).click();
  await expect(page.getByRole('heading', { name: `${MARKUP} Lovelace` })).toBeVisible();

  await page.getByLabel('Another plan').selectOption('team');
  await page.getByRole('button', { name: 'Give it without payment' }).click();
  await expect(page.getByRole('heading', { name: 'Plan: Team' })).toBeVisible();
  await asServer('POST', '/api/usage', { amount: 7 });
  await expect(page.getByText(/^7(,| of)/)).toBeVisible();
  await page.getByRole('button', { name: 'Give units back: requests' }).click();
  await page.getByLabel('Units of requests to give back').fill('none');
  await page.getByRole('button', { name: 'Give back', exact: true }).click();
  await expect(page.getByText('Must be a whole number from 1 on.')).toBeVisible();
  await page.getByLabel('Units of requests to give back').fill('3');
  await page.getByRole('button', { name: 'Give back', exact: true }).click();
  await expect(page.getByText(/^4(,| of)/)).toBeVisible();
  expect(await asServer('GET', '/api/usage')).toMatchObject({ plan: 'team', usageCount: 4 });
  await expect(page.getByRole('region', { name: 'What happened' })).toContainText('usage.changed');

  expect(await faultsAtAllWidths(page)).toEqual([]);
  await page.goBack();
  await expect(search).toHaveValue('ADA@fou');
  await expect(rows).toHaveCount(1);
  await page.goForward();
  await page.getByRole('button', { name: 'Erase customer' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Type ada@found.example to go on').fill('ada@found.example');
  await dialog.getByRole('button', { name: 'Erase for ever' }).click();
  await expect(rows).toHaveCount(2);
});
