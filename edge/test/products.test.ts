import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import type { ProductImage } from '@dream/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings } from '../src/env.ts';
import { png } from './image-files.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const { PROJECT } = env as unknown as Bindings;
const usd = (priceMinor: number) => ({ priceMinor, currency: 'usd' });
const mug = (fields: object = {}) => ({
  name: 'Mug',
  variants: [{ stockUnits: 10, prices: [usd(2500)] }],
  ...fields,
});
const base = ({ id, mode }: TestEnvironment) => `/api/projects/${id}/${mode}/products`;
const create = async (shop: TestEnvironment, fields: object = {}) =>
  (await manage('POST', base(shop), mug(fields))).product;
const save = async (shop: TestEnvironment, id: string, body: object) =>
  (await manage('PUT', `${base(shop)}/${id}`, body)).product;
const shown = async (shop: TestEnvironment, query = '') => {
  const answer = await call('GET', `/api/products${query}`, { key: shop.sk });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};
const find = async (shop: TestEnvironment, id: string) =>
  (await shown(shop)).products.find((product: { id: string }) => product.id === id);
const namesOf = (page: { products: { name: string }[] }) => page.products.map(({ name }) => name);

let drawn = 0;
/** Uploads a picture no test had before. */
async function addImage({ id, mode }: TestEnvironment): Promise<ProductImage & { id: string }> {
  const request = new Request(`https://edge.test/api/projects/${id}/${mode}/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}` },
    body: png({ width: 6, height: 4 }, { red: (drawn += 1) }),
  });
  const answer = await exports.default.fetch(request);
  const { image } = (await answer.json()) as { image: ProductImage & { id: string } };
  return image;
}

let shop: TestEnvironment;
beforeAll(async () => {
  shop = await createEnvironment();
});

describe('a product', () => {
  it('is for sale as soon as it is saved, to pages as to servers', async () => {
    const product = await create(shop, { description: 'Of clay', category: 'Home' });
    const { priceId } = product.variants[0].prices[0];
    expect(product).toMatchObject({ published: true, visible: true, archivedAtMs: null });
    const stock = { inventory: 10, soldOut: false, lowStock: false, maxQuantity: 10 };
    const price = { priceId, price: 2500, currency: 'usd' };
    expect(await find(shop, product.id)).toEqual({
      id: product.id,
      name: 'Mug',
      description: 'Of clay',
      category: 'Home',
      ...price,
      ...stock,
      imageUrl: null,
      images: [],
      variants: [{ id: product.variants[0].id, name: '', ...stock, image: null, prices: [price] }],
    });
    const byPage = await call('GET', `/api/products?pk=${shop.pk}`);
    expect(byPage.body).toEqual(await shown(shop));
  });

  it('shows its pictures in the order they were given, and that of the variant that is shown', async () => {
    const [front, back] = [await addImage(shop), await addImage(shop)];
    const images = [{ id: front.id, alt: 'From the front' }, { id: back.id }];
    const variants = [{ stockUnits: 1, image: back.id, prices: [usd(100)] }];
    const product = await create(shop, { images, variants });
    const [first, second] = [front, back].map(({ url, smallUrl, width, height }) => {
      return { url, smallUrl, width, height };
    });
    const found = await find(shop, product.id);
    expect(found.images).toEqual([
      { ...first, alt: 'From the front' },
      { ...second, alt: '' },
    ]);
    expect([found.imageUrl, found.variants[0].image]).toEqual([back.url, 1]);
    expect(product.images[0]).toEqual({ id: front.id, ...first, alt: 'From the front' });
  });

  it('keeps its pictures from being deleted, until it shows them no more', async () => {
    const image = await addImage(shop);
    const product = await create(shop, { images: [{ id: image.id }] });
    const path = `/api/projects/${shop.id}/test/images/${image.id}`;
    expect(await call('DELETE', path, { key: OPERATOR })).toMatchObject({
      status: 409,
      body: { code: 'image_in_use', products: [product.id] },
    });
    expect((await find(shop, product.id)).images).toHaveLength(1);
    await manage('DELETE', `${base(shop)}/${product.id}`);
    await manage('DELETE', path);
  });

  it('is not saved with pictures of another environment', async () => {
    const image = await addImage(await createEnvironment());
    const answer = await call('POST', base(shop), {
      key: OPERATOR,
      body: mug({ name: 'Stranger', images: [{ id: image.id }] }),
    });
    expect(answer).toMatchObject({
      status: 404,
      body: { code: 'image_not_found', images: [image.id] },
    });
    expect(namesOf(await shown(shop))).not.toContain('Stranger');
  });

  it.each([
    ['hidden', (id: string) => save(shop, id, mug({ visible: false }))],
    ['archived', (id: string) => manage('DELETE', `${base(shop)}/${id}`)],
  ])(
    'that is %s is shown to nobody, and comes back with its variants when it is saved again',
    async (_, hide) => {
      const before = await create(shop);
      expect(await find(shop, before.id)).toBeDefined();
      await hide(before.id);
      expect(await find(shop, before.id)).toBeUndefined();
      const { id } = before.variants[0];
      await save(shop, before.id, mug({ variants: [{ id, prices: [usd(2500)] }] }));
      expect(await find(shop, before.id)).toMatchObject({
        inventory: 10,
        variants: [{ id, prices: [{ price: 2500, priceId: expect.any(String) }] }],
      });
    },
  );

  it('that is archived still says what it was sold for', async () => {
    const { id } = await create(shop);
    await manage('DELETE', `${base(shop)}/${id}`);
    const { product } = await manage('GET', `${base(shop)}/${id}`);
    expect(product).toMatchObject({
      archivedAtMs: expect.any(Number),
      variants: [{ stockUnits: 10, prices: [{ priceMinor: 2500, currency: 'usd' }] }],
    });
    const again = await call('DELETE', `${base(shop)}/${id}`, { key: OPERATOR });
    expect(again.body.code).toBe('product_not_found');
  });

  it('keeps the stock of its variants when it is saved, and takes the one that is given', async () => {
    const before = await create(shop);
    const [{ id }] = before.variants;
    const kept = await save(shop, before.id, mug({ variants: [{ id, prices: [usd(2500)] }] }));
    expect(kept.variants[0]).toMatchObject({ id, stockUnits: 10 });
    const given = [{ id, stockUnits: null, prices: [usd(2500)] }];
    expect(
      (await save(shop, before.id, mug({ variants: given }))).variants[0].stockUnits,
    ).toBeNull();
    expect((await find(shop, before.id)).inventory).toBe('unlimited');
  });

  it('takes no variant of another product', async () => {
    const [one, other] = [await create(shop), await create(shop)];
    const [{ id }] = other.variants;
    const answer = await call('PUT', `${base(shop)}/${one.id}`, {
      key: OPERATOR,
      body: mug({ variants: [{ id, prices: [usd(1)] }] }),
    });
    expect(answer).toMatchObject({
      status: 404,
      body: { code: 'variant_not_found', variants: [id] },
    });
  });

  it('of another project, or of the other mode, is not found, and not sold', async () => {
    const product = await create(shop);
    const other = await createEnvironment();
    for (const place of [base(other), base({ ...shop, mode: 'live' })]) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PUT', '', mug()],
        ['DELETE', '', undefined],
        ['POST', `/variants/${product.variants[0].id}/stock`, { stockUnits: 0 }],
        ['POST', '/move', { after: null }],
      ] as const) {
        const answer = await call(method, `${place}/${product.id}${path}`, {
          key: OPERATOR,
          ...(body && { body }),
        });
        expect([answer.status, answer.body.code]).toEqual([404, 'product_not_found']);
      }
    }
    expect(await find(other, product.id)).toBeUndefined();
    expect(await find(shop, product.id)).toMatchObject({ inventory: 10 });
  });
});

describe('what pages are told of stock', () => {
  const stocks = (...units: (number | null)[]) => ({
    lowStockUnits: 3,
    maxPerOrder: 6,
    variants: units.map((stockUnits, n) => ({
      name: `${n}`,
      stockUnits,
      prices: [usd(100 * (n + 1))],
    })),
  });
  const sum = ({ inventory, soldOut, lowStock, maxQuantity, price }: Record<string, unknown>) => [
    inventory,
    soldOut,
    lowStock,
    maxQuantity,
    price,
  ];

  it.each([
    ['none left', [0], [0, true, false, 0, 100]],
    ['few left', [3], [3, false, true, 3, 100]],
    ['more than few', [4], [4, false, false, 4, 100]],
    ['more than one order may have', [50], [50, false, false, 6, 100]],
    ['a stock that is not counted', [null], ['unlimited', false, false, 6, 100]],
    ['a first variant that is sold out', [0, 2], [2, false, true, 2, 200]],
    ['all variants sold out', [0, 0], [0, true, false, 0, 100]],
    ['few of each, but not together', [2, 2], [4, false, false, 2, 100]],
    ['one of them not counted', [0, null], ['unlimited', false, false, 6, 200]],
  ])('%s', async (_, units, told) => {
    const { id } = await create(shop, stocks(...units));
    expect(sum(await find(shop, id))).toEqual(told);
  });

  it('leaves out what is in open orders, and never goes below nothing', async () => {
    const product = await create(shop, stocks(5));
    const reserve = (units: number) =>
      runInDurableObject(PROJECT.getByName(`${shop.id}:test`), (_, { storage }) => {
        const [{ id }] = product.variants;
        storage.sql.exec('UPDATE variant SET reserved_units = ? WHERE id = ?', units, id);
      });
    const touch = () => save(shop, product.id, mug(stocksOf(product)));
    const stocksOf = ({ variants }: { variants: { id: string; name: string }[] }) => ({
      variants: variants.map(({ id, name }) => ({ id, name, prices: [usd(100)] })),
    });
    await reserve(2);
    expect((await touch()).variants[0]).toMatchObject({ stockUnits: 5, reservedUnits: 2 });
    expect((await find(shop, product.id)).inventory).toBe(3);
    await reserve(9);
    await touch();
    expect(await find(shop, product.id)).toMatchObject({ inventory: 0, soldOut: true });
  });
});

describe('the catalogue', () => {
  let full: TestEnvironment;
  beforeAll(async () => {
    full = await createEnvironment();
    await create(full, { name: 'zebra', position: 1, category: 'Animals' });
    await create(full, { name: 'Öl', category: 'Food & drink' });
    await create(full, { name: 'apple', category: 'Food & drink' });
    await create(full, { name: 'Bread', category: 'Food & drink' });
    await create(full, { name: 'pie' });
  });

  it('is in the order of position, then of name, whatever its letters are', async () => {
    expect(namesOf(await shown(full))).toEqual(['apple', 'Bread', 'Öl', 'pie', 'zebra']);
  });

  it('is read by category and by pages, each product once', async () => {
    const category = encodeURIComponent('Food & drink');
    expect(namesOf(await shown(full, `?category=${category}`))).toEqual(['apple', 'Bread', 'Öl']);
    expect((await shown(full, '?category=none')).products).toEqual([]);
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await shown(full, `?limit=1${cursor && `&cursor=${cursor}`}`);
      names.push(...namesOf(page));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(['apple', 'Bread', 'Öl', 'pie', 'zebra']);
  });

  it.each(['%ff', 'a b', '!', '_w'])('refuses %j as a cursor', async (cursor) => {
    for (const path of ['/api/products', base(full)]) {
      const key = path === base(full) ? OPERATOR : full.sk;
      const answer = await call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`, { key });
      expect(answer.body).toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'cursor', message: 'Must be the nextCursor of a page before.' }],
      });
    }
  });

  it('is kept by browsers for ten seconds, and not sent again while it is the same', async () => {
    const ask = (etag?: string) =>
      call('GET', '/api/products', {
        key: full.sk,
        ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
      });
    const first = await ask();
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe(
      'public, max-age=10, stale-while-revalidate=60',
    );
    expect(first.headers.get('vary')).toBe('Authorization');
    expect(first.headers.get('content-type')).toBe('application/json');
    for (const known of [etag, `"other", ${etag}`, etag.replace('W/', ''), '*']) {
      const same = await ask(known);
      expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, null, etag]);
    }
    const { products } = await manage('GET', base(full));
    const [{ id }] = products[0].variants;
    const path = `${base(full)}/${products[0].id}/variants/${id}/stock`;
    await manage('POST', path, { stockUnits: 1 });
    const changed = await ask(etag);
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  });
});

describe('moving a product', () => {
  let shelf: TestEnvironment;
  const made = new Map<string, any>();
  const move = (name: string, after: string | null) =>
    manage('POST', `${base(shelf)}/${made.get(name).id}/move`, {
      after: after && made.get(after).id,
    });
  const order = async () => namesOf(await shown(shelf));
  beforeAll(async () => {
    shelf = await createEnvironment();
    for (const name of ['Ink', 'Paper', 'Quill']) made.set(name, await create(shelf, { name }));
  });

  it('changes the order pages show and nothing else of any product', async () => {
    expect(await order()).toEqual(['Ink', 'Paper', 'Quill']);
    const { product } = await move('Quill', null);
    const { position: _, updatedAtMs: __, ...before } = made.get('Quill');
    expect(product).toMatchObject(before);
    expect(await order()).toEqual(['Quill', 'Ink', 'Paper']);
    await move('Quill', 'Ink');
    expect(await order()).toEqual(['Ink', 'Quill', 'Paper']);
    await move('Ink', 'Paper');
    expect(await order()).toEqual(['Quill', 'Paper', 'Ink']);
  });

  it('is refused behind a product of another project, and behind one that was archived', async () => {
    const stranger = await create(shop, { name: 'Stranger' });
    const gone = await create(shelf, { name: 'Gone' });
    await manage('DELETE', `${base(shelf)}/${gone.id}`);
    const path = `${base(shelf)}/${made.get('Ink').id}/move`;
    for (const after of [stranger.id, gone.id])
      expect(await call('POST', path, { key: OPERATOR, body: { after } })).toMatchObject({
        status: 404,
        body: { code: 'product_not_found' },
      });
  });
});

describe('the list of those who manage them', () => {
  let full: TestEnvironment;
  beforeAll(async () => {
    full = await createEnvironment();
    await create(full, { name: 'Tea 100 %', category: 'Drinks' });
    await create(full, {
      name: 'Shirt',
      visible: false,
      variants: [{ name: 'Blue', sku: 'SH-B_1', prices: [usd(1)] }],
    });
    await create(full, { name: 'Cup', position: 9 });
    const { id } = await create(full, { name: 'Old cup' });
    await manage('DELETE', `${base(full)}/${id}`);
  });
  const list = async (query: string) => namesOf(await manage('GET', `${base(full)}${query}`));

  it('has hidden products, and archived ones apart', async () => {
    expect(await list('')).toEqual(['Shirt', 'Tea 100 %', 'Cup']);
    expect(await list('?archived=true')).toEqual(['Old cup']);
  });

  it.each([
    ['cup', ['Cup']],
    ['drink', ['Tea 100 %']],
    ['sh-b', ['Shirt']],
    ['blue', ['Shirt']],
    ['%', ['Tea 100 %']],
    ['_', ['Shirt']],
    ['nothing', []],
  ])('is searched for %j in names, categories and skus', async (q, found) => {
    expect(await list(`?q=${encodeURIComponent(q)}`)).toEqual(found);
  });

  it('comes in pages, each product once', async () => {
    const first = await manage('GET', `${base(full)}?limit=2`);
    const second = await manage('GET', `${base(full)}?limit=2&cursor=${first.nextCursor}`);
    expect([namesOf(first), namesOf(second)]).toEqual([['Shirt', 'Tea 100 %'], ['Cup']]);
    expect(second.nextCursor).toBeNull();
  });
});
