import type { ProductInput, Variant, VariantInput } from '@dream/contract';
import type { ProductRecord } from './product.ts';

/**
 * A product of another environment as this one is to write it. Stock stays as it is here, and so do the
 * variants only this one has, and all pictures where it has none there. `isKnown`: whether a variant was
 * ever here; `pictureOf` is what a picture of there is called here, null while it is not here.
 */
export function adoptedInput(
  source: ProductRecord,
  old: ProductRecord | null,
  isKnown: (variantId: string) => boolean,
  pictureOf: (id: string) => string | null,
): ProductInput {
  const { name, description, category, visible, position, maxPerOrder } = source;
  const { shippable, taxCode, taxBehavior, lowStockUnits } = source;
  const there = new Set(source.variants.map(({ id }) => id));
  const names = new Set(source.variants.map((variant) => variant.name));
  // Of two with one name a page could show only one.
  const own = (old?.variants ?? []).filter(({ id, name }) => !there.has(id) && !names.has(name));
  const images = adoptedImages(source, old, own, pictureOf);
  const isShown = new Set(images.map(({ id }) => id));
  const imageOf = ({ id, image }: Variant): string | null => {
    const its = image === null ? null : pictureOf(image);
    const before = old?.variants.find((each) => each.id === id)?.image ?? null;
    return [its, before].find((one) => one !== null && isShown.has(one)) ?? null;
  };
  const adopted = source.variants.map((variant): VariantInput => {
    const begins = variant.stockUnits === null ? null : 0;
    return {
      ...(isKnown(variant.id) ? { id: variant.id } : { stockUnits: begins }),
      name: variant.name,
      sku: variant.sku,
      image: imageOf(variant),
      prices: amounts(variant),
    };
  });
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
        image: variant.image !== null && isShown.has(variant.image) ? variant.image : null,
        prices: amounts(variant),
      })),
    ],
  };
}

/** The pictures of there; those only variants of here show stay behind them. */
function adoptedImages(
  source: ProductRecord,
  old: ProductRecord | null,
  own: readonly Variant[],
  pictureOf: (id: string) => string | null,
): ProductInput['images'] {
  const before = old?.images.map(({ id, alt }) => ({ id, alt })) ?? [];
  if (source.images.length === 0) return before;
  const adopted = source.images.flatMap(({ id, alt }) => {
    const its = pictureOf(id);
    return its === null ? [] : [{ id: its, alt }];
  });
  const isAdopted = new Set(adopted.map(({ id }) => id));
  const stays = before.filter(
    ({ id }) => !isAdopted.has(id) && own.some(({ image }) => image === id),
  );
  return [...adopted, ...stays].slice(0, MOST_IMAGES);
}

/** How many pictures a product has at most. */
const MOST_IMAGES = 10;

const amounts = ({ prices }: ProductRecord['variants'][number]) =>
  prices.map(({ priceMinor, currency }) => ({ priceMinor, currency }));
