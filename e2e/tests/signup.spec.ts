import { expect } from '@playwright/test';
import { alertIn, codeFor, local, newEmail, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const CODE = 'Code';

test.beforeEach(async ({ page }) => {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
});

test('a code that is wrong is told beside its field, and the right one still signs in', async ({
  page,
}) => {
  const email = newEmail();
  await signup(page).getByLabel('E-mail').fill(email);
  await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
  const right = await codeFor(email);
  await signup(page)
    .getByLabel(CODE)
    .fill(right === '000000' ? '000001' : '000000');
  await expect(alertIn(signup(page), 'code is not right')).toBeVisible();
  await expect(signup(page).getByLabel(CODE)).toBeVisible();
  await signup(page).getByLabel(CODE).fill(right);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
});

test('a text that is no address is told before anything is sent', async ({ page }) => {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  await signup(page).getByLabel('E-mail').fill('ada at example');
  await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
  await expect(alertIn(signup(page), 'Enter an e-mail address')).toBeVisible();
  expect(urls).toEqual([]);
});

test('a visitor who mistyped the address goes back and gets a code to the right one', async ({
  page,
}) => {
  await signup(page).getByLabel('E-mail').fill(newEmail());
  await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
  await signup(page).getByRole('button', { name: 'Use another address' }).click();
  const email = newEmail();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
});

test('the fourth code to an address within an hour is refused in words', async ({ page }) => {
  const email = newEmail();
  for (let letters = 0; letters < 4; letters++) {
    await signup(page).getByLabel('E-mail').fill(email);
    await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
    if (letters === 3) break;
    await codeFor(email, letters + 1);
    await signup(page).getByRole('button', { name: 'Use another address' }).click();
  }
  await expect(alertIn(signup(page), 'Too many attempts')).toBeVisible();
  await expect(signup(page).getByLabel('E-mail')).toHaveValue(email);
});

test('the dialog closes by Escape, gives the focus back, and opens again as it was', async ({
  page,
}) => {
  await page.keyboard.press('Escape');
  const trigger = signup(page).getByRole('button', { name: 'Sign in' });
  await expect(trigger).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
  // Axe looks at the names of dialogs by role only, not at those of the element.
  await expect(page.getByRole('dialog', { name: 'Sign in' })).toBeVisible();
});

test('a visitor signs up, opens the account and signs out by keyboard alone', async ({ page }) => {
  await page.keyboard.press('Escape');
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
    });
  const tabTo = async (name: string) => {
    for (let n = 0; n < 25; n++) {
      if ((await focused()) === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reached "${name}".`);
  };
  const email = testEmail();
  await tabTo('Sign in');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('Code')).toBeFocused();
  await page.keyboard.type(await codeFor(email));
  const chip = signup(page).getByRole('button', { name: email });
  await expect(chip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Change name' })).toBeVisible();
  await tabTo('Sign out');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Sign in' })).toBeFocused();
});

test('a visitor who chooses Pro signs up and goes on to checkout in one go', async ({ page }) => {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Choose Pro' }).click();
  await signInByCode(page, newEmail());
  await page.waitForURL(/\/c\/pay\//);
});
