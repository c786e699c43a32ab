import { type Browser, expect, type Page } from '@playwright/test';
import {
  alertIn,
  codeFor,
  local,
  signInByCode,
  signInByPassword,
  signup,
  testEmail,
} from './stack.ts';
import { test } from './visitor.ts';

const account = (page: Page) => signup(page).locator('dream-account');
const chip = (page: Page, name: string) => signup(page).getByRole('button', { name });
const button = (page: Page, name: string) =>
  account(page).getByRole('button', { name, exact: true });

/** A visitor who signed in by code, with the account open. */
async function atAccount(page: Page, email: string): Promise<void> {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, email);
  await chip(page, email).click();
  await expect(button(page, 'Sign out')).toBeVisible();
}

/** The same in another browser profile. */
async function elsewhere(browser: Browser, email: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await atAccount(page, email);
  return page;
}

test('a name is changed, and is still there after a reload', async ({ page }) => {
  const email = testEmail();
  await atAccount(page, email);
  await button(page, 'Change name').click();
  await account(page).getByLabel('First name').fill('Ada');
  await account(page).getByLabel('Last name').fill('Lovelace');
  await button(page, 'Save').click();
  await expect(account(page)).toContainText('Ada Lovelace');
  await page.reload();
  await chip(page, email).click();
  await expect(account(page)).toContainText('Ada Lovelace');
});

test('an e-mail is changed only when the new one was proved, and the old one signs in no more', async ({
  page,
  browser,
}) => {
  const [before, after] = [testEmail(), testEmail()];
  await atAccount(page, before);
  await button(page, 'Change e-mail').click();
  await account(page).getByLabel('New e-mail').fill(after);
  await button(page, 'Send code').click();
  await account(page).getByLabel('Code').fill('000000');
  await expect(alertIn(account(page), 'code is not right')).toBeVisible();
  await account(page)
    .getByLabel('Code')
    .fill(await codeFor(after));
  await expect(account(page)).toContainText(after);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(chip(page, after)).toBeVisible();
  const id = await customerOf(page);

  const other = await elsewhere(browser, after);
  expect(await customerOf(other)).toBe(id);
  const stranger = await elsewhere(browser, before);
  expect(await customerOf(stranger)).not.toBe(id);
});

test('an address another customer proved is refused in words', async ({ page, browser }) => {
  const taken = testEmail();
  await elsewhere(browser, taken);
  await atAccount(page, testEmail());
  await button(page, 'Change e-mail').click();
  await account(page).getByLabel('New e-mail').fill(taken);
  await button(page, 'Send code').click();
  await account(page)
    .getByLabel('Code')
    .fill(await codeFor(taken));
  await expect(alertIn(account(page), 'Another account here has this address')).toBeVisible();
});

test('devices are listed, and one is signed out from another', async ({ page, browser }) => {
  const email = testEmail();
  await atAccount(page, email);
  const other = await elsewhere(browser, email);
  await button(page, 'Show devices').click();
  await expect(account(page).getByRole('listitem')).toHaveCount(2);
  await expect(account(page)).toContainText('This device');
  await account(page)
    .getByRole('button', { name: /^Sign out .*Linux$/ })
    .click();
  await expect(account(page).getByRole('listitem')).toHaveCount(1);
  await expect(signup(other).getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(chip(page, email)).toBeAttached();
});

test('signing out everywhere signs out here and there', async ({ page, browser }) => {
  const email = testEmail();
  await atAccount(page, email);
  const other = await elsewhere(browser, email);
  await button(page, 'Show devices').click();
  await button(page, 'Sign out everywhere').click();
  for (const each of [page, other])
    await expect(signup(each).getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a password is set, signs in, is reset by code, and its change signs other devices out', async ({
  page,
  browser,
}) => {
  const email = testEmail();
  const [first, second] = [`quiet-${email}`, `loud-${email}`];
  await atAccount(page, email);
  await button(page, 'Set a password').click();
  await account(page).getByLabel('New password').fill(first);
  await button(page, 'Save').click();
  await expect(button(page, 'Change password')).toBeVisible();

  const byPassword = await (await browser.newContext()).newPage();
  await byPassword.goto(local.demo);
  await signup(byPassword).getByRole('button', { name: 'Sign in' }).click();
  await signInByPassword(byPassword, email, first);
  await expect(chip(byPassword, email)).toBeVisible();

  // Forgotten: a code signs in, and a session just made by code may set a new one.
  const forgetful = await elsewhere(browser, email);
  await button(forgetful, 'Change password').click();
  await account(forgetful).getByLabel('New password').fill(second);
  await button(forgetful, 'Save').click();
  await expect(button(forgetful, 'Change password')).toBeVisible();
  await expect(signup(byPassword).getByRole('button', { name: 'Sign in' })).toBeVisible();

  await signup(byPassword).getByRole('button', { name: 'Sign in' }).click();
  await signInByPassword(byPassword, email, first);
  await expect(alertIn(signup(byPassword), 'E-mail or password is not right')).toBeVisible();
  await signup(byPassword).getByLabel('Password').fill(second);
  await signup(byPassword).getByRole('button', { name: 'Sign in' }).last().click();
  await expect(chip(byPassword, email)).toBeVisible();
});

test.describe('in a session that is no longer fresh', () => {
  // Ten minutes cannot be waited for: the first answer is what the edge says then.
  const growOld = async (page: Page): Promise<void> => {
    let isAsked = false;
    await page.route('**/api/me/password*', async (route) => {
      if (isAsked || route.request().method() !== 'PUT') return route.continue();
      isAsked = true;
      return route.fulfill({
        status: 403,
        headers: { 'access-control-allow-origin': '*' },
        json: { code: 'confirmation_required', message: 'Sign in again.', canUsePassword: true },
      });
    });
  };
  const changePassword = async (page: Page, password: string, label = 'Change password') => {
    await button(page, label).click();
    await account(page).getByLabel('New password').fill(password);
    await button(page, 'Save').click();
  };

  test('a password is changed after the current one was entered', async ({ page }) => {
    const email = testEmail();
    await atAccount(page, email);
    await changePassword(page, `quiet-${email}`, 'Set a password');
    await expect(button(page, 'Change password')).toBeVisible();
    await growOld(page);
    await changePassword(page, `loud-${email}`);
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await account(page).getByLabel('Current password').fill(`quiet-${email}`);
    await button(page, 'Confirm').click();
    expect((await sent).postDataJSON()).toEqual({
      password: `loud-${email}`,
      currentPassword: `quiet-${email}`,
    });
    await expect(button(page, 'Change password')).toBeVisible();
  });

  test('a password is set after a code, and no second device is left behind', async ({ page }) => {
    const email = testEmail();
    await atAccount(page, email);
    await growOld(page);
    await changePassword(page, `quiet-${email}`, 'Set a password');
    await button(page, 'Send code').click();
    await account(page)
      .getByLabel('Code')
      .fill(await codeFor(email));
    await expect(button(page, 'Change password')).toBeVisible();
    await button(page, 'Show devices').click();
    await expect(account(page).getByRole('listitem')).toHaveCount(1);
  });
});

test('an account is deleted, and signing up again makes another customer', async ({
  page,
  browser,
}) => {
  const email = testEmail();
  await atAccount(page, email);
  const id = await customerOf(page);
  await button(page, 'Delete account').click();
  await button(page, 'Cancel').click();
  await button(page, 'Delete account').click();
  await button(page, 'Delete my account').click();
  await expect(signup(page).getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0);
  const again = await elsewhere(browser, email);
  expect(await customerOf(again)).not.toBe(id);
});

const customerOf = (page: Page): Promise<string> =>
  page.evaluate(
    () => (window as unknown as { Dream: { customer: { id: string } } }).Dream.customer.id,
  );
