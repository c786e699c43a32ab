import type { Product, ProductInput } from '@dream/contract';

/** A product without its variants, as it was written. */
export type ProductBody = Omit<ProductInput, 'variants'>;

/** How many products an environment may have on sale or hidden, and how many prices they may have. */
export const MAX_PRODUCTS = 5_000;
export const MAX_PRICES = 20_000;

/** The pieces that nobody has in an order; `unlimited` when they are not counted. Never below 0. */
export function freeUnits(stock: {
  stockUnits: number | null;
  reservedUnits: number;
}): number | 'unlimited' {
  if (stock.stockUnits === null) return 'unlimited';
  return Math.max(0, stock.stockUnits - stock.reservedUnits);
}

/**
 * What sorts products as they are shown: by position, then by name, in which case and accents do not
 * count. No two have the same.
 */
export function placeOf(id: string, { position, name }: ProductBody): string {
  const letters = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [String(position).padStart(6, '0'), letters, id].join('\u0001');
}

/** A stock as it becomes by setting or adding; null when it cannot. */
export function changedStock(
  stockUnits: number | null,
  change: { stockUnits?: number | null | undefined; addUnits?: number | undefined },
): { stockUnits: number | null } | null {
  if (change.stockUnits !== undefined) return { stockUnits: change.stockUnits };
  if (stockUnits === null) return null;
  const after = stockUnits + (change.addUnits ?? 0);
  return after >= 0 && after <= 1_000_000_000 ? { stockUnits: after } : null;
}

/** A variant as Stripe is to know it: a product of its own there. */
export interface StripeBody {
  name: string;
  description: string;
  active: boolean;
  imageNames: string[];
  taxCode: string | null;
  shippable: boolean;
}

/** How many pictures Stripe takes of a product. */
const MAX_STRIPE_IMAGES = 8;

/** What Stripe is told of a variant; its own picture comes first. */
export function stripeBody(
  product: ProductBody,
  variant: { name: string; image: string | null },
  imageNames: ReadonlyMap<string, string>,
  active: boolean,
): StripeBody {
  const ids = product.images.map(({ id }) => id);
  const ordered = [...new Set([variant.image, ...ids])].filter((id) => id !== null);
  return {
    name: variant.name === '' ? product.name : `${product.name} – ${variant.name}`,
    description: product.description,
    active,
    imageNames: ordered.flatMap((id) => imageNames.get(id) ?? []).slice(0, MAX_STRIPE_IMAGES),
    taxCode: product.taxCode,
    shippable: product.shippable,
  };
}

/** A picture of a product as it is kept; the Worker knows what addresses its name stands for. */
export interface KeptImage {
  id: string;
  name: string;
  width: number;
  height: number;
  alt: string;
}

/** A product as it is kept, with the place it is sorted by. */
export interface ProductRecord extends Omit<Product, 'images'> {
  place: string;
  images: KeptImage[];
}
