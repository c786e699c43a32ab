import type { Product, ProductImage, PublicProduct, PublicVariant } from '@dream/contract';
import { freeUnits } from './product.ts';

/**
 * A product as pages show it, or null for one that is not shown: it is hidden or archived, or Stripe
 * has no price of it. A variant without a price is left out.
 */
export function publicProduct(product: Product): PublicProduct | null {
  if (!product.visible || product.archivedAtMs !== null) return null;
  const variants = product.variants.flatMap((variant) => publicVariant(product, variant) ?? []);
  const shown = variants.find(({ soldOut }) => !soldOut) ?? variants[0];
  const price = shown?.prices[0];
  if (!shown || !price) return null;
  const images = product.images.map(publicImage);
  const inventory = together(variants.map((variant) => variant.inventory));
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    category: product.category,
    ...price,
    imageUrl: images[shown.image ?? 0]?.url ?? null,
    inventory,
    soldOut: inventory === 0,
    lowStock: isLow(inventory, product.lowStockUnits),
    maxQuantity: shown.maxQuantity,
    images,
    variants,
  };
}

function publicVariant(
  product: Product,
  variant: Product['variants'][number],
): PublicVariant | null {
  const prices = variant.prices.flatMap(({ priceId, priceMinor: price, currency }) =>
    priceId === null ? [] : [{ priceId, price, currency }],
  );
  if (prices.length === 0) return null;
  const inventory = freeUnits(variant);
  const image = product.images.findIndex(({ id }) => id === variant.image);
  return {
    id: variant.id,
    name: variant.name,
    inventory,
    soldOut: inventory === 0,
    lowStock: isLow(inventory, product.lowStockUnits),
    maxQuantity:
      inventory === 'unlimited' ? product.maxPerOrder : Math.min(product.maxPerOrder, inventory),
    image: image < 0 ? null : image,
    prices,
  };
}

const publicImage = ({ id: _id, ...image }: ProductImage & { id: string }): ProductImage => image;

const isLow = (inventory: number | 'unlimited', lowStockUnits: number): boolean =>
  inventory !== 'unlimited' && inventory > 0 && inventory <= lowStockUnits;

function together(inventories: readonly (number | 'unlimited')[]): number | 'unlimited' {
  let sum = 0;
  for (const inventory of inventories) {
    if (inventory === 'unlimited') return 'unlimited';
    sum += inventory;
  }
  return sum;
}
