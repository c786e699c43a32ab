import { expect, type Page } from '@playwright/test';
import { alertIn, codeFor, local, newEmail, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const CODE = 'Code';

test.beforeEach(async ({ page }) => {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
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

test('the third code one visitor asks for an address within an hour is refused in words', async ({
  page,
}) => {
  const email = newEmail();
  for (let letters = 0; letters < 3; letters++) {
    await signup(page).getByLabel('E-mail').fill(email);
    await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
    if (letters === 2) break;
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

/** The name of what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : null;
    return at?.getAttribute('aria-label') ?? label ?? at?.textContent?.trim() ?? '';
  });

async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 25; n++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached "${name}".`);
}

async function signUpByKeyboard(page: Page): Promise<string> {
  const email = testEmail();
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('Code')).toBeFocused();
  await expect(signup(page).getByLabel('Code')).toHaveAttribute('autocomplete', 'one-time-code');
  await page.keyboard.type(await codeFor(email));
  await expect(signup(page).getByRole('button', { name: email })).toBeFocused();
  return email;
}

test('Tab goes through the dialog in the order it is read', async ({ page }) => {
  const order = ['Continue with GitHub', 'Continue with Google', 'Close'];
  await expect(signup(page).getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
  for (const name of order) {
    await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe(name);
  }
  const back = [...order.slice(0, -1).toReversed(), 'E-mail', 'Continue', 'Use a password'];
  for (const name of back) {
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe(name);
  }
});

test('a visitor signs up, opens the account and signs out by keyboard alone', async ({ page }) => {
  await page.keyboard.press('Escape');
  await tabTo(page, 'Sign in');
  await page.keyboard.press('Enter');
  await signUpByKeyboard(page);
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Change name' })).toBeVisible();
  await tabTo(page, 'Sign out');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Sign in' })).toBeFocused();
});

test('a name is changed by keyboard alone, and the focus comes back at each step', async ({
  page,
}) => {
  const email = await signUpByKeyboard(page);
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Change name' })).toBeVisible();
  await tabTo(page, 'Change name');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('First name')).toBeFocused();
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Change name' })).toBeFocused();
  await expect(signup(page).getByRole('status').filter({ hasText: 'Saved.' })).toHaveCount(1);
  await tabTo(page, 'Set a password');
  await page.keyboard.press('Enter');
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByLabel('New password')).toBeFocused();
  await expect(signup(page).getByLabel('New password')).toHaveAccessibleDescription(
    /^This is too short\. At least 8 characters\./,
  );
  await tabTo(page, 'Back');
  await page.keyboard.press('Enter');
  await expect(signup(page).getByRole('button', { name: 'Set a password' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(signup(page).getByRole('button', { name: email })).toBeFocused();
});

test('a visitor who chooses Pro signs up and goes on to checkout in one go', async ({ page }) => {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Choose Pro' }).click();
  await signInByCode(page, newEmail());
  await page.waitForURL(/\/c\/pay\//);
});
