import { expect, type Page } from '@playwright/test';
import { add, checkOut, drawer, fillAddress, TenantShop } from './shop.ts';
import {
  alertIn,
  controlClerk,
  control,
  codeFor,
  local,
  pay,
  testEmail,
  signInByCode,
  signup,
} from './stack.ts';
import { test } from './visitor.ts';

// Outages are of the whole sandbox: each of these tests has it for itself.
test.describe.configure({ mode: 'default' });

const plans = (page: Page) => page.getByRole('button', { name: 'Choose Pro' });

test.afterEach(async () => {
  await control('outage', { mode: 'none' });
  await controlClerk('outage', { mode: 'none' });
  await control('webhooks', { enabled: true });
  TenantShop.closeAll();
});

for (const mode of ['down', 'errors'] as const) {
  test(`with Clerk in mode "${mode}" a visitor is told, and the same button works when it is back`, async ({
    page,
  }) => {
    await page.goto(local.demo);
    await signup(page).getByRole('button', { name: 'Sign in' }).click();
    const email = testEmail();
    await controlClerk('outage', { mode });
    await signup(page).getByLabel('E-mail').fill(email);
    await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(alertIn(signup(page), 'does not answer')).toBeVisible();
    await controlClerk('outage', { mode: 'none' });
    await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
    await signup(page)
      .getByLabel('Code')
      .fill(await codeFor(email));
    await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  });
}

test('with Clerk down a visitor who returns is signed in all the same', async ({ page }) => {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  const email = testEmail();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  await controlClerk('outage', { mode: 'down' });
  await page.reload();
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
});

test('with Stripe down nothing but buying is touched, and buying works when it is back', async ({
  page,
}) => {
  await page.goto(local.demo);
  await control('outage', { mode: 'down' });
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await signInByCode(page, testEmail());
  await expect(page.locator('dream-usage-meter')).toContainText('1 of 10 used');
  await plans(page).click();
  await expect(alertIn(page.locator('dream-pricing'), 'does not answer')).toBeVisible();
  await control('outage', { mode: 'none' });
  await plans(page).click();
  await page.waitForURL(/\/c\/pay\//);
});

test('with Clerk and Stripe too slow the edge answers in time, and that trying again may help', async ({
  request,
}) => {
  await control('outage', { mode: 'slow', ms: 60_000 });
  await controlClerk('outage', { mode: 'slow', ms: 60_000 });
  const post = (path: string, data: object) =>
    request.post(`${local.edge}/api/${path}`, {
      data,
      headers: { authorization: `Bearer ${local.project.sk}`, 'x-user-id': 'late' },
      timeout: 15_000,
    });
  const answers = await Promise.all([
    post('create-checkout', { tier: 'pro', successUrl: local.demo }),
    post('customers', { email: testEmail(), password: 'correct horse battery staple' }),
    request.get(`${local.edge}/__clerk/${local.project.pk}/v1/environment`, { timeout: 15_000 }),
  ]);
  for (const answer of answers) {
    expect(answer.status()).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'provider_unavailable' });
  }
});

test('a page that cannot reach the edge says so, and its button loads it when it can', async ({
  page,
}) => {
  await page.route('**/api/bootstrap*', (route) => route.abort());
  await page.goto(local.demo);
  const table = page.locator('dream-pricing');
  await expect(alertIn(table, 'connection failed')).toBeVisible();
  await page.unroute('**/api/bootstrap*');
  await table.getByRole('button', { name: 'Try again' }).click();
  await expect(plans(page)).toBeVisible();
});

test('when the answer to signing in is lost, what was proved is used up: a new code gives the same customer', async ({
  page,
}) => {
  await page.goto(local.demo);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  const customers: string[] = [];
  await page.route('**/api/sessions/exchange*', async (route) => {
    const answer = await route.fetch();
    const { customer } = (await answer.json()) as { customer?: { id: string } };
    if (customer) customers.push(customer.id);
    return customers.length === 1 && customer ? route.abort() : route.fulfill({ response: answer });
  });
  const email = testEmail();
  await signInByCode(page, email);
  await expect(alertIn(signup(page), 'connection failed')).toBeVisible();
  await signup(page).getByRole('button', { name: 'Verify' }).click();
  await expect(alertIn(signup(page), 'Start again')).toBeVisible();
  await signInByCode(page, email, 2);
  await expect(signup(page).getByRole('button', { name: email })).toBeVisible();
  expect([customers.length, new Set(customers).size]).toEqual([2, 1]);
});

test('with every webhook lost a guest comes back to a paid order, an empty cart and less in stock', async ({
  page,
}) => {
  const shop = await TenantShop.open([{ name: 'Pencils', priceMinor: 1200, stockUnits: 20 }]);
  const url = await shop.serve('<dream-cart></dream-cart>');
  await control('webhooks', { enabled: false });
  await page.goto(url);
  await add(page, 'Pencils');
  await checkOut(page);
  await page.locator('#email').fill('grace@example.com');
  await fillAddress(page);
  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(`${url}**`);
  await expect(drawer(page)).toContainText('Your order is paid.');
  expect(await shop.orders()).toMatchObject([{ status: 'paid', totalMinor: 1700 }]);
  await drawer(page).getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: /^Cart/ })).toHaveText('Cart');
  await expect.poll(() => shop.inventory('Pencils')).toBe(19);
});
