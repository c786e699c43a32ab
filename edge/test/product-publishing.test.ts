import { runInDurableObject } from 'cloudflare:test';
import { ProductInput } from '@dream/contract/products';
import * as v from 'valibot';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

const price = (priceMinor: number, currency = 'usd') => ({ priceMinor, currency });
const products = (shop: Shop) => `${shop.base}/products`;
const create = async (shop: Shop, fields: object = {}) =>
  (
    await manage('POST', products(shop), {
      name: 'T-shirt',
      variants: [{ name: 'Blue', prices: [price(2500)] }],
      ...fields,
    })
  ).product;
const read = async (shop: Shop, id: string) =>
  (await manage('GET', `${products(shop)}/${id}`)).product;
/** Saves a product anew, with these prices of its only variant. */
const save = async (shop: Shop, id: string, prices: object[], fields: object = {}) => {
  const { variants } = await read(shop, id);
  const body = { name: 'T-shirt', variants: [{ id: variants[0].id, name: 'Blue', prices }] };
  return (await manage('PUT', `${products(shop)}/${id}`, { ...body, ...fields })).product;
};
const idsOf = (product: { variants: { prices: { priceId: string }[] }[] }) =>
  product.variants.flatMap(({ prices }) => prices.map(({ priceId }) => priceId));
const shown = async (shop: Shop, id: string) => {
  deps.products.drop(shop.ref);
  const { body } = await shop.bySecretKey('GET', '/api/products');
  return body.products.find((product: { id: string }) => product.id === id);
};
const priceAt = (shop: Shop, id: string) => shop.stripe.prices.retrieve(id, {}, shop.onAccount);
const productAt = async (shop: Shop, priceId: string) =>
  shop.stripe.products.retrieve(String((await priceAt(shop, priceId)).product), {}, shop.onAccount);
/** What an id of Stripe, of now or of before, was of. */
const knownAs = (shop: Shop, priceId: string) =>
  runInDurableObject(deps.project(shop.ref), (_, { storage }) =>
    storage.sql
      .exec(
        `SELECT variant, currency FROM known_price JOIN product_price ON product_price.id = price
         WHERE known_price.stripe_price_id = ?`,
        priceId,
      )
      .toArray(),
  );

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

describe('a product at Stripe', () => {
  it('is one for each variant, with what an invoice and a tax office ask for', async () => {
    const product = await create(shop, {
      description: 'Of cotton',
      shippable: false,
      taxCode: 'txcd_99999999',
      taxBehavior: 'inclusive',
      variants: [
        { name: 'Blue', prices: [price(2500), price(2300, 'eur')] },
        { name: '', prices: [price(900)] },
      ],
    });
    const [blue = '', inEuro = '', plain = ''] = idsOf(product);
    expect(await productAt(shop, blue)).toMatchObject({
      name: 'T-shirt – Blue',
      description: 'Of cotton',
      active: true,
      shippable: false,
      tax_code: 'txcd_99999999',
    });
    expect((await productAt(shop, plain)).name).toBe('T-shirt');
    expect(await priceAt(shop, inEuro)).toMatchObject({
      unit_amount: 2300,
      currency: 'eur',
      type: 'one_time',
      tax_behavior: 'inclusive',
    });
  });

  it('has a changed price as a new one, the old one is sold no more and still says what it was of', async () => {
    const before = await create(shop, {
      variants: [{ name: 'Blue', prices: [price(2500), price(2300, 'eur')] }],
    });
    const after = await save(shop, before.id, [price(2900), price(2300, 'eur')]);
    const [[old = '', inEuro], [now = '', stillInEuro]] = [idsOf(before), idsOf(after)];
    expect([now === old, stillInEuro]).toEqual([false, inEuro]);
    expect(await priceAt(shop, old)).toMatchObject({ unit_amount: 2500, active: false });
    expect(await priceAt(shop, now)).toMatchObject({ unit_amount: 2900, active: true });
    const [{ id }] = before.variants;
    for (const known of [old, now])
      expect(await knownAs(shop, known)).toEqual([{ variant: id, currency: 'usd' }]);
  });

  it('has a new price when its tax is counted otherwise, for Stripe changes that of none', async () => {
    const before = await create(shop);
    const after = await save(shop, before.id, [price(2500)], { taxBehavior: 'exclusive' });
    const [now = ''] = idsOf(after);
    expect(idsOf(before)).not.toContain(now);
    expect((await priceAt(shop, now)).tax_behavior).toBe('exclusive');
  });

  it('is named anew when it is, and keeps its prices', async () => {
    const before = await create(shop, { taxCode: 'txcd_99999999', description: 'Of cotton' });
    const after = await save(shop, before.id, [price(2500)], { name: 'Shirt' });
    expect(idsOf(after)).toEqual(idsOf(before));
    expect(await productAt(shop, idsOf(after)[0] ?? '')).toMatchObject({
      name: 'Shirt – Blue',
      tax_code: null,
      description: null,
    });
  });

  it('is left alone when nothing it knows was changed', async () => {
    const before = await create(shop);
    const after = await whileStripeIsDown(() =>
      save(shop, before.id, [price(2500)], { position: 7, category: 'New', lowStockUnits: 1 }),
    );
    expect(after).toMatchObject({ published: true, position: 7, category: 'New' });
    expect(idsOf(after)).toEqual(idsOf(before));
  });

  it.each([
    ['archived', (id: string) => manage('DELETE', `${products(shop)}/${id}`)],
    [
      'left without this variant',
      (id: string) =>
        manage('PUT', `${products(shop)}/${id}`, {
          name: 'T-shirt',
          variants: [{ name: 'Red', prices: [price(2500)] }],
        }),
    ],
  ])('is not sold there any more when it is %s', async (_, end) => {
    const before = await create(shop);
    await end(before.id);
    const [old = ''] = idsOf(before);
    expect((await priceAt(shop, old)).active).toBe(false);
    expect((await productAt(shop, old)).active).toBe(false);
  });

  it.each([
    ['jpy', 2900],
    ['kwd', 5990],
    ['isk', 59_900],
  ])('in %s is charged as it was written, in minor units', async (currency, priceMinor) => {
    const product = await create(shop, {
      variants: [{ prices: [price(priceMinor, currency)] }],
    });
    const [id = ''] = idsOf(product);
    expect(await priceAt(shop, id)).toMatchObject({ unit_amount: priceMinor, currency });
    expect(await shown(shop, product.id)).toMatchObject({ price: priceMinor, currency });
  });

  it('that Stripe refuses is saved, not shown, and says why until it is corrected', async () => {
    const product = await create(shop, { taxCode: 'txcd_80000000' });
    expect(product.published).toBe(false);
    expect(product.variants[0].refusal).toMatch(/No such tax code/);
    expect(await shown(shop, product.id)).toBeUndefined();
    const after = await save(shop, product.id, [price(2500)]);
    expect(after).toMatchObject({ published: true, variants: [{ refusal: null }] });
    expect(await shown(shop, product.id)).toMatchObject({ price: 2500 });
    const refused = await save(shop, product.id, [price(2500)], { taxCode: 'txcd_80000000' });
    expect([refused.published, refused.variants[0].refusal]).toEqual([
      false,
      expect.stringMatching(/No such tax code/),
    ]);
  });

  it('is brought there later when it could not be reached, and saved once', async () => {
    const product = await whileStripeIsDown(() => create(shop, { name: 'Later' }));
    expect(product).toMatchObject({ published: false, variants: [{ refusal: null }] });
    expect(await shown(shop, product.id)).toBeUndefined();
    const again = await save(shop, product.id, [price(2500)], { name: 'Later' });
    expect(again.published).toBe(true);
    expect(await shown(shop, product.id)).toMatchObject({ price: 2500 });
    const { data } = await shop.stripe.prices.list(
      { product: (await productAt(shop, idsOf(again)[0] ?? '')).id },
      shop.onAccount,
    );
    expect(data).toHaveLength(1);
  });
});

describe('a run that ends after the product was saved again', () => {
  /** Ends it, and does what is left to do then. */
  async function end(product: { id: string; variants: { id: string }[] }, revision: number) {
    const jobId = deps.newId('job_');
    const done = { variantId: product.variants[0]?.id ?? '', revision, retired: [], refusal: null };
    await deps
      .project(shop.ref)
      .products()
      .published([done], { productId: product.id, jobId, nowMs: Date.now() });
    await deliverJobs(deps, shop.ref, [jobId]);
  }

  it('leaves no price on sale that was given up while it was being made', async () => {
    const both = [{ name: 'Blue', prices: [price(2500), price(2300, 'eur')] }];
    const product = await whileStripeIsDown(() => create(shop, { variants: both }));
    const target = deps.project(shop.ref).products();
    const [work] = await target.toPublish(product.id);
    await whileStripeIsDown(() => save(shop, product.id, [price(2500)]));
    const { id: late } = await shop.stripe.prices.create(
      { product_data: { name: 'T-shirt' }, currency: 'eur', unit_amount: 2300 },
      shop.onAccount,
    );
    const row = work?.missing.find(({ currency }) => currency === 'eur');
    await target.priced([{ id: row?.id ?? '', stripePriceId: late }], shop.account);
    await end(product, work?.revision ?? 0);
    expect((await priceAt(shop, late)).active).toBe(false);
    expect(idsOf(await read(shop, product.id))).toEqual([expect.any(String)]);
  });

  it('does not have the last word at Stripe', async () => {
    const product = await create(shop);
    await save(shop, product.id, [price(2500)], { name: 'Shirt' });
    const { id } = await productAt(shop, idsOf(product)[0] ?? '');
    await shop.stripe.products.update(id, { name: 'T-shirt – Blue' }, shop.onAccount);
    await end(product, 1);
    expect((await productAt(shop, idsOf(product)[0] ?? '')).name).toBe('Shirt – Blue');
    expect((await read(shop, product.id)).published).toBe(true);
  });
});

describe('an environment that is connected to another account', () => {
  it('sells everything there at prices of that account, while the old ones still say what they were of', async () => {
    const moved = await Shop.open({ connected: false });
    const [kept, archived] = [await create(moved), await create(moved, { name: 'Old' })];
    await manage('DELETE', `${products(moved)}/${archived.id}`);
    const before = idsOf(kept);
    await moved.connect();
    const after = await read(moved, kept.id);
    const [old = '', now = ''] = [...before, ...idsOf(after)];
    expect(now).not.toBe(old);
    expect(await priceAt(moved, now)).toMatchObject({ unit_amount: 2500, active: true });
    await expect(priceAt(moved, old)).rejects.toThrow('No such price');
    expect(await knownAs(moved, old)).toEqual(await knownAs(moved, now));
    expect(await shown(moved, kept.id)).toMatchObject({ priceId: now });
    const there = await moved.stripe.products.list({ limit: 100 }, moved.onAccount);
    expect(there.data.map(({ name }) => name)).not.toContain('Old – Blue');
  });
});

describe('an environment', () => {
  it('sells nothing in live mode as long as it is connected to none', async () => {
    const live = await Shop.open({ connected: false, mode: 'live' });
    const product = await create(live);
    expect(product).toMatchObject({
      published: false,
      variants: [{ prices: [{ priceId: null }] }],
    });
    expect(await shown(live, product.id)).toBeUndefined();
  });
});

/** Saves products as their route does, and leaves it to others to bring them to Stripe. */
async function saveMany(shop: Shop, count: number): Promise<void> {
  const body = v.parse(ProductInput, {
    name: 'P',
    description: 'x'.repeat(200),
    variants: [{ stockUnits: 9, prices: [price(100)] }],
  });
  const target = deps.project(shop.ref).products();
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      target.createProduct(
        `prod_${n}`,
        body,
        { job: `job_${n}`, price: `prc_${n}`, variants: [`var_${n}`] },
        { actor: 'operator', nowMs: Date.now() },
      ),
    ),
  );
}

/** Gives up what is still to be brought to Stripe: a test must not end while that is under way. */
const publishNothing = (shop: Shop) =>
  runInDurableObject(deps.project(shop.ref), async (_, { storage }) => {
    storage.sql.exec('DELETE FROM outbox');
    await storage.deleteAlarm();
  });

describe('a large catalogue', () => {
  it('is brought to Stripe in runs of a bounded size, one after the other', async () => {
    const large = await Shop.open({ connected: false });
    await saveMany(large, 50);
    await large.connect();
    const runs = () =>
      runInDurableObject(deps.project(large.ref), (_, { storage }) => {
        const body = JSON.stringify({ kind: 'stripe.publish_products', productId: null });
        const rows = storage.sql.exec('SELECT state FROM outbox WHERE body = ?', body).toArray();
        return rows.map(({ state }) => state);
      });
    await vi.waitFor(async () => expect(await runs()).toEqual(['done', 'done', 'done']), 30_000);
    deps.products.drop(large.ref);
    const { body } = await large.bySecretKey('GET', '/api/products');
    expect(body.products).toHaveLength(50);
  });

  it('of 1,000 products is shown whole by one call', async () => {
    const large = await Shop.open({ connected: false });
    await saveMany(large, 1000);
    await publishNothing(large);
    const prices = Array.from({ length: 1000 }, (_, n) => ({
      id: `prc_${n}_0_0`,
      stripePriceId: `price_${n}`,
    }));
    await deps.project(large.ref).products().priced(prices, null);
    const { body } = await large.bySecretKey('GET', '/api/products');
    const ids = body.products.map(({ id }: { id: string }) => id);
    expect([new Set(ids).size, body.nextCursor]).toEqual([1000, null]);
    await publishNothing(large);
  });
});
