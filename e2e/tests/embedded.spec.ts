import { expect, type Page } from '@playwright/test';
import { serve } from './site.ts';
import { local, signInByCode, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const { edge, project, sandbox } = local;
const STRIPE_JS = 'https://js.stripe.com/endive/stripe.js';
const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A site</title>
<script type="module" async src="${edge}/v1/dream.js" data-dream-key="${project.pk}"></script></head>
<body><main><h1>Plans</h1><dream-pricing checkout="embedded"></dream-pricing></main></body></html>`;

const pro = (page: Page) =>
  page
    .locator('dream-pricing .tiers > li')
    .filter({ has: page.getByRole('heading', { name: 'Pro', exact: true }) });

/** What Stripe serves to everybody, the sandbox serves here. */
const serveStripeJs = (page: Page) =>
  page.route(STRIPE_JS, async (route) => {
    const script = await (await fetch(`${sandbox.stripe}/endive/stripe.js`)).text();
    // The stub reads from its own address where its pages are.
    const from = script.replace('document.currentScript.src', JSON.stringify(sandbox.stripe));
    await route.fulfill({ contentType: 'text/javascript', body: from });
  });

async function choosePro(page: Page): Promise<void> {
  await pro(page).getByRole('button', { name: 'Choose Pro' }).click();
  await signInByCode(page, testEmail());
}

test('a plan is paid inside the page, which goes nowhere and shows it at once', async ({
  page,
}) => {
  const site = await serve(html);
  await serveStripeJs(page);
  await page.goto(site.url);
  let navigations = 0;
  page.on('framenavigated', (frame) => frame === page.mainFrame() && navigations++);
  const completed = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.addEventListener('dream-checkout-complete', (event) =>
          resolve((event as CustomEvent).detail),
        ),
      ),
  );
  await choosePro(page);
  const frame = page.frameLocator('dream-checkout-dialog iframe');
  await frame.locator('#cardNumber').fill('4242 4242 4242 4242');
  await frame.locator('#cardExpiry').fill('12 / 40');
  await frame.locator('#cardCvc').fill('123');
  await frame.locator('#billingName').fill('Ada Lovelace');
  await frame.locator('#submit').click();
  expect(await completed).toMatchObject({ plan: 'pro' });
  await expect(pro(page)).toContainText('Your plan');
  await expect(page.locator('dream-checkout-dialog')).toHaveCount(0);
  expect(navigations).toBe(0);
  site.stop();
});

test('closed without paying, it can be opened again, and nothing was bought', async ({ page }) => {
  const site = await serve(html);
  await serveStripeJs(page);
  await page.goto(site.url);
  await choosePro(page);
  const dialog = page.locator('dream-checkout-dialog');
  await expect(page.frameLocator('dream-checkout-dialog iframe').locator('#submit')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);
  await pro(page).getByRole('button', { name: 'Choose Pro' }).click();
  await expect(page.frameLocator('dream-checkout-dialog iframe').locator('#submit')).toBeVisible();
  site.stop();
});

test('where Stripe.js may not run, one pays on Stripe’s own page', async ({ page }) => {
  const site = await serve(html);
  await page.route(STRIPE_JS, (route) => route.abort());
  await page.goto(site.url);
  await choosePro(page);
  await page.waitForURL(/\/c\/pay\//);
  site.stop();
});

test('a page with Trusted Types allows the policy dream-stripe, and pays inside', async ({
  page,
}) => {
  const policy = [
    `script-src ${edge} https://js.stripe.com`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html dream-stripe',
  ];
  const site = await serve(html, { 'content-security-policy': policy.join('; ') });
  await serveStripeJs(page);
  await page.goto(site.url);
  await choosePro(page);
  await expect(page.frameLocator('dream-checkout-dialog iframe').locator('#submit')).toBeVisible();
  site.stop();
});
