import { type BrowserContext, expect, type Page } from '@playwright/test';
import { codeFor, local, signup, testEmail } from './stack.ts';
import { newAddress, test as visit } from './visitor.ts';

/**
 * A test with a developer's `desk`: a page whose developer signed in once for all tests of a worker,
 * and has projects of theirs. Whoever is about the developer takes `page` and signs up (`signUp`).
 */
export const test = visit.extend<{ desk: Page }, { office: BrowserContext }>({
  office: [
    async ({ browser }, use, { workerIndex }) => {
      const { server, stop } = await newAddress(workerIndex);
      const office = await browser.newContext({ locale: 'en-US', proxy: { server } });
      const page = await office.newPage();
      await signUp(page);
      await page.close();
      await use(office);
      await office.close();
      stop();
    },
    { scope: 'worker' },
  ],
  desk: async ({ office }, use) => {
    const page = await office.newPage();
    await use(page);
    await page.close();
  },
});

/** A developer who signed up where they were led, and is there now. */
export async function signUp(page: Page, path = '/', email = testEmail()): Promise<string> {
  await page.goto(local.dashboard + path);
  await signInAs(page, email);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  return email;
}

/** Signs a developer in, by the newest of so many codes. */
export async function signInAs(page: Page, email: string, letters = 1): Promise<void> {
  const form = signup(page);
  await form.getByLabel('E-mail').fill(email);
  await form.getByRole('button', { name: 'Continue', exact: true }).click();
  await form.getByLabel('Code').fill(await codeFor(email, letters));
}

/** Makes a project by hand; gives the path of its test environment. */
export async function newProject(page: Page, name: string): Promise<string> {
  await page.goto(`${local.dashboard}/projects/new`);
  await page.getByLabel('Name of your product').fill(name);
  await page.getByRole('radio', { name: 'Nothing yet' }).check();
  await page.getByRole('button', { name: 'Create project' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Goes to a page by the navigation. */
export const section = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();

/** Everything the page's policy forbade, and every mistake it made. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  return faults;
}
