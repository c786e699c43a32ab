import { expect, type Page } from '@playwright/test';
import { add, drawer, line, TenantShop } from './shop.ts';
import { test } from './visitor.ts';

/** How many products one shop shows at most in one answer, and how many are put in at a time. */
const MANY = 1000;
const AT_ONCE = 12;

/** How many cards `<dream-cart>` draws at once. */
const BATCH = 24;

test.afterEach(() => TenantShop.closeAll());

async function hugeShop(): Promise<TenantShop> {
  const shop = await TenantShop.open([]);
  const left = [...Array(MANY).keys()];
  const putIn = async () => {
    for (let number = left.pop(); number !== undefined; number = left.pop())
      await shop.put({
        name: `Thing ${number}`,
        description: 'Made by hand in small numbers, of paper that lasts. '.repeat(2),
        category: `Shelf ${number % 9}`,
        position: number,
        priceMinor: 1000 + number,
        stockUnits: 10,
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, putIn));
  return shop;
}

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
test('of a thousand products only those in sight are drawn, from one small answer, and adding draws no card anew', async ({
  page,
}) => {
  test.setTimeout(400_000);
  const shop = await hugeShop();
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
  await expect(cards).toHaveCount(BATCH);
  await cards.last().scrollIntoViewIfNeeded();
  await expect(cards).not.toHaveCount(BATCH);
  const { perFrame } = await cardsOn(page);
  expect(Math.max(...perFrame)).toBeLessThanOrEqual(2 * BATCH);
  expect(perFrame[0]).toBe(BATCH);
  expect(answers).toHaveLength(1);
  expect(answers[0]).toBeLessThan(100 * 1024);

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
