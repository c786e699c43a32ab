import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

/** What `npm start` wrote down. */
interface Local {
  edge: string;
  dashboard: string;
  demo: string;
  sandbox: { stripe: string; clerk: string; turnstile: string };
  project: { id: string; pk: string; sk: string };
}

/** Where everything is. */
export const local = JSON.parse(readFileSync(process.env.DREAM_LOCAL ?? '', 'utf8')) as Local;

/** An address nobody used before, whose codes are mailed: at most 30 an hour from one machine. */
export const newEmail = (): string => `ada.${crypto.randomUUID().slice(0, 8)}@example.com`;

/** An address nobody used before, whose code is Clerk's fixed one for tests. */
export const testEmail = (): string =>
  `ada.${crypto.randomUUID().slice(0, 8)}+clerk_test@example.com`;

/** The newest code mailed to an address, once there are so many letters. */
export async function codeFor(email: string, letters = 1): Promise<string> {
  if (email.includes('+clerk_test@')) return '424242';
  let codes: string[] = [];
  await expect
    .poll(async () => {
      const url = `${local.sandbox.clerk}/inbox.json?email=${encodeURIComponent(email)}`;
      const answer = (await (await fetch(url)).json()) as { letters: { code: string }[] };
      codes = answer.letters.map(({ code }) => code);
      return codes.length;
    })
    .toBeGreaterThanOrEqual(letters);
  return codes[0] ?? '';
}

/** The dialog or block of `<dream-signup>`. */
export const signup = (page: Page): Locator => page.locator('dream-signup').first();

/** The alert, of a field or of a whole element, that says this. */
export const alertIn = (element: Locator, words: string): Locator =>
  element.getByRole('alert').filter({ hasText: words });

/** Types e-mail and code into an open sign-in form. */
export async function signInByCode(page: Page, email: string, letters = 1): Promise<void> {
  const form = signup(page);
  await form.getByLabel('E-mail').fill(email);
  await form.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(form.getByLabel('Code')).toBeFocused();
  await form.getByLabel('Code').fill(await codeFor(email, letters));
}

/** Types e-mail and password into an open sign-in form. */
export async function signInByPassword(page: Page, email: string, password: string): Promise<void> {
  const form = signup(page);
  await form.getByRole('button', { name: 'Use a password' }).click();
  await form.getByLabel('E-mail').fill(email);
  await form.getByLabel('Password').fill(password);
  await form.getByRole('button', { name: 'Sign in' }).last().click();
}

/** Pays on the hosted page with a test card. */
export async function pay(page: Page, card: string): Promise<void> {
  await page.locator('#cardNumber').fill(card);
  await page.locator('#cardExpiry').fill('12 / 40');
  await page.locator('#cardCvc').fill('123');
  await page.locator('#billingName').fill('Ada Lovelace');
  await page.locator('#submit').click();
}

/** Tells the Stripe sandbox something. */
export const control = (path: string, body: object = {}): Promise<void> =>
  tell(local.sandbox.stripe, path, body);

/** Tells the Clerk sandbox something. */
export const controlClerk = (
  path: string,
  body: object = {},
  method: 'POST' | 'PUT' = 'POST',
): Promise<void> => tell(local.sandbox.clerk, path, body, method);

async function tell(
  sandbox: string,
  path: string,
  body: object,
  method: 'POST' | 'PUT' = 'POST',
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const init: RequestInit = { method, headers, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox}/_sandbox/${path}`, init);
  expect(answer.status, await answer.text()).toBe(200);
}
