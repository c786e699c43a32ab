import type { ProductInput, VariantInput } from '@dream/contract';
import type { ProductRecord } from './product.ts';

/**
 * A product of another environment as this one is to write it. Pictures stay as they are here, and so
 * do stock and the variants only this one has. `isKnown`: whether a variant was ever here.
 */
export function adoptedInput(
  source: ProductRecord,
  old: ProductRecord | null,
  isKnown: (variantId: string) => boolean,
): ProductInput {
  const { name, description, category, visible, position, maxPerOrder } = source;
  const { shippable, taxCode, taxBehavior, lowStockUnits } = source;
  const there = new Set(source.variants.map(({ id }) => id));
  const names = new Set(source.variants.map((variant) => variant.name));
  const images = old?.images.map(({ id, alt }) => ({ id, alt })) ?? [];
  const imageOf = (id: string) => old?.variants.find((each) => each.id === id)?.image ?? null;
  const adopted = source.variants.map((variant): VariantInput => {
    const begins = variant.stockUnits === null ? null : 0;
    return {
      ...(isKnown(variant.id) ? { id: variant.id } : { stockUnits: begins }),
      name: variant.name,
      sku: variant.sku,
      image: imageOf(variant.id),
      prices: amounts(variant),
    };
  });
  // Of two with one name a page could show only one.
  const own = (old?.variants ?? []).filter(({ id, name }) => !there.has(id) && !names.has(name));
  return {
    name,
    description,
    category,
    images,
    visible,
    position,
    maxPerOrder,
    shippable,
    taxCode,
    taxBehavior,
    lowStockUnits,
    variants: [
      ...adopted,
      ...own.map((variant) => ({
        id: variant.id,
        name: variant.name,
        sku: variant.sku,
        image: variant.image,
        prices: amounts(variant),
      })),
    ],
  };
}

const amounts = ({ prices }: ProductRecord['variants'][number]) =>
  prices.map(({ priceMinor, currency }) => ({ priceMinor, currency }));
