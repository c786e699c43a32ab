import { chromium, type Page } from '@playwright/test';
import lighthouse, { type Result } from 'lighthouse';
import startStack from '../stack.setup.ts';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const GATE = 95;
/** Every score's median of so many: performance is timing, which others on the machine disturb. */
const ROUNDS = 3;
const port = 20_000 + (process.pid % 20_000);

const stop = await startStack();
const browser = await chromium.launchPersistentContext('', {
  executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    `--remote-debugging-port=${port}`,
    // clerk-js takes navigator.webdriver for "offline".
    '--disable-blink-features=AutomationControlled',
  ],
});
try {
  // It reads where everything is as it is loaded.
  const { local } = await import('../tests/stack.ts');
  await judge('landing page', local.dashboard);
  const path = await signedInProject(await browser.newPage(), local.dashboard);
  await judge('overview of a project', local.dashboard + path);
  await judge('its integrate page', `${local.dashboard}${path}/integrate`);
} finally {
  await browser.close();
  await stop();
}

/** Signs up and makes a project; gives the path of its test environment. */
async function signedInProject(page: Page, dashboard: string): Promise<string> {
  const { codeFor, signup, testEmail } = await import('../tests/stack.ts');
  await page.goto(dashboard);
  const email = testEmail();
  const form = signup(page);
  await form.getByLabel('E-mail').fill(email);
  await form.getByRole('button', { name: 'Continue', exact: true }).click();
  await form.getByLabel('Code').fill(await codeFor(email));
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await page.goto(`${dashboard}/projects/new`);
  await page.getByLabel('Name of your product').fill('Quills');
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { level: 1, name: 'Quills' }).waitFor();
  return new URL(page.url()).pathname;
}

/** Prints the scores of a page, and for those below the gate what Lighthouse found. */
async function judge(name: string, url: string): Promise<void> {
  const reports: Result[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const result = await lighthouse(url, {
      port,
      onlyCategories: [...CATEGORIES],
      // Who is signed in is kept there.
      disableStorageReset: true,
      logLevel: 'silent',
    });
    if (!result) throw new Error(`Lighthouse says nothing of ${url}`);
    reports.push(result.lhr);
  }
  const scores = CATEGORIES.map((category) => {
    const each = reports.map(({ categories }) => (categories[category]?.score ?? 0) * 100);
    return Math.round(each.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0);
  });
  console.log(`${name}: ${CATEGORIES.map((each, at) => `${each} ${scores[at]}`).join(', ')}`);
  if (scores.every((score) => score >= GATE)) return;
  process.exitCode = 1;
  const audits = Object.values(reports.at(-1)?.audits ?? {});
  for (const { id, score, displayValue = '' } of audits)
    if (score !== null && score < 0.9) console.log(`  ${id}: ${score} ${displayValue}`);
}
