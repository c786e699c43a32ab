import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import {
  alertIn,
  control,
  local,
  newEmail,
  pay,
  signInByCode,
  signInByPassword,
  signup,
} from './stack.ts';

// One person's story, in the order it happens.
test.describe.configure({ mode: 'serial' });

const email = newEmail();
const password = `quiet-${email}`;
let context: BrowserContext;
let page: Page;
let navigations = 0;

const meter = (on: Page) => on.locator('dream-usage-meter');
const plan = (on: Page, name: string) =>
  on.locator('dream-pricing').getByRole('listitem').filter({ hasText: name });
const write = async (on: Page, used: string) => {
  await on.getByRole('button', { name: 'Write a poem' }).click();
  await expect(meter(on)).toContainText(used);
};

test.beforeAll(async ({ browser }) => {
  await control('webhooks', { enabled: false });
  context = await browser.newContext();
  page = await context.newPage();
  page.on('framenavigated', (frame) => frame === page.mainFrame() && navigations++);
  await page.goto(local.demo);
});
test.afterAll(async () => {
  await control('webhooks', { enabled: true });
  await context.close();
});

test('the page and the edge are different sites, and third-party cookies are blocked', async () => {
  expect(new URL(local.demo).hostname).toBe('localhost');
  expect(new URL(local.edge).hostname).toBe('127.0.0.1');
});

test('a visitor signs up with e-mail and code, without any navigation of the page', async () => {
  const before = navigations;
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  await expect(page.locator('#sheet .fresh h2')).toBeVisible();
  await expect(meter(page)).toContainText('1 of 10 used');
  expect(navigations).toBe(before);
});

test('uses the product to the limit, and sees the limit', async () => {
  for (let used = 2; used <= 10; used++) await write(page, `${used} of 10 used`);
  await expect(meter(page)).toContainText('Limit reached');
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await expect(page.locator('#sheet .note')).toContainText('every poem your plan holds');
  await expect(meter(page)).toContainText('10 of 10 used');
});

test('chooses Pro, is told of a declined card, pays, and comes back already Pro though webhooks are off', async () => {
  await plan(page, 'Pro').getByRole('button', { name: 'Choose Pro' }).click();
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, '4000 0000 0000 0002');
  await expect(page.locator('#error')).toContainText('declined');
  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(`${local.demo}/**`);
  await expect(plan(page, 'Pro')).toContainText('Your plan');
  await expect(meter(page)).toContainText('10 of 1,000 used');
  await expect(page).toHaveURL((url) => url.search === '');
});

test('goes on using', async () => {
  await write(page, '11 of 1,000 used');
});

test('reloads and is still signed in, with no cookie and no request of Clerk', async () => {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  await page.reload();
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  await expect(meter(page)).toContainText('11 of 1,000 used');
  expect(urls.filter((url) => /clerk/i.test(url))).toEqual([]);
  expect(await context.cookies(local.demo)).toEqual([]);
  expect(await context.cookies(local.edge)).toEqual([]);
});

test('sets a password, and signs out', async () => {
  await signup(page).getByRole('button', { name: email }).click();
  await signup(page).getByRole('button', { name: 'Set a password' }).click();
  await signup(page).getByLabel('New password').fill(password);
  await signup(page).getByRole('button', { name: 'Save' }).click();
  await expect(signup(page).getByRole('button', { name: 'Change password' })).toBeVisible();
  const kept = await page.evaluate((pk) => localStorage.getItem(`dream:${pk}`), local.project.pk);
  const { accessToken } = JSON.parse(kept ?? '') as { accessToken: string };
  const me = async () =>
    page.request.get(`${local.edge}/api/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
  expect((await me()).status()).toBe(200);
  await signup(page).getByRole('button', { name: 'Sign out' }).click();
  await expect(meter(page)).toContainText('Sign in to see your usage');
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0);
  await expect.poll(async () => (await (await me()).json()).code).toBe('session_ended');
});

test('signs in again in a second browser profile by code', async ({ browser }) => {
  const other = await (await browser.newContext()).newPage();
  await other.goto(local.demo);
  await signup(other).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(other, email, 2);
  await expect(meter(other)).toContainText('11 of 1,000 used');
  await expect(plan(other, 'Pro')).toContainText('Your plan');
  await other.context().close();
});

test('signs in again in another profile by password, not by a wrong one', async ({ browser }) => {
  const other = await (await browser.newContext()).newPage();
  await other.goto(local.demo);
  await signup(other).getByRole('button', { name: 'Sign in' }).click();
  await signInByPassword(other, email, `${password}!`);
  await expect(alertIn(signup(other), 'E-mail or password is not right')).toBeVisible();
  await signup(other).getByLabel('Password').fill(password);
  await signup(other).getByRole('button', { name: 'Sign in' }).last().click();
  await expect(meter(other)).toContainText('11 of 1,000 used');
  await other.context().close();
});

test('cancels in the portal and keeps Pro until the period ends, and not longer', async () => {
  await control('webhooks', { enabled: true });
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByPassword(page, email, password);
  await plan(page, 'Pro').getByRole('button', { name: 'Manage billing' }).click();
  const subscription = await page.locator('input[name=subscription]').inputValue();
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await expect(page.getByRole('button', { name: 'Cancel plan' })).toHaveCount(0);
  // The portal leads nowhere by itself: Stripe's event may still be on its way.
  await expect(async () => {
    await page.goto(local.demo);
    await expect(plan(page, 'Pro')).toContainText('Ends on', { timeout: 3_000 });
  }).toPass();
  await write(page, '12 of 1,000 used');
  // Time passes while the page is open: it learns of it by itself.
  await control(`subscriptions/${subscription}/period-end`);
  await expect(plan(page, 'Free')).toContainText('Your plan');
  await expect(meter(page)).toContainText('Limit reached');
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await expect(page.locator('#sheet .note')).toContainText('every poem your plan holds');
});
