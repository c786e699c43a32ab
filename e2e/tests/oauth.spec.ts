import { expect, type Page } from '@playwright/test';
import { alertIn, controlClerk, local, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

// One test changes the provider for all of them.
test.describe.configure({ mode: 'default' });

/** Opens the sign-in of the demo, and a provider's window from it. */
async function atProvider(page: Page, name = 'Google'): Promise<Page> {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  const opened = page.waitForEvent('popup');
  await signup(page)
    .getByRole('button', { name: `Continue with ${name}` })
    .click();
  const popup = await opened;
  await popup.waitForURL(/\/provider\//);
  return popup;
}

const customerOf = (page: Page): Promise<{ id: string; email: string | null }> =>
  page.evaluate(
    () =>
      (window as unknown as { Dream: { customer: { id: string; email: string } } }).Dream.customer,
  );

/** Types an account into the sandbox's provider page and allows. */
async function allow(popup: Page, email: string, verified = true): Promise<void> {
  await popup.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await popup.getByRole('checkbox', { name: 'has verified' }).setChecked(verified);
  await popup.locator('[name=decision][value=allow]').last().click();
}

test('a visitor signs up with Google in a window, and the page stays where it is', async ({
  page,
}) => {
  let navigations = 0;
  const popup = await atProvider(page);
  page.on('framenavigated', () => navigations++);
  const email = testEmail();
  const closed = popup.waitForEvent('close');
  await allow(popup, email);
  await closed;
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  expect(navigations).toBe(0);
});

test('the code and Google with one proved address are one customer', async ({ page, browser }) => {
  const email = testEmail();
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  await allow(await atProvider(other), email);
  await expect(signup(other).getByRole('button', { name: email })).toBeVisible();
  expect((await customerOf(other)).id).toBe((await customerOf(page)).id);
});

test('a provider is unlinked in the account', async ({ page }) => {
  const email = testEmail();
  await allow(await atProvider(page), email);
  await signup(page).getByRole('button', { name: email }).click();
  await signup(page).getByRole('button', { name: 'Show linked accounts' }).click();
  await signup(page).getByRole('button', { name: 'Unlink Google' }).click();
  await expect(signup(page)).toContainText('None is linked');
  await expect(signup(page).getByRole('status').filter({ hasText: 'Saved.' })).toHaveCount(1);
  const kept = await page.evaluate((pk) => localStorage.getItem(`dream:${pk}`), local.project.pk);
  const { accessToken } = JSON.parse(kept ?? '') as { accessToken: string };
  const me = await page.request.get(`${local.edge}/api/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect((await me.json()).providers).toEqual([]);
});

test('an address the provider did not verify opens nobody’s account', async ({ page, browser }) => {
  const email = testEmail();
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  const popup = await atProvider(other);
  const closed = popup.waitForEvent('close');
  await allow(popup, email, false);
  await closed;
  await expect(alertIn(signup(other), 'did not work')).toBeVisible();
  expect(await customerOf(other)).toBeNull();
});

test('a visitor who says no at the provider is told, and signs in by code instead', async ({
  page,
}) => {
  const popup = await atProvider(page, 'GitHub');
  await popup.locator('[name=decision][value=deny]').last().click();
  await expect(alertIn(signup(page), 'closed before you signed in')).toBeVisible();
  const email = testEmail();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
});

test('what went wrong at a provider is told once, by its button, where the focus is again', async ({
  page,
}) => {
  const popup = await atProvider(page, 'GitHub');
  await popup.locator('[name=decision][value=deny]').last().click();
  const told = signup(page).getByRole('alert').filter({ hasText: /\w/ });
  await expect(told).toHaveCount(1);
  const button = signup(page).getByRole('button', { name: 'Continue with GitHub' });
  await expect(button).toBeFocused();
  await expect(button).toHaveAccessibleDescription(/closed before you signed in/);
  const [above, words, below] = await Promise.all(
    [button, told, signup(page).getByLabel('E-mail')].map((each) => each.boundingBox()),
  );
  expect(above!.y + above!.height).toBeLessThanOrEqual(words!.y);
  expect(words!.y + words!.height).toBeLessThanOrEqual(below!.y);
  // An error of the form is the form's again.
  await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(told).toHaveText('Fill this in.');
});

test('a visitor who cancels in the page is back at the start, and the window is gone', async ({
  page,
}) => {
  const popup = await atProvider(page);
  const closed = popup.waitForEvent('close');
  await signup(page).getByRole('button', { name: 'Cancel' }).click();
  await closed;
  await expect(signup(page).getByLabel('E-mail')).toBeVisible();
  await expect(signup(page).getByText('was closed')).toHaveCount(0);
});

test.describe('where the provider cuts the window off from the page', () => {
  const sever = (oauthSeversOpener: boolean) =>
    controlClerk(
      'instances',
      { instance: 'test_endusers', settings: { oauthSeversOpener } },
      'PUT',
    );
  test.beforeAll(() => sever(true));
  test.afterAll(() => sever(false));

  test('the page learns of the end all the same', async ({ page }) => {
    const email = testEmail();
    await allow(await atProvider(page), email);
    await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  });
});
