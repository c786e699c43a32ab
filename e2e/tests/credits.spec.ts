import { expect } from '@playwright/test';
import { newProject, test } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local } from './stack.ts';

test('credits are given with a reason, after one saw what the balance will be, and the ledger goes back to the first', async ({
  desk: page,
}) => {
  const path = local.dashboard + (await newProject(page, 'Credited'));
  await page.goto(`${path}/tiers/edit/free`);
  await page.getByLabel('Kind').first().selectOption('credits');
  await page.getByRole('button', { name: 'Save tier' }).click();
  await expect(page.getByText('Tier saved')).toBeVisible();
  await page.goto(`${path}/keys`);
  await page.getByRole('button', { name: 'Make a key' }).click();
  const sk = (await page.locator('#shown code').textContent()) ?? '';
  const asServer = (route: string, body: object) =>
    fetch(local.edge + route, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sk}`,
        'content-type': 'application/json',
        'x-user-id': 'grace',
      },
      body: JSON.stringify(body),
    });
  await asServer('/api/customers', {
    email: 'grace@credited.example',
    firstName: 'Grace',
    externalId: 'grace',
  });
  await page.goto(`${path}/customers`);
  await page.getByRole('link', { name: 'Grace', exact: true }).click();

  const card = page.getByRole('region', { name: 'Credits' });
  await expect(card).toContainText('No credits came yet.');
  await card.getByRole('button', { name: 'Give credits' }).click();
  const units = card.getByLabel('Credits', { exact: true });
  await expect(units).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(card.getByText('Must be a whole number')).toBeVisible();
  await expect(units).toBeFocused();
  await units.fill('1,200');
  await card.getByLabel(/^Days until/).fill('30');
  await card.getByLabel(/^Reason/).fill('Sorry for <b>Tuesday</b>');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The balance goes from 0 to 1,200 credits.');
  await page.route('**/credits/grants', (route) => route.abort(), { times: 1 });
  await dialog.getByRole('button', { name: 'Give credits' }).click();
  await expect(card.getByRole('alert')).toContainText('dream cannot be reached');
  await card.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByRole('button', { name: 'Give credits' }).click();
  await expect(card).toContainText('1,200 left');
  await expect(card.getByRole('button', { name: 'Give credits' })).toBeFocused();
  await expect(card.getByText('Sorry for <b>Tuesday</b>')).toHaveCount(2);
  const happened = page.getByRole('region', { name: 'What happened' });
  await expect(happened).toContainText('credits.granted');
  expect(await faultsAtAllWidths(page)).toEqual([]);

  await Promise.all(
    Array.from({ length: 12 }, () => asServer('/api/credits/grants', { units: 1 })),
  );
  await expect(card).toContainText('1,212 left');
  await expect(card).toContainText('3 more are in others');
  await card.getByRole('button', { name: 'Show older changes' }).click();
  await expect(card.getByText('Sorry for <b>Tuesday</b>')).toHaveCount(2);
});
