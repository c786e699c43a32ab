import type { Product, ProductImage, PublicProduct, PublicVariant } from '@dream/contract';
import { createHash } from 'node:crypto';
import { freeUnits, type KeptImage, type ProductRecord } from './product.ts';
import type { ShownCatalog } from './shop-window.ts';

/** Where a picture is seen, by the name it is kept by. */
export type AddressOf = (name: string) => { url: string; smallUrl: string };

/** What of a catalogue is shown to pages, written as it is sent. */
export function shownCatalog(
  catalog: readonly ProductRecord[],
  addressOf: AddressOf,
): ShownCatalog {
  const products = catalog.flatMap((product) => {
    const shown = publicProduct(product, addressOf);
    if (!shown) return [];
    return [{ place: product.place, category: shown.category, json: JSON.stringify(shown) }];
  });
  const hash = createHash('sha256');
  for (const { place, json } of products) hash.update(`${place}\n${json}\n`);
  return { etag: `W/"${hash.digest('base64url').slice(0, 22)}"`, products };
}

/** A product as the management routes show it. */
export function managedProduct(
  { place: _place, ...product }: ProductRecord,
  addressOf: AddressOf,
): Product {
  const images = product.images.map((image) => ({ id: image.id, ...shownImage(image, addressOf) }));
  return { ...product, images };
}

/**
 * A product as pages show it, or null for one that is not shown: it is hidden or archived, or Stripe
 * has no price of it. A variant without a price is left out.
 */
function publicProduct(product: ProductRecord, addressOf: AddressOf): PublicProduct | null {
  if (!product.visible || product.archivedAtMs !== null) return null;
  const variants = product.variants.flatMap((variant) => publicVariant(product, variant) ?? []);
  const shown = variants.find(({ soldOut }) => !soldOut) ?? variants[0];
  const price = shown?.prices[0];
  if (!shown || !price) return null;
  const images = product.images.map((image) => shownImage(image, addressOf));
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
  product: ProductRecord,
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

const shownImage = (
  { name, width, height, alt }: KeptImage,
  addressOf: AddressOf,
): ProductImage => ({ ...addressOf(name), width, height, alt });

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
