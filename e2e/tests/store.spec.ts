import { expect, type Page } from '@playwright/test';
import {
  add,
  checkOut,
  checkoutOf,
  drawer,
  enter,
  fillAddress,
  line,
  settle,
  TenantShop,
} from './shop.ts';
import { local, pay, signInByCode, signup, testEmail } from './stack.ts';
import { ask } from './tenant.ts';
import { test } from './visitor.ts';

const CARD = '4242 4242 4242 4242';
const pencils = { name: 'Pencils', priceMinor: 1200, stockUnits: 20 };
const ink = { name: 'Ink', priceMinor: 1500, stockUnits: 9 };
const GRID = '<dream-cart></dream-cart>';

/** A page of the shop with its products, where one can sign in. */
const counter = (shop: TenantShop) => shop.serve(`<dream-signup></dream-signup>${GRID}`);

/** Signs somebody new in, on the page itself. */
async function signIn(page: Page): Promise<void> {
  await signInByCode(page, testEmail());
  // Not their address, which is there as soon as the code was sent: whoever buys before is a guest.
  await expect(signup(page).getByRole('button', { name: 'Sign out' })).toBeVisible();
}

/** Pays on Stripe's page, to be sent by post; back on the shop's page after that. */
async function buy(page: Page, back: string): Promise<void> {
  const email = page.locator('#email');
  if (await email.isEditable()) await email.fill('grace@example.com');
  await fillAddress(page);
  await pay(page, CARD);
  await page.waitForURL(`${back}**`);
}

/** What is said when something was added from a button of the page. */
const toast = (page: Page) => page.locator('dream-cart-toast').getByRole('status');

/** Closes the open cart. */
const leave = (page: Page) => drawer(page).getByRole('button', { name: 'Close' }).click();

test.afterEach(() => TenantShop.closeAll());

test('a guest adds from a button of the page and from the grid, pays with a code, and comes back to the receipt and an empty cart', async ({
  page,
}) => {
  const shop = await TenantShop.open([pencils, ink]);
  await shop.promote('TENTH');
  const { priceId } = shop.idsOf('Pencils');
  const url = await shop.serve(
    `<button data-dream-add="${priceId}" data-dream-quantity="2">Add two pencils</button>${GRID}`,
  );
  await enter(page, url);
  await page.getByRole('button', { name: 'Add two pencils' }).click();
  await expect(toast(page)).toContainText('Pencils is in your cart.');
  await add(page, 'Ink');
  await line(page, 'Pencils').getByRole('button', { name: 'One more' }).click();
  await expect(drawer(page)).toContainText('$51');
  await line(page, 'Ink').getByRole('spinbutton').fill('2');
  await page.keyboard.press('Tab');
  await expect(drawer(page)).toContainText('$66');
  await checkOut(page);
  await page.locator('#promotionCode').fill('TENTH');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.locator('#submit')).toHaveText('Pay $64.40');
  await page.getByText('Courier').click();
  await expect(page.locator('#submit')).toHaveText('Pay $74.40');
  await buy(page, url);
  await expect(drawer(page).getByRole('heading', { name: 'Thank you!' })).toBeFocused();
  const [order] = await shop.orders();
  expect(order).toMatchObject({ status: 'paid', totalMinor: 7440, discountMinor: 660 });
  for (const words of [`Order ${order.number}`, 'Pencils', 'Ink', '−$6.60', '$15', '$74.40'])
    await expect(drawer(page)).toContainText(words.replace('−', '-'));
  await drawer(page).getByRole('button', { name: 'Done' }).click();
  await expect(page).toHaveURL(url);
  await page.getByRole('button', { name: /^Cart/ }).click();
  await expect(drawer(page)).toContainText('Your cart is empty.');
  await expect.poll(() => shop.inventory('Pencils')).toBe(17);
  await expect.poll(() => shop.inventory('Ink')).toBe(7);
});

test('a signed-in customer pays and finds the order among theirs, and nobody else does', async ({
  page,
  browser,
  proxy,
}) => {
  const shop = await TenantShop.open([pencils]);
  const url = await counter(shop);
  await page.goto(url);
  await signIn(page);
  await add(page, 'Pencils');
  await checkOut(page);
  await expect(page.locator('#email')).not.toBeEditable();
  await buy(page, url);
  await expect(drawer(page)).toContainText('Your order is paid.');
  const [{ number }] = await shop.orders();
  await page.reload();
  await page.getByRole('button', { name: /^Cart/ }).click();
  await drawer(page).getByRole('button', { name: 'Your orders' }).click();
  const mine = drawer(page)
    .getByRole('listitem')
    .filter({ hasText: `Order ${number}` });
  await expect(mine).toContainText('Paid');
  await mine.getByText(`Order ${number}`).click();
  await expect(mine).toContainText('Pencils');

  const other = await browser.newPage({ proxy });
  await other.goto(url);
  await signIn(other);
  await other.getByRole('button', { name: /^Cart/ }).click();
  await drawer(other).getByRole('button', { name: 'Your orders' }).click();
  await expect(drawer(other)).toContainText('You have no orders yet.');
  await other.close();
});

test('two tabs have one cart, and a reload keeps it', async ({ page, context }) => {
  const shop = await TenantShop.open([pencils, ink]);
  const url = await shop.serve(GRID);
  const other = await context.newPage();
  await page.goto(url);
  await other.goto(url);
  await add(page, 'Pencils');
  await expect(other.getByRole('button', { name: /^Cart/ })).toContainText('1');
  await add(other, 'Ink');
  await expect(line(page, 'Ink')).toBeVisible();
  await line(page, 'Ink').getByRole('button', { name: 'Remove Ink' }).click();
  await expect(line(other, 'Ink')).toHaveCount(0);
  await line(page, 'Pencils').getByRole('button', { name: 'One more' }).click();
  await expect(line(page, 'Pencils').getByRole('spinbutton')).toHaveValue('2');
  await page.reload();
  await expect(page.getByRole('button', { name: /^Cart/ })).toContainText('2');
  await other.reload();
  await expect(other.getByRole('button', { name: /^Cart/ })).toContainText('2');
});

test('what others bought between cart and checkout is told line by line, corrected, and asked again', async ({
  page,
}) => {
  const nib = { name: 'Nib', priceMinor: 800, stockUnits: 1 };
  const shop = await TenantShop.open([nib, ink, pencils]);
  await page.goto(await shop.serve(GRID));
  await add(page, 'Nib');
  await leave(page);
  await add(page, 'Ink');
  await line(page, 'Ink').getByRole('spinbutton').fill('5');
  await leave(page);
  await add(page, 'Pencils');
  // Somebody else is at the till with the last nib, and there are fewer inks.
  const items = [{ priceId: shop.idsOf('Nib').priceId, quantity: 1 }];
  await ask('POST', '/api/cart/checkout', shop.tenant.sk, {
    items,
    successUrl: local.demo,
    cancelUrl: local.demo,
  });
  await shop.stock('Ink', 3);
  await drawer(page).getByRole('button', { name: 'Check out' }).click();
  await expect(drawer(page).getByRole('alert').first()).toContainText(
    'Nib is sold out and left your cart.',
  );
  await expect(line(page, 'Ink').last()).toContainText('Only 3 left. You wanted 5.');
  await expect(line(page, 'Ink').getByRole('spinbutton')).toHaveValue('3');
  await expect(line(page, 'Pencils')).not.toContainText('left');
  expect(await shop.orders()).toHaveLength(1);
  await checkOut(page);
  await expect(page.getByText('Pencils')).toBeVisible();
  expect((await shop.orders())[0]).toMatchObject({ subtotalMinor: 3 * 1500 + 1200 });
});

test('a price that changed between cart and checkout is shown before anybody pays it', async ({
  page,
}) => {
  const shop = await TenantShop.open([pencils]);
  await page.goto(await shop.serve(GRID));
  await add(page, 'Pencils');
  await shop.put({ ...pencils, priceMinor: 1400 });
  await drawer(page).getByRole('button', { name: 'Check out' }).click();
  await expect(line(page, 'Pencils')).toContainText('The price changed from $12 to $14.');
  expect(await shop.orders()).toEqual([]);
  await checkOut(page);
  expect((await shop.orders())[0]).toMatchObject({ subtotalMinor: 1400 });
});

test('a checkout that was left is handed out again, and holds its pieces once', async ({
  page,
}) => {
  const shop = await TenantShop.open([pencils]);
  const url = await shop.serve(GRID);
  await page.goto(url);
  await add(page, 'Pencils');
  await checkOut(page);
  const checkoutId = checkoutOf(page);
  await page.goto(url);
  await page.getByRole('button', { name: /^Cart/ }).click();
  await checkOut(page);
  expect(checkoutOf(page)).toBe(checkoutId);
  expect(await shop.orders()).toHaveLength(1);
  await expect.poll(() => shop.inventory('Pencils')).toBe(19);
  await page.goto(url);
  await page.getByRole('button', { name: /^Cart/ }).click();
  await line(page, 'Pencils').getByRole('button', { name: 'One more' }).click();
  await checkOut(page);
  expect(checkoutOf(page)).not.toBe(checkoutId);
  await expect.poll(() => shop.inventory('Pencils')).toBe(18);
});

for (const [outcome, said, left] of [
  ['succeeds', 'Paid', 19],
  ['fails', 'Payment failed', 20],
] as const)
  test(`a bank's payment that comes later is said to be on its way, and when it ${outcome} the order is: ${said}`, async ({
    page,
  }) => {
    const shop = await TenantShop.open([pencils]);
    const url = await counter(shop);
    await page.goto(url);
    await signIn(page);
    await add(page, 'Pencils');
    await checkOut(page);
    const checkoutId = checkoutOf(page);
    await fillAddress(page);
    await page.getByText(`Bank transfer${outcome} later`).click();
    await page.locator('#submit').click();
    await page.waitForURL(`${url}**`);
    await expect(drawer(page).getByRole('heading', { name: 'Almost there' })).toBeVisible();
    await expect(drawer(page)).toContainText('Your payment is on its way.');
    await expect.poll(() => shop.inventory('Pencils')).toBe(19);
    await settle(checkoutId, outcome);
    await expect.poll(async () => (await shop.orders())[0].status).toMatch(/^(paid|failed)$/);
    await page.reload();
    await page.getByRole('button', { name: /^Cart/ }).click();
    await drawer(page).getByRole('button', { name: 'Your orders' }).click();
    await expect(drawer(page).getByRole('listitem').first()).toContainText(said);
    await expect.poll(() => shop.inventory('Pencils')).toBe(left);
  });

test('a page opens the cart by script, where it shows no other part of the shop', async ({
  page,
}) => {
  const shop = await TenantShop.open([pencils]);
  const { productId } = shop.idsOf('Pencils');
  const link = `<a href="#pencils" data-dream-add="${productId}">Pencils</a>`;
  await enter(page, await shop.serve(link));
  await page.getByRole('link', { name: 'Pencils' }).click();
  // Where the page has no button of the cart, what is added opens it.
  await expect(line(page, 'Pencils')).toBeVisible();
  await leave(page);
  await page.evaluate(() =>
    (globalThis as unknown as { Dream: { open(what: string): Promise<void> } }).Dream.open('cart'),
  );
  await expect(line(page, 'Pencils')).toBeVisible();
  await expect(drawer(page).getByRole('heading', { name: 'Your cart' })).toBeFocused();
});

test('the shop of the demo sells from its window and its shelf', async ({ page }) => {
  const shop = `${local.demo}/shop`;
  await enter(page, shop);
  await page.getByRole('button', { name: 'Add one to the cart' }).click();
  await expect(toast(page)).toContainText('Desk notebook – Rust is in your cart.');
  await add(page, 'Six pencils');
  await checkOut(page);
  await buy(page, shop);
  await expect(drawer(page)).toContainText('Your order is paid.');
  await expect(drawer(page)).toContainText('Desk notebook – Rust');
});
