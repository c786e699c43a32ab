import { expect, type Locator, type Page } from '@playwright/test';
import { drawer, TenantShop } from './shop.ts';
import { serve } from './site.ts';
import { local } from './stack.ts';
import { ask, newTenant, operatorSecret } from './tenant.ts';
import { test } from './visitor.ts';

const { edge, project } = local;
const pricing = (lang: string, pk = project.pk) =>
  serve(
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title><script type="module" async src="${edge}/v1/dream.js" data-dream-key="${pk}"></script></head><body><main><dream-pricing style="display: block; min-height: 60rem"></dream-pricing></main></body></html>`,
  );

test.afterEach(() => TenantShop.closeAll());

/** The Latin words of an element and all within it that are neither its developer's nor a currency. */
const latinWords = (element: Locator, own: readonly string[]): Promise<string[]> =>
  element.evaluate(
    (root, known) => {
      const found: string[] = [];
      const NAMED = ['aria-label', 'placeholder', 'title', 'alt'];
      const look = (node: Node): void => {
        if (node instanceof HTMLStyleElement || node instanceof SVGElement) return;
        if (node instanceof Text) found.push(node.data);
        if (node instanceof Element) {
          for (const name of NAMED) found.push(node.getAttribute(name) ?? '');
          if (node.shadowRoot) look(node.shadowRoot);
        }
        for (const child of node.childNodes) look(child);
      };
      look(root);
      const all = known.reduce((text, each) => text.replaceAll(each, ''), found.join('\n'));
      return all.match(/[A-Za-z]{2,}/g) ?? [];
    },
    [...own, 'US$', 'USD'],
  );

const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);
const directionOf = (element: Locator) =>
  element.evaluate((node) => getComputedStyle(node).direction);

test.describe('on a phone, in Arabic', () => {
  test.use({ viewport: { width: 360, height: 800 } });

  test('the shop and its cart stand from right to left, with no English word and nothing cut off', async ({
    page,
  }) => {
    const names = ['Pencils', 'Ink', 'Lamp'];
    const shop = await TenantShop.open([
      { name: 'Pencils', priceMinor: 1200, stockUnits: 3 },
      { name: 'Ink', priceMinor: 1500, stockUnits: 2 },
      { name: 'Lamp', priceMinor: 12_900, stockUnits: 0 },
    ]);
    const url = await shop.serve('<dream-cart></dream-cart>', {}, 'ar');
    await page.goto(url);
    const cart = page.locator('dream-cart');
    await expect(cart.getByRole('heading', { name: 'Pencils' })).toBeVisible();
    await expect.poll(() => latinWords(cart, names)).toEqual([]);
    expect(await directionOf(cart.getByRole('heading', { name: 'Ink' }))).toBe('rtl');
    // What the shop's owner wrote in English runs from left to right in it.
    expect(await directionOf(cart.getByText('Ink', { exact: true }))).toBe('ltr');
    expect(await width(page)).toBe(360);
    await cart.getByRole('listitem').filter({ hasText: 'Pencils' }).getByRole('button').click();
    await expect(drawer(page).getByRole('spinbutton')).toBeVisible();
    await expect.poll(() => latinWords(page.locator('dream-cart-drawer'), names)).toEqual([]);
    expect(await directionOf(drawer(page).getByRole('spinbutton'))).toBe('rtl');
    await shop.put({ name: 'Pencils', priceMinor: 1300 });
    await drawer(page).locator('.foot .primary').click();
    await expect(drawer(page).getByRole('alert').first()).not.toBeEmpty();
    expect(await latinWords(page.locator('dream-cart-drawer'), names)).toEqual([]);
    const box = await drawer(page).locator('.card').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    expect(await width(page)).toBe(360);
  });

  test('the price table stands from right to left, with no English word but the plans’ own', async ({
    page,
  }) => {
    const { tiers } = await ask('GET', '/api/tiers', project.sk);
    const own = tiers.flatMap(({ displayName, description, features }: Record<string, any>) => [
      ...features,
      description,
      displayName,
    ]);
    const site = await pricing('ar');
    await page.goto(site.url);
    const table = page.locator('dream-pricing');
    await expect(table.getByRole('heading', { name: 'Pro' })).toBeVisible();
    await expect.poll(() => latinWords(table, own)).toEqual([]);
    expect(await directionOf(table.getByRole('heading', { name: 'Pro' }))).toBe('rtl');
    expect(await width(page)).toBe(360);
    site.stop();
  });
});

test('without a lang on the page the project’s language is spoken, and the table’s code comes once', async ({
  page,
}) => {
  const tenant = await newTenant();
  const settings = `/api/projects/${tenant.id}/test/settings`;
  await ask('PATCH', settings, operatorSecret, { locale: 'de' });
  const tables: string[] = [];
  page.on('request', (request) => {
    const [, file] = /\/(pricing[^/]*?)-/.exec(request.url()) ?? [];
    if (file) tables.push(file);
  });
  const site = await pricing('', tenant.pk);
  await page.goto(site.url);
  await expect(page.locator('dream-pricing').getByText('Kostenlos')).toBeVisible();
  expect(tables.toSorted()).toEqual(['pricing', 'pricing.de']);
  site.stop();
});
