import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { faultsOf, newProject, section, test } from './developer.ts';
import { expectNoFault } from './faults.ts';
import { connectStripe } from './shop.ts';
import { local, pay } from './stack.ts';
import { ask, operatorSecret } from './tenant.ts';

/** A picture of this size, drawn by the browser. */
async function picture(page: Page, width: number, height: number): Promise<Buffer> {
  const bytes = await page.evaluate(
    async (size) => {
      const canvas = new OffscreenCanvas(size.width, size.height);
      const context = canvas.getContext('2d');
      if (context) context.fillStyle = '#4f46e5';
      context?.fillRect(0, 0, size.width / 2, size.height);
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    { width, height },
  );
  return Buffer.from(bytes);
}

test('a product is made with a picture, is in the shop, is bought, and its order is refunded once', async ({
  desk: page,
  browser,
}) => {
  const faults = faultsOf(page);
  const path = await newProject(page, 'Seller of quills');
  const [, project = ''] = /\/projects\/([^/]+)/.exec(path) ?? [];
  await connectStripe(project);
  const { secret } = await ask('POST', `/api/projects/${project}/test/keys`, operatorSecret, {});

  await section(page, 'Products');
  await page.getByRole('link', { name: 'Add the first product' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Quill <b>=1+1</b>');
  await page.getByLabel('Amount').fill('19.50');
  await page.getByLabel('Pieces in stock').fill('3');
  await page.getByLabel('Add pictures').setInputFiles([
    { name: 'quill.png', mimeType: 'image/png', buffer: await picture(page, 3000, 2000) },
    { name: 'quill.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') },
  ]);
  await expect(page.getByText('It must be a PNG, JPEG, WebP or AVIF picture.')).toBeVisible();
  await page.getByLabel('What it shows').fill('A quill');
  const preview = page.locator('dream-cart');
  await expect(preview).toContainText('Quill <b>=1+1</b>');
  await expect(preview).toContainText('Only 3 left');
  await expect(page.getByText('A product “Quill <b>=1+1</b>” is made, at $19.50.')).toBeVisible();
  await page.getByRole('button', { name: 'Add product' }).click();
  await expect(page.getByRole('row', { name: /Quill <b>/ })).toContainText('On sale');

  const { products } = await ask('GET', '/api/products', secret);
  expect(products).toMatchObject([
    {
      name: 'Quill <b>=1+1</b>',
      price: 1950,
      inventory: 3,
      images: [{ width: 1600, alt: 'A quill' }],
    },
  ]);
  await expectNoFault(page);
  await page.getByRole('link', { name: /^Quill/ }).click();
  await page.getByRole('button', { name: /^Add pieces of/ }).click();
  await expect(page.getByText('4 to sell')).toBeVisible();
  await expectNoFault(page);

  const buyer = await (await browser.newContext()).newPage();
  const items = [{ priceId: products[0].priceId, quantity: 2 }];
  const back = { successUrl: local.demo, cancelUrl: local.demo };
  const { url } = await ask('POST', '/api/cart/checkout', secret, { items, ...back });
  await buyer.goto(url);
  await buyer.locator('#email').fill('grace@example.com');
  await pay(buyer, '4242 4242 4242 4242');
  await buyer.waitForURL(`${local.demo}/**`);
  await buyer.close();

  await section(page, 'Orders');
  await page.getByRole('link', { name: '1001' }).click();
  await page.getByLabel('Carrier').fill('Post');
  await page.getByRole('button', { name: 'Mark as sent' }).click();
  await expect(page.getByText('by Post')).toBeVisible();
  await page.getByRole('button', { name: 'Refund…' }).click();
  await page.getByLabel('Put the pieces back in stock').check();
  await expectNoFault(page);
  await page.getByRole('button', { name: 'Refund $39' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Refund $39' }).click();
  await expect(page.getByText('Put back in stock')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Refund/ })).toHaveCount(0);
  const { products: after } = await ask('GET', '/api/products', secret);
  expect(after).toMatchObject([{ inventory: 4 }]);

  await page.goBack();
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const table = await readFile(await (await downloads).path(), 'utf8');
  expect(table.trim().split('\r\n')).toHaveLength(2);
  expect(table).toContain('grace@example.com');
  await page.getByLabel('Search orders').fill('nobody@example.com');
  await expect(page.getByText('No order is like this')).toBeVisible();
  await expect(page).toHaveURL(/orders\?q=nobody/);
  expect(faults).toEqual([]);
});
