import { defineConfig } from '@playwright/test';

/** The journeys: real Chromium against everything `npm start` starts, on ports of its own. */
export default defineConfig({
  testDir: 'tests',
  outputDir: '../.dream/e2e',
  globalSetup: './stack.setup.ts',
  fullyParallel: false,
  projects: [
    { name: 'pages', testIgnore: ['**/journey.spec.ts', '**/outages.spec.ts'] },
    // These turn off what others need: webhooks, and whole providers.
    { name: 'journey', testMatch: '**/journey.spec.ts', dependencies: ['pages'] },
    { name: 'outages', testMatch: '**/outages.spec.ts', dependencies: ['journey'] },
  ],
  workers: 2,
  timeout: 150_000,
  expect: { timeout: 30_000 },
  use: {
    locale: 'en-US',
    trace: 'retain-on-failure',
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
