import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { changeStock, listProducts, ProductInput } from './products.ts';

const usd = { priceMinor: 2500, currency: 'usd' };
const variant = { prices: [usd] };
const smallest = { name: 'Mug', variants: [variant] };
const times = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index));

/** Where the first complaint is, and what it says. */
function complaint(schema: v.GenericSchema, value: unknown) {
  const result = v.safeParse(schema, value);
  if (result.success) return null;
  return [v.getDotPath(result.issues[0]), result.issues[0].message];
}

describe('a product', () => {
  it('is visible, shipped, of no category and sold 100 at a time when nothing is said', () => {
    expect(v.parse(ProductInput, smallest)).toEqual({
      name: 'Mug',
      description: '',
      category: null,
      images: [],
      visible: true,
      position: 0,
      maxPerOrder: 100,
      shippable: true,
      taxCode: null,
      taxBehavior: 'unspecified',
      lowStockUnits: 5,
      variants: [{ name: '', sku: null, image: null, prices: [usd] }],
    });
  });

  it.each<[string, object]>([
    ['100 variants', { variants: times(100, (n) => ({ ...variant, name: `${n}` })) }],
    ['a stock that is not counted', { variants: [{ ...variant, stockUnits: null }] }],
    ['no stock', { variants: [{ ...variant, stockUnits: 0 }] }],
    ['one price a currency', { variants: [{ prices: [usd, { ...usd, currency: 'EUR' }] }] }],
    [
      'a picture for a variant',
      { images: [{ id: 'img_a' }], variants: [{ ...variant, image: 'img_a' }] },
    ],
    [
      'a price in steps of ten',
      { variants: [{ prices: [{ priceMinor: 5990, currency: 'kwd' }] }] },
    ],
  ])('may have %s', (_, fields) => {
    expect(complaint(ProductInput, { ...smallest, ...fields })).toBeNull();
  });

  const priced = 'Must be a whole number from 1 to 99999999.';
  const counted =
    'Must be a whole number from 0 to 1000000000, or null for a stock that is not counted.';
  it.each<[object, string, string]>([
    [{ name: ' ' }, 'name', 'Must not be empty.'],
    [{ name: 'x'.repeat(121) }, 'name', 'Must have at most 120 characters.'],
    [{ category: '' }, 'category', 'Must not be empty.'],
    [{ position: 0.5 }, 'position', 'Must be a whole number from 0 to 100000.'],
    [{ maxPerOrder: 0 }, 'maxPerOrder', 'Must be a whole number from 1 to 1000.'],
    [{ maxPerOrder: 1001 }, 'maxPerOrder', 'Must be a whole number from 1 to 1000.'],
    [{ lowStockUnits: -1 }, 'lowStockUnits', 'Must be a whole number from 0 to 10000.'],
    [{ taxCode: 'books' }, 'taxCode', 'Must be a tax code of Stripe, like "txcd_99999999".'],
    [{ taxBehavior: 'none' }, 'taxBehavior', 'Must be "inclusive", "exclusive" or "unspecified".'],
    [{ images: times(11, (n) => ({ id: `img_${n}` })) }, 'images', 'Must have at most 10 images.'],
    [{ images: [{ id: 'img_a' }, { id: 'img_a' }] }, 'images', 'Must have each image once.'],
    [
      { images: [{ id: 'https://elsewhere.example/a.png' }] },
      'images.0.id',
      'Must be the id of an image, like "img_…".',
    ],
    [{ variants: [] }, 'variants', 'Must have a variant.'],
    [
      { variants: times(101, (n) => ({ ...variant, name: `${n}` })) },
      'variants',
      'Must have at most 100 variants.',
    ],
    [{ variants: [variant, variant] }, 'variants', 'Must name each variant otherwise.'],
    [
      {
        variants: [
          { ...variant, id: 'var_a', name: 'S' },
          { ...variant, id: 'var_a', name: 'M' },
        ],
      },
      'variants',
      'Must have each variant once.',
    ],
    [{ variants: [{ ...variant, stockUnits: -1 }] }, 'variants.0.stockUnits', counted],
    [{ variants: [{ ...variant, stockUnits: 1.5 }] }, 'variants.0.stockUnits', counted],
    [{ variants: [{ ...variant, stockUnits: 1e9 + 1 }] }, 'variants.0.stockUnits', counted],
    [
      { variants: [{ ...variant, image: 'img_a' }] },
      'variants',
      'Must show images that are among those of the product.',
    ],
    [{ variants: [{ prices: [] }] }, 'variants.0.prices', 'Must have a price.'],
    [
      { variants: [{ prices: [usd, { ...usd, currency: 'USD' }] }] },
      'variants.0.prices',
      'Must have one price for each currency.',
    ],
    [
      { variants: [{ prices: [{ ...usd, priceMinor: 0 }] }] },
      'variants.0.prices.0.priceMinor',
      priced,
    ],
    [
      { variants: [{ prices: [{ ...usd, priceMinor: -1 }] }] },
      'variants.0.prices.0.priceMinor',
      priced,
    ],
    [
      { variants: [{ prices: [{ ...usd, priceMinor: 9.99 }] }] },
      'variants.0.prices.0.priceMinor',
      priced,
    ],
    [
      { variants: [{ prices: [{ priceMinor: 5991, currency: 'kwd' }] }] },
      'variants.0.prices.0.priceMinor',
      'Must be a multiple of 10 in this currency: Stripe charges no finer steps.',
    ],
    [
      { variants: [{ prices: [{ priceMinor: 50, currency: 'isk' }] }] },
      'variants.0.prices.0.priceMinor',
      'Must be a multiple of 100 in this currency: Stripe charges no finer steps.',
    ],
  ])('with %j is told which field, and what to send', (fields, path, message) => {
    expect(complaint(ProductInput, { ...smallest, ...fields })).toEqual([path, message]);
  });

  it('refuses a field it does not know, so that a typing error sells nothing wrong', () => {
    expect(v.is(ProductInput, { ...smallest, price: 2500 })).toBe(false);
    expect(v.is(ProductInput, { name: 'Mug', variants: [{ ...variant, stock: 3 }] })).toBe(false);
  });
});

describe('stock', () => {
  const schema = changeStock.body as v.GenericSchema;

  it.each([{ stockUnits: 0 }, { stockUnits: null }, { addUnits: 5 }, { addUnits: -5 }])(
    '%j is a change',
    (body) => expect(v.is(schema, body)).toBe(true),
  );

  it.each([{}, { stockUnits: 1, addUnits: 1 }, { stockUnits: -1 }, { addUnits: 0.5 }, { add: 1 }])(
    '%j is none',
    (body) => expect(v.is(schema, body)).toBe(false),
  );
});

describe('a page of the catalogue', () => {
  const schema = listProducts.query as v.GenericSchema;

  it('has 1,000 products when nothing is said', () => {
    expect(v.parse(schema, {})).toEqual({ limit: 1000 });
  });

  it.each(['0', '1001', '-1', '1.5', 'all', ''])('of %j is refused', (limit) => {
    expect(complaint(schema, { limit })).toEqual([
      'limit',
      'Must be a whole number from 1 to 1000.',
    ]);
  });
});
