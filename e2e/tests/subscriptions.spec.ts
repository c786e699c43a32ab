import { expect, type Locator, type Page } from '@playwright/test';
import { expectNoFault } from './faults.ts';
import { control, local, pay, signInByCode, testEmail } from './stack.ts';
import { ask } from './tenant.ts';
import { test } from './visitor.ts';

const { demo, project } = local;
/** A card whose bank wants every payment confirmed. */
const ASKS = '4000 0027 6000 3184';
const WIDTHS = [1280, 360] as const;

const plan = (page: Page, name: string): Locator =>
  page
    .locator('dream-pricing .tiers > li')
    .filter({ has: page.getByRole('heading', { name, exact: true }) });
const dialog = (page: Page): Locator =>
  page.locator('dream-pricing').getByRole('dialog').filter({ visible: true });
const press = (page: Page, name: string, button: string | RegExp) =>
  plan(page, name).getByRole('button', { name: button }).click();

/** Somebody new who bought a plan just now, with a card, and is back on the page. */
async function subscriber(page: Page, name: string, card = '4242 4242 4242 4242'): Promise<string> {
  const email = testEmail();
  await page.goto(demo);
  await press(page, name, `Choose ${name}`);
  await signInByCode(page, email);
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, card);
  if (card === ASKS) await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL(`${demo}/**`);
  await expect(plan(page, name)).toContainText('Your plan');
  return email;
}

async function customerOf(email: string): Promise<any> {
  const { customers } = await ask(
    'GET',
    `/api/customers?email=${encodeURIComponent(email)}`,
    project.sk,
  );
  return customers[0];
}

/** What a customer's payments came to, newest first; Stripe tells of each by an event of its own. */
async function paid(email: string): Promise<number[]> {
  const { id } = await customerOf(email);
  const { payments } = await ask('GET', `/api/customers/${id}/payments`, project.sk);
  const succeeded = payments.filter(({ status }: { status: string }) => status === 'succeeded');
  return succeeded.map(({ amountMinor }: { amountMinor: number }) => amountMinor);
}

const minor = (amount: string) => Math.round(Number(amount.replace(/[^\d.-]/g, '')) * 100);

for (const width of WIDTHS) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 900 }, reducedMotion: 'reduce' } as object);

    test('an upgrade costs what the dialog said, to the cent, and is made once however often one clicks', async ({
      page,
    }) => {
      const email = await subscriber(page, 'Pro');
      await press(page, 'Studio', 'Switch to Studio');
      await expect(dialog(page).getByText('Due now')).toBeVisible();
      await expect(dialog(page).getByRole('heading', { name: 'Switch to Studio' })).toBeFocused();
      await expectNoFault(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const due = minor((await dialog(page).locator('.total dd').textContent()) ?? '');
      const lines = await dialog(page).locator('.lines div:not(.total) dd').allTextContents();
      expect(lines.map(minor).reduce((sum, each) => sum + each, 0)).toBe(due);
      expect(due).toBeGreaterThan(0);
      const changes: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().includes('/change')) changes.push('once');
      });
      await dialog(page)
        .getByRole('button', { name: /^Pay \$/ })
        .dblclick();
      await expect(plan(page, 'Studio')).toContainText('Your plan');
      await expect(dialog(page)).toHaveCount(0);
      await expect(plan(page, 'Studio').getByRole('heading')).toBeFocused();
      await expect(page.locator('dream-pricing [role=status]')).toContainText('Renews on');
      await expect.poll(() => paid(email)).toEqual([due, 1900]);
      expect((await customerOf(email)).plan).toBe('studio');
      expect(changes).toEqual(['once']);
    });

    test('a downgrade says its day, costs nothing now, and can be taken back', async ({ page }) => {
      const email = await subscriber(page, 'Studio');
      await press(page, 'Pro', 'Switch to Pro');
      await expect(dialog(page)).toContainText(
        /Nothing to pay now\. Your plan changes to Pro on \w+ \d+, \d{4}, then \$19 a month\./,
      );
      await expectNoFault(page);
      await dialog(page).getByRole('button', { name: 'Confirm change' }).click();
      await expect(plan(page, 'Studio')).toContainText(/Changes to Pro on \w+ \d+, \d{4}/);
      await expect(plan(page, 'Pro')).toContainText(/Starts on/);
      expect((await customerOf(email)).subscription).toMatchObject({ next: { plan: 'pro' } });
      await expectNoFault(page);
      await press(page, 'Studio', 'Keep Studio');
      await expect(plan(page, 'Studio')).toContainText('Renews on');
      expect((await customerOf(email)).subscription).toMatchObject({ plan: 'studio', next: null });
    });

    test('a plan is cancelled in the page, and kept after all', async ({ page }) => {
      const email = await subscriber(page, 'Pro');
      await press(page, 'Pro', 'Cancel plan');
      await expect(dialog(page)).toContainText(/You keep Pro until \w+ \d+, \d{4}/);
      await expectNoFault(page);
      await page.keyboard.press('Escape');
      await expect(dialog(page)).toHaveCount(0);
      await expect(plan(page, 'Pro').getByRole('button', { name: 'Cancel plan' })).toBeFocused();
      await press(page, 'Pro', 'Cancel plan');
      await dialog(page).getByRole('button', { name: 'Cancel plan' }).click();
      await expect(plan(page, 'Pro')).toContainText('Ends on');
      await expect(plan(page, 'Free')).toContainText('Starts on');
      expect((await customerOf(email)).subscription.endsAtMs).toBeGreaterThan(Date.now());
      await press(page, 'Pro', 'Keep Pro');
      await expect(plan(page, 'Pro')).toContainText('Renews on');
      expect((await customerOf(email)).subscription.endsAtMs).toBeNull();
    });

    test('an upgrade that the bank wants confirmed goes on when that is done in another tab', async ({
      page,
    }) => {
      const email = await subscriber(page, 'Pro', ASKS);
      await press(page, 'Studio', 'Switch to Studio');
      await dialog(page)
        .getByRole('button', { name: /^Pay \$/ })
        .click();
      const confirm = dialog(page).getByRole('button', { name: 'Confirm with your bank' });
      await expect(confirm).toBeVisible();
      await expectNoFault(page);
      expect((await customerOf(email)).plan).toBe('pro');
      const [bank] = await Promise.all([page.waitForEvent('popup'), confirm.click()]);
      await bank.getByRole('button', { name: /^Pay \$/ }).click();
      await bank.getByRole('button', { name: 'Complete authentication' }).click();
      await expect(bank.getByRole('heading', { name: 'Invoice paid' })).toBeVisible();
      await bank.close();
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await expect(plan(page, 'Studio')).toContainText('Your plan');
      await expect(dialog(page)).toHaveCount(0);
      expect((await customerOf(email)).plan).toBe('studio');
      await expect.poll(() => paid(email)).toHaveLength(2);
    });

    test('a declined upgrade is told in words, with a way to another card, and changes nothing', async ({
      page,
    }) => {
      const email = await subscriber(page, 'Pro', '4000 0000 0000 0341');
      await press(page, 'Studio', 'Switch to Studio');
      await dialog(page)
        .getByRole('button', { name: /^Pay \$/ })
        .click();
      await expect(dialog(page).getByRole('alert')).toContainText(
        'Your bank declined the payment. Nothing was changed.',
      );
      await expectNoFault(page);
      expect((await customerOf(email)).plan).toBe('pro');
      await dialog(page).getByRole('button', { name: 'Update payment' }).click();
      await page.waitForURL(/\/p\/session\//);
    });
  });
}

test('the year of the same plan is a change, shown by the switch', async ({ page }) => {
  const email = await subscriber(page, 'Pro');
  await page.locator('dream-pricing').getByText('Yearly').click();
  await press(page, 'Pro', 'Pay yearly');
  await expect(dialog(page)).toContainText('From then on it costs $190 a year');
  await dialog(page)
    .getByRole('button', { name: /^Pay \$/ })
    .click();
  await expect(dialog(page)).toHaveCount(0);
  await expect
    .poll(async () => (await customerOf(email)).subscription.price)
    .toMatchObject({ interval: 'year', priceMinor: 19_000 });
  await page.reload();
  await expect(plan(page, 'Pro')).toContainText('$190');
});

test('prevented by the page, a plan’s button does nothing of its own', async ({ page }) => {
  await subscriber(page, 'Pro');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.evaluate(() =>
    document.addEventListener('dream-plan-select', (event) => event.preventDefault(), {
      once: true,
    }),
  );
  await press(page, 'Studio', 'Switch to Studio');
  await expect(dialog(page)).toHaveCount(0);
  expect(asked).toEqual([]);
  await press(page, 'Studio', 'Switch to Studio');
  await expect(dialog(page)).toBeVisible();
});

test('a preview that is too old is made anew, and paid only after a second yes', async ({
  page,
}) => {
  const email = await subscriber(page, 'Pro');
  let isOld = true;
  await page.route('**/api/subscription/preview*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    if (isOld) body.prorationAtMs -= 2 * 3_600_000;
    isOld = false;
    await route.fulfill({ response: answer, json: body });
  });
  await press(page, 'Studio', 'Switch to Studio');
  await dialog(page)
    .getByRole('button', { name: /^Pay \$/ })
    .click();
  await expect(dialog(page)).toContainText('Prices had moved on');
  expect((await customerOf(email)).plan).toBe('pro');
  await dialog(page)
    .getByRole('button', { name: /^Pay \$/ })
    .click();
  await expect(plan(page, 'Studio')).toContainText('Your plan');
});

test('a payment that is missing says until when the plan stays, and leads to the portal', async ({
  page,
}) => {
  const email = await subscriber(page, 'Pro', '4000 0000 0000 0341');
  await press(page, 'Pro', 'Manage billing');
  const subscription = await page.locator('input[name=subscription]').inputValue();
  await control(`subscriptions/${subscription}/period-end`);
  await expect.poll(async () => (await customerOf(email)).subscription?.status).toBe('past_due');
  await page.goto(demo);
  await expect(plan(page, 'Pro')).toContainText(/Payment failed\. Your plan stays until \w+ \d+/);
  await expectNoFault(page);
  await press(page, 'Studio', 'Switch to Studio');
  await expect(dialog(page).getByRole('alert')).toContainText('A payment is missing');
  await page.keyboard.press('Escape');
  await press(page, 'Pro', 'Update payment');
  await page.waitForURL(/\/p\/session\//);
});
