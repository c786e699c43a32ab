import { expect, type Page } from '@playwright/test';
import { local, pay, signInByCode, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const club = `${local.demo}/club`;
const gate = (page: Page) => page.locator('dream-gate');
/** How the letter goes on, for members. */
const REST = 'I learned this from a carpenter.';

/** What the site's own server answers of the letter, to the token this page has. */
const letter = (page: Page) =>
  page.evaluate(async () => {
    const { Dream } = globalThis as unknown as { Dream: { getToken(): Promise<string | null> } };
    const token = await Dream.getToken().catch(() => null);
    const headers: HeadersInit = token ? { authorization: `Bearer ${token}` } : {};
    const answer = await fetch('/api/letter', { headers });
    return { status: answer.status, text: await answer.text() };
  });

test('the letter is for members: others are asked to join, and who pays reads it in the same visit', async ({
  page,
}) => {
  await page.goto(club);
  await expect(gate(page).getByRole('heading', { name: 'For members' })).toBeVisible();
  expect(await letter(page)).toMatchObject({ status: 401 });
  expect(await page.content()).not.toContain(REST);

  await gate(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, testEmail());
  await expect(gate(page).getByRole('heading', { name: 'Part of Pro' })).toBeVisible();
  const refused = await letter(page);
  expect(refused.status).toBe(403);
  expect(refused.text).not.toContain(REST);

  await gate(page).getByRole('button', { name: 'Get Pro' }).click();
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(`${club}**`);
  await expect(gate(page).getByText(REST)).toBeVisible();
  await expect(gate(page).getByRole('heading')).toHaveCount(0);
  expect((await letter(page)).text).toContain(REST);
});
