import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { PriceOfEachCurrency, TaxBehavior } from './price.ts';
import { AtMs, Limit, pageOf, PageQuery, text, whole, wholeOrNull } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const base = '/api/projects/:project/:mode/products';
const MAX_STOCK_UNITS = 1_000_000_000;

const ImageId = v.pipe(
  v.string('Must be a text.'),
  v.regex(/^img_[0-9a-z]{1,40}$/, 'Must be the id of an image, like "img_…".'),
);
const VariantId = v.pipe(
  v.string('Must be a text.'),
  v.regex(/^var_[0-9a-z]{1,40}$/, 'Must be the id of a variant, like "var_…".'),
);
const TaxCode = v.pipe(
  v.string('Must be a text.'),
  v.regex(/^txcd_\d{8}$/, 'Must be a tax code of Stripe, like "txcd_99999999".'),
);
const stockUnits = wholeOrNull(0, MAX_STOCK_UNITS, 'a stock that is not counted');

/** Whether no two of these are the same; null and undefined are like nothing. */
const areUnlike = (values: readonly (string | null | undefined)[]): boolean => {
  const given = values.filter((value) => value != null);
  return new Set(given).size === given.length;
};

/** Credits that come with each piece; they end so many days after they came, or never (null). */
export const VariantCredits = v.strictObject({
  units: whole(1, 1_000_000_000),
  expiresInDays: v.optional(wholeOrNull(1, 3650, 'credits that never end'), null),
});
export type VariantCredits = v.InferOutput<typeof VariantCredits>;

/**
 * One thing to choose of a product: a size, a colour. With an `id` it is an existing one, which keeps
 * its stock unless `stockUnits` says another; a new one without `stockUnits` is not counted. A product
 * without choices has one variant with an empty name. `image` is shown while it is chosen. `credits` are
 * what a piece gives who buys it, signed in; left out, they stay as they were, null is none.
 */
export const VariantInput = v.strictObject({
  id: v.optional(VariantId),
  name: v.optional(text(80, 0), ''),
  sku: v.optional(v.nullable(text(60)), null),
  stockUnits: v.optional(stockUnits),
  image: v.optional(v.nullable(ImageId), null),
  credits: v.optional(v.nullable(VariantCredits)),
  prices: PriceOfEachCurrency,
});
export type VariantInput = v.InferOutput<typeof VariantInput>;

const Category = v.nullable(text(60));

const productEntries = {
  name: text(120),
  description: v.optional(text(2000, 0), ''),
  category: v.optional(Category, null),
  images: v.optional(
    v.pipe(
      v.array(v.strictObject({ id: ImageId, alt: v.optional(text(300, 0), '') })),
      v.maxLength(10, 'Must have at most 10 images.'),
      v.check((list) => areUnlike(list.map(({ id }) => id)), 'Must have each image once.'),
    ),
    [],
  ),
  /** One that is not visible is shown and sold nowhere. */
  visible: v.optional(v.boolean(), true),
  /** Where it stands among the others; those of the same position by their names. */
  position: v.optional(whole(0, 100_000), 0),
  /** The most pieces of one variant in one order. */
  maxPerOrder: v.optional(whole(1, 1000), 100),
  shippable: v.optional(v.boolean(), true),
  taxCode: v.optional(v.nullable(TaxCode), null),
  taxBehavior: v.optional(TaxBehavior, 'unspecified'),
  /** From this many pieces down, pages say that few are left. */
  lowStockUnits: v.optional(whole(0, 10_000), 5),
  variants: v.pipe(
    v.array(VariantInput),
    v.minLength(1, 'Must have a variant.'),
    v.maxLength(100, 'Must have at most 100 variants.'),
    v.check((list) => areUnlike(list.map(({ id }) => id)), 'Must have each variant once.'),
    v.check((list) => areUnlike(list.map(({ name }) => name)), 'Must name each variant otherwise.'),
  ),
};

/** A product as a developer writes it. */
export const ProductInput = v.pipe(
  v.strictObject(productEntries),
  v.forward(
    v.partialCheck(
      [['images'], ['variants']],
      ({ images, variants }) =>
        variants.every(({ image }) => image === null || images.some(({ id }) => id === image)),
      'Must show images that are among those of the product.',
    ),
    ['variants'],
  ),
);
export type ProductInput = v.InferOutput<typeof ProductInput>;

/** A picture in its two sizes; width and height are of the large one. */
export const ProductImage = v.object({
  url: v.string(),
  smallUrl: v.string(),
  width: v.number(),
  height: v.number(),
  alt: v.string(),
});
export type ProductImage = v.InferOutput<typeof ProductImage>;

/**
 * A variant as the management routes show it. `stockUnits` are the pieces there are, those in open
 * orders, `reservedUnits`, included; null is a stock that is not counted. `refusal` is why Stripe did
 * not take the variant, in its words.
 */
export const Variant = v.object({
  id: v.string(),
  name: v.string(),
  sku: v.nullable(v.string()),
  stockUnits: v.nullable(v.number()),
  reservedUnits: v.number(),
  image: v.nullable(v.string()),
  refusal: v.nullable(v.string()),
  credits: v.nullable(VariantCredits),
  prices: v.array(
    v.object({ priceId: v.nullable(v.string()), priceMinor: v.number(), currency: v.string() }),
  ),
});
export type Variant = v.InferOutput<typeof Variant>;

/**
 * A product as the management routes show it. `published`: whether Stripe has all of it as it is
 * now; until then a price that is not there yet is not sold.
 */
export const Product = v.object({
  id: v.string(),
  name: v.string(),
  description: v.string(),
  category: v.nullable(v.string()),
  images: v.array(v.object({ id: v.string(), ...ProductImage.entries })),
  visible: v.boolean(),
  position: v.number(),
  maxPerOrder: v.number(),
  shippable: v.boolean(),
  taxCode: v.nullable(v.string()),
  taxBehavior: TaxBehavior,
  lowStockUnits: v.number(),
  variants: v.array(Variant),
  published: v.boolean(),
  createdAtMs: AtMs,
  updatedAtMs: AtMs,
  archivedAtMs: v.nullable(AtMs),
});
export type Product = v.InferOutput<typeof Product>;

/** What is free to buy now, and how much of it one order may have. */
const stockEntries = {
  inventory: Limit,
  soldOut: v.boolean(),
  lowStock: v.boolean(),
  maxQuantity: v.number(),
};

/** A variant as pages show it; `image` is an index in the images of its product. */
export const PublicVariant = v.object({
  id: v.string(),
  name: v.string(),
  ...stockEntries,
  image: v.nullable(v.number()),
  prices: v.array(v.object({ priceId: v.string(), price: v.number(), currency: v.string() })),
});
export type PublicVariant = v.InferOutput<typeof PublicVariant>;

/**
 * A product as pages show it. `price`, in minor units, `currency`, `priceId` and `maxQuantity` are of
 * its first variant that is not sold out, or else of the first; `inventory`, `soldOut` and `lowStock`
 * of all its variants together.
 */
export const PublicProduct = v.object({
  id: v.string(),
  name: v.string(),
  description: v.string(),
  category: v.nullable(v.string()),
  price: v.number(),
  currency: v.string(),
  priceId: v.string(),
  imageUrl: v.nullable(v.string()),
  ...stockEntries,
  images: v.array(ProductImage),
  variants: v.array(PublicVariant),
});
export type PublicProduct = v.InferOutput<typeof PublicProduct>;

const Cursor = v.optional(v.pipe(v.string(), v.maxLength(1000)));

export const listProducts = route({
  method: 'get',
  path: '/api/products',
  summary: 'The products for sale, in the order they are shown. Cacheable, with an ETag.',
  auth: ['pk', 'sk'],
  query: v.object({
    category: v.optional(v.pipe(v.string(), v.maxLength(60))),
    limit: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d{1,4}$/, 'Must be a whole number from 1 to 1000.'),
        v.transform(Number),
        v.minValue(1, 'Must be a whole number from 1 to 1000.'),
        v.maxValue(1000, 'Must be a whole number from 1 to 1000.'),
      ),
      '1000',
    ),
    cursor: Cursor,
  }),
  answer: pageOf('products', PublicProduct),
  errors: [...KEY_ERRORS, 'origin_not_allowed'],
});

const answer = v.object({ product: Product });
const errors = managementErrors;

export const listAllProducts = route({
  method: 'get',
  path: base,
  summary: 'The products of an environment, hidden ones too, in their order; or the archived ones.',
  auth: managers,
  query: v.object({
    limit: PageQuery.entries.limit,
    cursor: Cursor,
    /** A part of the name, the category or a sku. */
    q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(120))),
    archived: v.optional(v.literal('true')),
  }),
  answer: pageOf('products', Product),
  errors,
});

export const createProduct = route({
  method: 'post',
  path: base,
  summary: 'Create a product; its variants and prices are made in Stripe.',
  auth: managers,
  body: ProductInput,
  answer,
  status: 201,
  errors: [
    ...errors,
    ...IDEMPOTENCY_ERRORS,
    'image_not_found',
    'variant_not_found',
    'catalog_full',
  ],
});

export const getProduct = route({
  method: 'get',
  path: `${base}/:product`,
  summary: 'Read a product.',
  auth: managers,
  answer,
  errors: [...errors, 'product_not_found'],
});

export const putProduct = route({
  method: 'put',
  path: `${base}/:product`,
  summary:
    'Replace a product, or put an archived one back on sale. A variant that is left out is archived. Safe to repeat.',
  auth: managers,
  body: ProductInput,
  answer,
  errors: [...errors, 'product_not_found', 'variant_not_found', 'image_not_found', 'catalog_full'],
});

export const archiveProduct = route({
  method: 'delete',
  path: `${base}/:product`,
  summary: 'Archive a product: it is shown and sold no more, its orders stay.',
  auth: managers,
  answer,
  errors: [...errors, 'product_not_found'],
});

export const moveProduct = route({
  method: 'post',
  path: `${base}/:product/move`,
  summary:
    'Put a product right behind another one, in the order they are shown, or before all of them.',
  auth: managers,
  body: v.strictObject({
    /** The product it comes behind; null puts it first. */
    after: v.nullable(v.pipe(v.string('Must be a text.'), v.maxLength(60))),
  }),
  answer,
  errors: [...errors, ...IDEMPOTENCY_ERRORS, 'product_not_found'],
});

export const changeStock = route({
  method: 'post',
  path: `${base}/:product/variants/:variant/stock`,
  summary: 'Set the pieces there are of a variant, or add some (take them away with a minus).',
  auth: managers,
  body: v.pipe(
    v.strictObject({
      stockUnits: v.optional(stockUnits),
      addUnits: v.optional(whole(-MAX_STOCK_UNITS, MAX_STOCK_UNITS)),
    }),
    v.check(
      (body) => (body.stockUnits === undefined) !== (body.addUnits === undefined),
      'Must have "stockUnits", to set it, or "addUnits", to add to it.',
    ),
  ),
  answer: v.object({ variant: Variant }),
  errors: [
    ...errors,
    ...IDEMPOTENCY_ERRORS,
    'product_not_found',
    'variant_not_found',
    'stock_refused',
  ],
});
