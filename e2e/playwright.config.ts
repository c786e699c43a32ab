import { defineConfig } from '@playwright/test';

/** Trials that turn off what others need: webhooks, and whole providers. */
const ALONE = ['**/journey.spec.ts', '**/outages.spec.ts'];

/** The journeys: real Chromium against everything `npm start` starts, on ports of its own. */
export default defineConfig({
  testDir: 'tests',
  outputDir: '../.dream/e2e',
  globalSetup: './stack.setup.ts',
  // Tests, and not files, are handed out, so that no worker is left with a long file at the end.
  fullyParallel: true,
  projects: [
    // A teardown comes after all others, whether they passed or not; a dependent would be skipped.
    { name: 'pages', testIgnore: ALONE, teardown: 'alone' },
    { name: 'alone', testMatch: ALONE, workers: 1 },
  ],
  workers: 2,
  timeout: 150_000,
  expect: { timeout: 30_000 },
  use: {
    locale: 'en-US',
    // A trace takes a third of all the work: `--trace on` makes one of a test that is looked into.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--test-third-party-cookie-phaseout',
        // clerk-js takes navigator.webdriver for "offline".
        '--disable-blink-features=AutomationControlled',
      ],
    },
  },
});
