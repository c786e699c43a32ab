import type { OrderReceipt, PublicProduct, PublicVariant } from '@dream/contract';

const ONE_PIXEL =
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>';

/** A variant that is there in any number, at two prices. */
export const variantOf = (
  id: string,
  name: string,
  priceMinor: number,
  part: Partial<PublicVariant> = {},
): PublicVariant => ({
  id: `var_${id}`,
  name,
  inventory: 'unlimited',
  soldOut: false,
  lowStock: false,
  maxQuantity: 10,
  image: null,
  prices: [
    { priceId: `price_${id}`, price: priceMinor, currency: 'usd' },
    { priceId: `price_${id}_eur`, price: priceMinor - 100, currency: 'eur' },
  ],
  ...part,
});

/** A product of these variants. */
export function productOf(
  id: string,
  name: string,
  variants: readonly [PublicVariant, ...PublicVariant[]],
  part: Partial<PublicProduct> = {},
): PublicProduct {
  const first = variants.find(({ soldOut }) => !soldOut) ?? variants[0];
  const { inventory, maxQuantity, prices } = first;
  const [price] = prices;
  return {
    id: `prod_${id}`,
    name,
    description: `About ${name.toLowerCase()}.`,
    category: 'Prints',
    price: price?.price ?? 0,
    currency: price?.currency ?? 'usd',
    priceId: price?.priceId ?? '',
    imageUrl: ONE_PIXEL,
    inventory,
    maxQuantity,
    soldOut: variants.every(({ soldOut }) => soldOut),
    lowStock: variants.some(({ lowStock }) => lowStock),
    images: [
      { url: ONE_PIXEL, smallUrl: ONE_PIXEL, width: 640, height: 480, alt: `${name}, framed` },
    ],
    variants: [...variants],
    ...part,
  };
}

/** One variant, there in any number. */
export const poster: PublicProduct = productOf('poster', 'Sea poster', [
  variantOf('poster', '', 2400),
]);

/** Three sizes: one in any number, one with three pieces left, one sold out. */
export const shirt: PublicProduct = productOf(
  'shirt',
  'Garden T-shirt',
  [
    variantOf('shirt_s', 'S', 3200),
    variantOf('shirt_m', 'M', 3200, { inventory: 3, lowStock: true, maxQuantity: 3 }),
    variantOf('shirt_l', 'L', 3400, { inventory: 0, soldOut: true, maxQuantity: 0 }),
  ],
  { category: 'Clothes', description: 'Soft. '.repeat(40) },
);

/** Two variants with long names. */
export const notebook: PublicProduct = productOf(
  'notebook',
  'Night notebook',
  [
    variantOf('notebook_plain', 'Plain paper, 192 pages', 1450),
    variantOf('notebook_dots', 'Dotted paper, 192 pages', 1650),
  ],
  { category: 'Paper', images: [], imageUrl: null },
);

/** Nothing of it is left. */
export const mug: PublicProduct = productOf(
  'mug',
  'Morning mug',
  [variantOf('mug', '', 1800, { inventory: 0, soldOut: true, maxQuantity: 0 })],
  { category: 'Kitchen', description: '' },
);

/** Some of everything. */
export const products: readonly PublicProduct[] = [
  poster,
  shirt,
  notebook,
  mug,
  productOf('card', 'Ärmel card', [variantOf('card', '', 350)]),
  productOf('tube', 'Tube', [variantOf('tube', '', 500)]),
  productOf('frame', 'Frame 10', [variantOf('frame', '', 5500)]),
];

/** An order of a poster and two shirts. */
export const order: OrderReceipt = {
  id: 'ord_1',
  number: 1042,
  status: 'paid',
  currency: 'usd',
  subtotalMinor: 8800,
  discountMinor: 880,
  shippingMinor: 450,
  taxMinor: 512,
  totalMinor: 8882,
  refundedMinor: 0,
  lines: [
    {
      productId: poster.id,
      variantId: 'var_poster',
      name: 'Sea poster',
      quantity: 1,
      priceMinor: 2400,
      totalMinor: 2400,
      refundedQuantity: 0,
    },
    {
      productId: shirt.id,
      variantId: 'var_shirt_m',
      name: 'Garden T-shirt – M',
      quantity: 2,
      priceMinor: 3200,
      totalMinor: 6400,
      refundedQuantity: 0,
    },
  ],
  receiptUrl: 'https://pay.stripe.com/receipts/1',
  fulfilled: null,
  createdAtMs: Date.UTC(2026, 10, 21),
  paidAtMs: Date.UTC(2026, 10, 21),
};
