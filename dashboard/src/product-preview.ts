import type { Product, PublicProduct, PublicVariant } from '@dream/contract';
import { minorUnits } from './amount.ts';
import type { ProductDraft, VariantDraft } from './product-draft.ts';

/** What a shop would show of a product that is being typed, as far as it is right; null without a price. */
export function productPreview(draft: ProductDraft, saved: Product | null): PublicProduct | null {
  const variants = draft.variants.flatMap((variant, index) => {
    const shown = variantPreview(draft, variant, index, saved);
    return shown.prices.length > 0 ? [shown] : [];
  });
  const first = variants.find(({ soldOut }) => !soldOut) ?? variants[0];
  const price = first?.prices[0];
  if (!first || !price) return null;
  const inventory = variants.reduce<number | 'unlimited'>(
    (sum, each) =>
      sum === 'unlimited' || each.inventory === 'unlimited' ? 'unlimited' : sum + each.inventory,
    0,
  );
  return {
    id: 'preview',
    name: draft.name || 'Name',
    description: draft.description,
    category: draft.category.trim() || null,
    ...price,
    imageUrl: draft.images[first.image ?? 0]?.url ?? null,
    inventory,
    soldOut: inventory === 0,
    lowStock: isLow(inventory, Number(draft.lowStock)),
    maxQuantity: first.maxQuantity,
    images: [...draft.images],
    variants,
  };
}

function variantPreview(
  draft: ProductDraft,
  variant: VariantDraft,
  index: number,
  saved: Product | null,
): PublicVariant {
  const inventory = freeUnits(variant, saved);
  const image = draft.images.findIndex(({ id }) => id === variant.image);
  const maxPerOrder = Number(draft.maxPerOrder) || 1;
  return {
    id: `preview_${index}`,
    name: variant.name || (draft.variants.length > 1 ? `Variant ${index + 1}` : ''),
    inventory,
    soldOut: inventory === 0,
    lowStock: isLow(inventory, Number(draft.lowStock)),
    maxQuantity: inventory === 'unlimited' ? maxPerOrder : Math.min(maxPerOrder, inventory),
    image: image < 0 ? null : image,
    prices: variant.prices.flatMap(({ amount, currency }, at) => {
      const price = minorUnits(amount, currency);
      const isRight = price !== null && price > 0 && /^[a-z]{3}$/i.test(currency);
      return isRight
        ? [{ priceId: `preview_${index}_${at}`, price, currency: currency.toLowerCase() }]
        : [];
    }),
  };
}

/** What is free of a variant: of a saved one by its stock, of a new one as it is typed. */
function freeUnits({ id, stock }: VariantDraft, saved: Product | null): number | 'unlimited' {
  const old = id === null ? null : saved?.variants.find((each) => each.id === id);
  if (old) return stockOf(old);
  return stock.trim() === '' ? 'unlimited' : Number(stock) || 0;
}

/** The pieces of a variant that are in no order; `unlimited` when they are not counted. */
export const stockOf = (variant: {
  stockUnits: number | null;
  reservedUnits: number;
}): number | 'unlimited' =>
  variant.stockUnits === null
    ? 'unlimited'
    : Math.max(0, variant.stockUnits - variant.reservedUnits);

/** Whether few are left, from so many down. */
export const isLow = (inventory: number | 'unlimited', lowStockUnits: number): boolean =>
  inventory !== 'unlimited' && inventory > 0 && inventory <= lowStockUnits;
