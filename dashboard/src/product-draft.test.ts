import { ProductInput } from '@dream/contract/products';
import type { Product } from '@dream/contract';
import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { productChanges } from './product-changes.ts';
import {
  draftToProduct,
  newProduct,
  newVariant,
  type ProductDraft,
  productFaults,
  productToDraft,
  productWith,
  type VariantDraft,
} from './product-draft.ts';
import { productPreview } from './product-preview.ts';

const image = {
  id: 'img_1',
  url: 'https://content.example/1',
  smallUrl: 'https://content.example/1s',
  width: 800,
  height: 600,
  alt: 'A quill',
};
const saved: Product = {
  id: 'prod_1',
  name: 'Quill',
  description: 'Of a goose.',
  category: 'Pens',
  images: [image],
  visible: true,
  position: 3,
  maxPerOrder: 10,
  shippable: true,
  taxCode: 'txcd_99999999',
  taxBehavior: 'inclusive',
  lowStockUnits: 5,
  variants: [
    {
      id: 'var_1',
      name: 'Grey',
      sku: 'Q-G',
      stockUnits: 8,
      reservedUnits: 3,
      image: 'img_1',
      refusal: null,
      credits: { units: 500, expiresInDays: 365 },
      prices: [
        { priceId: 'price_1', priceMinor: 1950, currency: 'usd' },
        { priceId: 'price_2', priceMinor: 1800, currency: 'eur' },
      ],
    },
    {
      id: 'var_2',
      name: 'White',
      sku: null,
      stockUnits: null,
      reservedUnits: 0,
      image: null,
      refusal: null,
      credits: null,
      prices: [{ priceId: 'price_3', priceMinor: 2500, currency: 'usd' }],
    },
  ],
  published: true,
  createdAtMs: 1,
  updatedAtMs: 2,
  archivedAtMs: null,
};

const variant = (part: Partial<VariantDraft> = {}): VariantDraft => ({
  ...newVariant(),
  prices: [{ amount: '19', currency: 'usd' }],
  ...part,
});
const draft = (part: Partial<ProductDraft> = {}): ProductDraft => ({
  ...newProduct(),
  name: 'Quill',
  variants: [variant()],
  ...part,
});
const priced = (amount: string, currency: string) =>
  draft({ variants: [variant({ prices: [{ amount, currency }] })] });

it('gives a product back as it was when nothing was typed, and never its stock', () => {
  const input = draftToProduct(productToDraft(saved));
  const { id: _, published: __, createdAtMs, updatedAtMs, archivedAtMs, ...rest } = saved;
  expect({ createdAtMs, updatedAtMs, archivedAtMs }).toEqual({
    createdAtMs: 1,
    updatedAtMs: 2,
    archivedAtMs: null,
  });
  expect(input).toEqual({
    ...rest,
    images: [{ id: 'img_1', alt: 'A quill' }],
    variants: rest.variants.map(({ id, name, sku, image: picture, credits, prices }) => ({
      id,
      name,
      sku,
      image: picture,
      credits,
      prices: prices.map(({ priceMinor, currency }) => ({ priceMinor, currency })),
    })),
  });
  expect(productChanges(saved, input)).toEqual([]);
});

it('takes credits away by an empty field, and nothing at Stripe changes with that', () => {
  const typed = productToDraft(saved);
  const variants = typed.variants.map((each) => ({ ...each, credits: '' }));
  const input = draftToProduct({ ...typed, variants });
  expect(input.variants.map(({ credits }) => credits)).toEqual([null, null]);
  expect(productChanges(saved, input)).toEqual([]);
});

it('changes one thing of a saved product and nothing else', () => {
  const before = draftToProduct(productToDraft(saved));
  expect(productWith(saved, { visible: false })).toEqual({ ...before, visible: false });
});

describe('what the form finds right, the edge takes', () => {
  it.each<[string, ProductDraft]>([
    ['a name and a price', draft()],
    [
      'two currencies',
      draft({
        variants: [
          variant({
            prices: [
              { amount: '1', currency: 'usd' },
              { amount: '1,50', currency: 'EUR' },
            ],
          }),
        ],
      }),
    ],
    ['yen without decimals', priced('500', 'jpy')],
    ['dinars in steps of ten fils', priced('1.25', 'kwd')],
    ['whole krónur', priced('990', 'isk')],
    ['stock of nothing', draft({ variants: [variant({ stock: '0' })] })],
    ['a description of several lines', draft({ description: 'One\n\ntwo ' })],
    ['markup and formulas, which are text', draft({ name: '<b>=1+1</b>', category: '@x' })],
    ['variants with names', draft({ variants: [variant(), variant({ name: 'L', sku: 'Q-L' })] })],
    ['credits that end', draft({ variants: [variant({ credits: '500', creditDays: '365' })] })],
    ['credits that never end', draft({ variants: [variant({ credits: '1' })] })],
    ['days without credits', draft({ variants: [variant({ creditDays: '0' })] })],
    ['a tax code', draft({ taxCode: ' txcd_20030000 ' })],
    ['a picture of a variant', draft({ images: [image], variants: [variant({ image: 'img_1' })] })],
  ])('%s', (_, typed) => {
    expect(productFaults(typed)).toEqual({});
    expect(() => parse(ProductInput, draftToProduct(typed))).not.toThrow();
  });
});

describe('what the edge would refuse is said beside the field', () => {
  it.each<[string, ProductDraft, string]>([
    ['no name', draft({ name: ' ' }), 'name'],
    ['too long a name', draft({ name: 'a'.repeat(121) }), 'name'],
    ['too long a description', draft({ description: 'a'.repeat(2001) }), 'description'],
    ['a position that is no number', draft({ position: 'first' }), 'position'],
    ['none in an order', draft({ maxPerOrder: '0' }), 'maxPerOrder'],
    ['a tax code of nobody', draft({ taxCode: 'books' }), 'taxCode'],
    ['a negative threshold', draft({ lowStock: '-1' }), 'lowStock'],
    ['a price of nothing', priced('0', 'usd'), 'variants.0.prices.0'],
    ['a currency that is none', priced('1', 'dollar'), 'variants.0.prices.0'],
    ['a price finer than Stripe charges', priced('1.255', 'kwd'), 'variants.0.prices.0'],
    ['parts of a króna', priced('9.50', 'isk'), 'variants.0.prices.0'],
    [
      'a variant without a price',
      draft({ variants: [variant({ prices: [] })] }),
      'variants.0.prices',
    ],
    [
      'the same currency twice',
      draft({
        variants: [
          variant({
            prices: [
              { amount: '1', currency: 'usd' },
              { amount: '2', currency: 'USD' },
            ],
          }),
        ],
      }),
      'variants.0.prices.1',
    ],
    [
      'two variants of a name',
      draft({ variants: [variant({ name: 'L' }), variant({ name: ' L' })] }),
      'variants.1.name',
    ],
    [
      'stock that is no number',
      draft({ variants: [variant({ stock: 'many' })] }),
      'variants.0.stock',
    ],
    ['credits in parts', draft({ variants: [variant({ credits: '1.5' })] }), 'variants.0.credits'],
    [
      'credits for too many days',
      draft({ variants: [variant({ credits: '5', creditDays: '3651' })] }),
      'variants.0.creditDays',
    ],
    ['too long a sku', draft({ variants: [variant({ sku: 'a'.repeat(61) })] }), 'variants.0.sku'],
    ['no variant', draft({ variants: [] }), 'variants'],
    [
      'too long a text for a picture',
      draft({ images: [{ ...image, alt: 'a'.repeat(301) }] }),
      'images.0',
    ],
    [
      'eleven pictures',
      draft({ images: Array.from({ length: 11 }, (_, at) => ({ ...image, id: `img_${at}` })) }),
      'images',
    ],
  ])('%s', (_, typed, field) => {
    expect(Object.keys(productFaults(typed))).toEqual([field]);
    expect(safeParse(ProductInput, draftToProduct(typed)).success).toBe(false);
  });
});

describe('what saving does at Stripe', () => {
  const changed = (part: Partial<ProductDraft>) =>
    productChanges(saved, draftToProduct({ ...productToDraft(saved), ...part }));
  const variants = productToDraft(saved).variants;
  const [grey, white] = variants as [VariantDraft, VariantDraft];

  it('is nothing when only what pages show is changed', () => {
    expect(changed({ category: 'Ink', position: '9', visible: false, lowStock: '1' })).toEqual([]);
  });

  it('is a product of each variant for a new one', () => {
    expect(productChanges(null, draftToProduct(draft()))).toEqual([
      'A product “Quill” is made, at $19.',
    ]);
  });

  it('is a new price and an archived one when an amount changes', () => {
    const prices = [{ amount: '21', currency: 'usd' }, ...grey.prices.slice(1)];
    expect(changed({ variants: [{ ...grey, prices }, white] })).toEqual([
      'The price of “Quill – Grey” is replaced: $21 is made and $19.50 is archived. Carts that hold the old one are told.',
    ]);
  });

  it('is every price anew when the tax behaviour changes', () => {
    expect(changed({ taxBehavior: 'exclusive' })).toHaveLength(3);
  });

  it('is an archived variant when one is taken away, and a new name for one renamed', () => {
    expect(changed({ variants: [{ ...grey, name: 'Ash' }] })).toEqual([
      '“Quill – Grey” is renamed to “Quill – Ash”.',
      '“Quill – White” is archived with its prices: it is sold no more.',
    ]);
  });

  it('is a price more and a price less', () => {
    const prices = [...grey.prices.slice(0, 1), { amount: '15', currency: 'gbp' }];
    expect(changed({ variants: [{ ...grey, prices }, white] })).toEqual([
      'A price of £15 is made for “Quill – Grey”.',
      'The price of €18 of “Quill – Grey” is archived.',
    ]);
  });

  it('is the texts, brought there', () => {
    expect(changed({ description: 'Of a swan.' })).toEqual([
      'Its description, pictures or tax code are brought there.',
    ]);
  });
});

describe('the preview', () => {
  it('shows what is free of saved variants by their stock, and of new ones as it is typed', () => {
    const { variants } = productToDraft(saved);
    const shown = productPreview(
      {
        ...productToDraft(saved),
        variants: [variants[0] as VariantDraft, variant({ name: 'L', stock: '0' })],
      },
      saved,
    );
    expect(shown?.variants).toMatchObject([
      { inventory: 5, soldOut: false, lowStock: true, maxQuantity: 5, image: 0 },
      { inventory: 0, soldOut: true, lowStock: false, maxQuantity: 0, image: null },
    ]);
    expect(shown).toMatchObject({ price: 1950, inventory: 5, lowStock: true });
  });

  it('leaves out what is half typed, and is nothing without a price', () => {
    expect(productPreview(priced('x', 'usd'), null)).toBeNull();
    expect(productPreview(draft({ name: '' }), null)).toMatchObject({ name: 'Name', price: 1900 });
  });
});
