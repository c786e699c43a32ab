import { expect, type Locator, type Page } from '@playwright/test';
import { drawer, line } from './shop.ts';
import { local } from './stack.ts';
import { test } from './visitor.ts';

/** More stops than any page here has. */
const MOST_STOPS = 80;

/** Goes on with Tab until something has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await target.evaluate((element) => element.matches(':focus-visible'))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}.`);
}

/** Goes on to a field and writes in it. */
async function write(page: Page, id: string, words: string): Promise<void> {
  await tabTo(page, page.locator(`#${id}`));
  await page.keyboard.type(words);
}

test('one buys with the keyboard alone, from the grid to the receipt', async ({ page }) => {
  const shop = `${local.demo}/shop`;
  await page.goto(shop);
  const card = page.getByRole('listitem').filter({ hasText: 'Desk notebook' });
  await tabTo(page, card.getByRole('radio', { name: 'Rust' }));
  await page.keyboard.press('ArrowRight');
  await expect(card.getByRole('radio', { name: 'Pine' })).toBeChecked();
  const adding = card.getByRole('button', { name: 'Add to cart: Desk notebook' });
  await tabTo(page, adding);
  await page.keyboard.press('Enter');

  // What opens is read out from its title, and the focus comes back to where one was.
  const title = drawer(page).getByRole('heading', { name: 'Your cart' });
  await expect(title).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(adding).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(title).toBeFocused();

  const pine = line(page, 'Desk notebook – Pine');
  await tabTo(page, pine.getByRole('spinbutton'));
  await page.keyboard.press('ArrowUp');
  const subtotal = drawer(page).locator('[aria-live="polite"]');
  await expect(subtotal).toHaveText('$72');
  await tabTo(page, pine.getByRole('button', { name: 'One less' }));
  await page.keyboard.press('Space');
  await expect(subtotal).toHaveText('$48');
  await tabTo(page, drawer(page).getByRole('button', { name: 'Check out' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\/pay\//);

  await write(page, 'email', 'grace@example.com');
  await write(page, 'shippingName', 'Grace Hopper');
  await write(page, 'shippingCountry', 'Germany');
  await write(page, 'shippingLine1', 'Hauptstraße 1');
  await write(page, 'shippingPostal', '10115');
  await write(page, 'shippingCity', 'Berlin');
  await write(page, 'cardNumber', '4242 4242 4242 4242');
  await write(page, 'cardExpiry', '12 / 40');
  await write(page, 'cardCvc', '123');
  await write(page, 'billingName', 'Grace Hopper');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shop}**`);

  await expect(drawer(page).getByRole('heading', { name: 'Thank you!' })).toBeFocused();
  await expect(drawer(page)).toContainText('Your order is paid.');
  await tabTo(page, drawer(page).getByRole('button', { name: 'Done' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').filter({ visible: true })).toHaveCount(0);
  await tabTo(page, page.getByRole('button', { name: /^Cart/ }));
});
