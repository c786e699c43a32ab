import { expect, type Page } from '@playwright/test';
import { add, drawer, line, TenantShop } from './shop.ts';
import { test } from './visitor.ts';

const MANY = 1000;

/** How many cards `<dream-cart>` draws first, and how many more as they come near. */
const FIRST = 12;
const BATCH = 24;

test.afterEach(() => TenantShop.closeAll());

/** Writes down how many cards came to the grid, frame by frame, and how often a card was changed. */
const watchCards = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const cards = { perFrame: [] as number[], changed: 0 };
    Object.assign(globalThis, { cards });
    let known: Element[] = [];
    const look = () => {
      const root = document.querySelector('dream-cart')?.shadowRoot;
      const now = [...(root?.querySelectorAll('.products > .product') ?? [])];
      const fresh = now.filter((card) => card.localName === 'li' && !known.includes(card));
      const changes = new MutationObserver((list) => (cards.changed += list.length));
      for (const card of fresh) changes.observe(card, { subtree: true, childList: true });
      if (fresh.length > 0) cards.perFrame.push(fresh.length);
      known = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

const cardsOn = (page: Page) =>
  page.evaluate(
    () => (globalThis as unknown as { cards: { perFrame: number[]; changed: number } }).cards,
  );

// What is measured in seconds depends on the machine; what makes it fast does not.
test('of a thousand products only those in sight are drawn, from a small first answer, and adding draws no card anew', async ({
  page,
}) => {
  test.setTimeout(400_000);
  const shop = await TenantShop.open([]);
  await shop.fill(MANY);
  const url = await shop.serve('<dream-cart></dream-cart>');
  const answers: number[] = [];
  page.on('requestfinished', async (request) => {
    if (!request.url().includes('/api/products')) return;
    const { responseBodySize } = await request.sizes();
    answers.push(responseBodySize);
  });
  await watchCards(page);
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Thing 0', exact: true })).toBeVisible();
  // The others are drawn as they come near.
  const cards = page.locator('dream-cart .products > li');
  await expect(cards).toHaveCount(FIRST + BATCH);
  await cards.last().scrollIntoViewIfNeeded();
  await expect(cards).not.toHaveCount(FIRST + BATCH);
  const { perFrame } = await cardsOn(page);
  expect(Math.max(...perFrame)).toBeLessThanOrEqual(2 * BATCH);
  expect(perFrame[0]).toBe(FIRST);
  // The few that are shown first do not wait for the others.
  await expect.poll(() => answers.length).toBe(2);
  expect(Math.min(...answers)).toBeLessThan(8 * 1024);
  expect(Math.max(...answers)).toBeLessThan(100 * 1024);

  await page.getByRole('searchbox').pressSequentially('thing 99');
  await expect(cards).toHaveCount(19);
  await expect(page.getByText('Products found: 19')).toBeAttached();
  const before = await cardsOn(page);
  await add(page, 'Thing 990');
  await expect(line(page, 'Thing 990')).toBeVisible();
  expect((await cardsOn(page)).changed).toBe(before.changed);
  await drawer(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('combobox', { name: 'Category' }).selectOption('Shelf 0');
  await expect(page.getByRole('heading', { name: 'Thing 990', exact: true })).toBeVisible();
  await expect(cards).toHaveCount(3);
});
