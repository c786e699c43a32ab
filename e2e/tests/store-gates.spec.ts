import { expect, type Page } from '@playwright/test';
import { expectNoFault, foundOn, watchShifts, watchViolations } from './faults.ts';
import { add, checkOut, drawer, enter, fillAddress, line, TenantShop } from './shop.ts';
import { local, pay, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const { demo, edge } = local;
const pencils = { name: 'Pencils', priceMinor: 1200, stockUnits: 20 };
const lamp = { name: 'Lamp', priceMinor: 12_900, stockUnits: 0 };
const BUTTON = '<button data-dream-add="{price}">Take pencils</button>';
const GRID = '<dream-cart></dream-cart>';
const shelf = (page: Page) => page.getByRole('button', { name: 'Add to cart: Six pencils' });
const gate = (page: Page) => page.locator('dream-gate');

test.afterEach(() => TenantShop.closeAll());

for (const width of [360, 768, 1280]) {
  test(`nothing moves while the shop and the club load, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await watchShifts(page);
    await page.goto(`${demo}/shop`);
    await expect(shelf(page)).toBeVisible();
    await page.waitForLoadState('networkidle');
    expect(await foundOn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.goto(`${demo}/club`);
    await expect(gate(page).getByRole('heading', { name: 'For members' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Choose Pro' })).toBeVisible();
    await page.waitForLoadState('networkidle');
    expect(await foundOn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
}

test('a member sees the club load without anything moving', async ({ page }) => {
  await page.goto(`${demo}/club`);
  await gate(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, testEmail());
  await expect(gate(page).getByRole('heading', { name: 'Part of Pro' })).toBeVisible();
  await watchShifts(page);
  await page.reload();
  await expect(gate(page).getByRole('heading', { name: 'Part of Pro' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(await foundOn(page)).toEqual([]);
});

test('buying works under the strictest content security policy, with no violation', async ({
  page,
}) => {
  const shop = await TenantShop.open([pencils, lamp]);
  const policy = [
    "default-src 'none'",
    `script-src ${edge}`,
    `connect-src ${edge} ${edge.replace('http', 'ws')}`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ];
  const { priceId } = shop.idsOf('Pencils');
  const url = await shop.serve(`${BUTTON.replace('{price}', priceId)}${GRID}`, {
    'content-security-policy': policy.join('; '),
  });
  await watchViolations(page);
  await enter(page, url);
  await page.getByRole('button', { name: 'Take pencils' }).click();
  await page.getByRole('button', { name: 'View cart' }).click();
  await line(page, 'Pencils').getByRole('button', { name: 'One more' }).click();
  await shop.put({ ...pencils, priceMinor: 1300 });
  await drawer(page).getByRole('button', { name: 'Check out' }).click();
  await expect(line(page, 'Pencils')).toContainText('The price changed');
  expect(await foundOn(page)).toEqual([]);
  await checkOut(page);
  await page.locator('#email').fill('grace@example.com');
  await fillAddress(page);
  await pay(page, '4242 4242 4242 4242');
  await expect(drawer(page)).toContainText('Your order is paid.');
  expect(await foundOn(page)).toEqual([]);
});

test('a grid asks for two things while its code is loading, and for no drawer, picture or Clerk it does not show', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const products = page.waitForRequest('**/api/products*');
  await page.route('**/chunks/cart-*.js', async (route) => {
    await products;
    await route.continue();
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${demo}/shop`);
  await expect(shelf(page)).toBeVisible();
  await page.waitForLoadState('networkidle');
  const paths = asked.filter((url) => url.startsWith(edge)).map((url) => new URL(url).pathname);
  const data = paths.filter((path) => path.startsWith('/api/'));
  expect(data.toSorted()).toEqual(['/api/bootstrap', '/api/products']);
  expect(paths.filter((path) => /drawer|toast|quantity|clerk/i.test(path))).toEqual([]);
  expect(asked.filter((url) => /clerk/i.test(url))).toEqual([]);
  const pictures = asked.filter((url) => url.includes('/content/'));
  expect(new Set(pictures).size).toBe(pictures.length);
});

test('axe finds nothing in the grid, the drawer, what changed, the receipt and one’s orders, light or dark', async ({
  page,
}) => {
  await page.goto(`${demo}/shop`);
  await expect(shelf(page)).toBeVisible();
  await expectNoFault(page);
  await page.getByRole('button', { name: 'Add one to the cart' }).click();
  await expect(page.getByRole('button', { name: 'View cart' })).toBeVisible();
  await expectNoFault(page);

  const shop = await TenantShop.open([pencils, lamp]);
  await page.goto(await shop.serve(`<dream-signup></dream-signup>${GRID}`));
  await signInByCode(page, testEmail());
  await expect(signup(page).getByText('@example.com')).toBeVisible();
  await add(page, 'Pencils');
  await expect(line(page, 'Pencils')).toBeVisible();
  await expectNoFault(page);
  await shop.put({ ...pencils, priceMinor: 1300 });
  await drawer(page).getByRole('button', { name: 'Check out' }).click();
  await expect(line(page, 'Pencils')).toContainText('The price changed');
  await expectNoFault(page);
  await checkOut(page);
  await fillAddress(page);
  await pay(page, '4242 4242 4242 4242');
  await expect(drawer(page)).toContainText('Your order is paid.');
  await expectNoFault(page);
  await drawer(page).getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: /^Cart/ }).click();
  await drawer(page).getByRole('button', { name: 'Your orders' }).click();
  await drawer(page)
    .getByText(/^Order \d/)
    .click();
  await expect(drawer(page).getByText('Pencils')).toBeVisible();
  await expectNoFault(page);
});

test('axe finds nothing on the club, signed out, signed in, and in the letter of a member, light or dark', async ({
  page,
}) => {
  await page.goto(`${demo}/club`);
  await expect(gate(page).getByRole('heading', { name: 'For members' })).toBeVisible();
  await expectNoFault(page);
  await gate(page).getByRole('button', { name: 'Sign in' }).click();
  await signInByCode(page, testEmail());
  await expect(gate(page).getByRole('heading', { name: 'Part of Pro' })).toBeVisible();
  await expectNoFault(page);
  await gate(page).getByRole('button', { name: 'Get Pro' }).click();
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, '4242 4242 4242 4242');
  await expect(gate(page).getByText('I learned this from a carpenter.')).toBeVisible();
  await expectNoFault(page);
});

/** What themes and page builders do to everything on a page. */
const HOSTILE = `
  * { all: unset !important; box-sizing: content-box !important; }
  html { line-height: 4 !important; }
  body, main { display: block; letter-spacing: 0.3em !important; text-transform: uppercase !important; }
  dialog, button, input, ul, li { position: static !important; display: inline !important; float: left !important; }
`;

test('a page that styles everything changes no size of the grid and the drawer', async ({
  page,
}) => {
  // Slid in at once, it is measured where it stays.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const shop = await TenantShop.open([pencils, lamp]);
  const boxes = async (style: string) => {
    await page.goto(await shop.serve(`<style>${style}</style>${GRID}`));
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await add(page, 'Pencils');
    await expect(line(page, 'Pencils')).toBeVisible();
    const card = drawer(page).locator('.card');
    const look = await card.evaluate((element) => {
      const { position, lineHeight, letterSpacing, textTransform } = getComputedStyle(element);
      return { position, lineHeight, letterSpacing, textTransform };
    });
    const { x, width } = (await card.boundingBox()) ?? {};
    const buttons = drawer(page).getByRole('button', { name: 'Check out' });
    const sizes = [x, width, (await buttons.boundingBox())?.height].map((px = 0) => Math.round(px));
    return { look, sizes };
  };
  const plain = await boxes('');
  expect(await boxes(HOSTILE)).toEqual(plain);
});
