import { expect, type Page } from '@playwright/test';
import { serve } from './site.ts';
import { ask, newTenant } from './tenant.ts';
import { local, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const newcomer = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ customerId: string; isNew: boolean }>((resolve) =>
        document.addEventListener('dream-signin', (event) =>
          resolve((event as CustomEvent).detail),
        ),
      ),
  );

test('one person signs up on two sites of two tenants: both feel like a sign-up, and neither sees the other', async ({
  page,
  context,
}) => {
  const tenant = await newTenant();
  const site = await serve(
    `<!doctype html><html lang="en"><title>Quills</title><script type="module" async src="${local.edge}/v1/dream.js" data-dream-key="${tenant.pk}"></script><dream-signup></dream-signup><dream-usage-meter></dream-usage-meter>`,
  );
  const email = testEmail();
  await page.goto(local.demo);
  const first = newcomer(page);
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await signInByCode(page, email);
  await expect(page.locator('dream-usage-meter')).toContainText('1 of 10 used');

  const other = await context.newPage();
  await other.goto(site.url);
  const second = newcomer(other);
  await signInByCode(other, email);
  await expect(other.locator('dream-usage-meter')).toContainText('0 of 5 used');
  await expect(signup(other)).toContainText(email);

  const [here, there] = [await first, await second];
  expect([here.isNew, there.isNew]).toEqual([true, true]);
  expect(here.customerId).not.toBe(there.customerId);
  const { customers } = await ask('GET', '/api/customers', tenant.sk);
  expect(customers.map(({ id }: { id: string }) => id)).toEqual([there.customerId]);
  const foreign = await ask('GET', `/api/customers/${here.customerId}`, tenant.sk);
  expect(foreign.code).toBe('customer_not_found');
  site.stop();
});
