import type { Product, ProductInput, TaxBehavior } from '@dream/contract';
import { type AmountDraft, amountFaults, amountText, minorUnits } from './amount.ts';
import { textFault, wholeFault } from './validation.ts';

/** A picture of a product, with what is said to those who do not see it. */
export interface PictureDraft {
  id: string;
  url: string;
  smallUrl: string;
  width: number;
  height: number;
  alt: string;
}

/** A variant as it is typed. */
export interface VariantDraft {
  /** Null until it was saved. */
  id: string | null;
  name: string;
  sku: string;
  /** Of a new one: what there is of it; empty is not counted. A saved one has its stock elsewhere. */
  stock: string;
  /** The id of its picture; empty is none of its own. */
  image: string;
  /** Credits a piece gives its buyer; empty for none. */
  credits: string;
  /** Days after which these are over; empty for never. */
  creditDays: string;
  prices: readonly AmountDraft[];
}

/** A product as it is typed. The stock of saved variants is not in it: saving leaves that alone. */
export interface ProductDraft {
  name: string;
  description: string;
  category: string;
  images: readonly PictureDraft[];
  visible: boolean;
  position: string;
  maxPerOrder: string;
  shippable: boolean;
  taxCode: string;
  taxBehavior: TaxBehavior;
  lowStock: string;
  variants: readonly VariantDraft[];
}

/** What is wrong, by field: `name`, `variants.0.sku`, `variants.0.prices.1`. */
export type ProductFaults = Readonly<Record<string, string>>;

/** A variant that is not there yet, sold in the same currencies as another one. */
export const newVariant = (like?: VariantDraft): VariantDraft => ({
  id: null,
  name: '',
  sku: '',
  stock: '',
  image: '',
  credits: '',
  creditDays: '',
  prices: like ? like.prices.map((price) => ({ ...price })) : [{ amount: '', currency: 'usd' }],
});

/** A product that is not there yet. */
export const newProduct = (): ProductDraft => ({
  name: '',
  description: '',
  category: '',
  images: [],
  visible: true,
  position: '0',
  maxPerOrder: '100',
  shippable: true,
  taxCode: '',
  taxBehavior: 'unspecified',
  lowStock: '5',
  variants: [newVariant()],
});

/** A product, ready to be changed. */
export const productToDraft = (product: Product): ProductDraft => ({
  name: product.name,
  description: product.description,
  category: product.category ?? '',
  images: product.images.map((image) => ({ ...image })),
  visible: product.visible,
  position: String(product.position),
  maxPerOrder: String(product.maxPerOrder),
  shippable: product.shippable,
  taxCode: product.taxCode ?? '',
  taxBehavior: product.taxBehavior,
  lowStock: String(product.lowStockUnits),
  variants: product.variants.map(({ id, name, sku, image, credits, prices }) => ({
    id,
    name,
    sku: sku ?? '',
    stock: '',
    image: image ?? '',
    credits: String(credits?.units ?? ''),
    creditDays: String(credits?.expiresInDays ?? ''),
    prices: prices.map(({ priceMinor, currency }) => ({
      amount: amountText(priceMinor, currency),
      currency,
    })),
  })),
});

const isEmpty = (text: string): boolean => text.trim() === '';
const orNull = (text: string): string | null => text.trim() || null;

/** A description is one paragraph. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** What was typed, as the API takes it. Only for a draft without faults. */
export const draftToProduct = (draft: ProductDraft): ProductInput => ({
  name: draft.name.trim(),
  description: oneLine(draft.description),
  category: orNull(draft.category),
  images: draft.images.map(({ id, alt }) => ({ id, alt: alt.trim() })),
  visible: draft.visible,
  position: Number(draft.position),
  maxPerOrder: Number(draft.maxPerOrder),
  shippable: draft.shippable,
  taxCode: orNull(draft.taxCode),
  taxBehavior: draft.taxBehavior,
  lowStockUnits: Number(draft.lowStock),
  variants: draft.variants.map(({ id, name, sku, stock, image, credits, creditDays, prices }) => ({
    ...(id === null ? { stockUnits: isEmpty(stock) ? null : Number(stock) } : { id }),
    name: name.trim(),
    sku: orNull(sku),
    image: image || null,
    credits: isEmpty(credits)
      ? null
      : { units: Number(credits), expiresInDays: isEmpty(creditDays) ? null : Number(creditDays) },
    prices: prices.map(({ amount, currency }) => ({
      priceMinor: minorUnits(amount, currency) ?? 0,
      currency: currency.toLowerCase(),
    })),
  })),
});

/** A saved product as the API takes it, unchanged but for these; its stock stays as it is. */
export const productWith = (product: Product, part: Partial<ProductInput>): ProductInput => ({
  ...draftToProduct(productToDraft(product)),
  ...part,
});

/** What must be put right before a draft can be saved. */
export function productFaults(draft: ProductDraft): ProductFaults {
  const found: Record<string, string | null> = {
    name: textFault(draft.name, 120),
    description: textFault(oneLine(draft.description), 2000, 0),
    category: textFault(draft.category, 60, 0),
    position: wholeFault(draft.position, 0, 100_000),
    maxPerOrder: wholeFault(draft.maxPerOrder, 1, 1000),
    taxCode:
      draft.taxCode.trim() === '' || /^txcd_\d{8}$/.test(draft.taxCode.trim())
        ? null
        : 'Must be a tax code of Stripe, like "txcd_99999999".',
    lowStock: wholeFault(draft.lowStock, 0, 10_000),
    images: draft.images.length > 10 ? 'Must have at most 10 images.' : null,
    variants: variantsFault(draft.variants),
  };
  for (const [index, { alt }] of draft.images.entries())
    found[`images.${index}`] = textFault(alt, 300, 0);
  for (const [index, variant] of draft.variants.entries()) {
    const before = draft.variants.slice(0, index);
    for (const [field, fault] of Object.entries(variantFaults(variant, before)))
      found[`variants.${index}.${field}`] = fault;
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function variantsFault(variants: readonly VariantDraft[]): string | null {
  if (variants.length === 0) return 'Must have a variant.';
  return variants.length > 100 ? 'Must have at most 100 variants.' : null;
}

function variantFaults(
  { id, name, sku, stock, credits, creditDays, prices }: VariantDraft,
  before: readonly VariantDraft[],
): Record<string, string | null> {
  const isTwice = before.some((other) => other.name.trim() === name.trim());
  const counted = id === null && !isEmpty(stock);
  const found: Record<string, string | null> = {
    name: isTwice ? 'Must be named otherwise than the others.' : textFault(name, 80, 0),
    sku: isEmpty(sku) ? null : textFault(sku, 60),
    stock: counted ? wholeFault(stock, 0, 1_000_000_000) : null,
    credits: isEmpty(credits) ? null : wholeFault(credits, 1, 1_000_000_000),
    creditDays: isEmpty(credits) || isEmpty(creditDays) ? null : wholeFault(creditDays, 1, 3650),
    prices: pricesFault(prices),
  };
  for (const [index, fault] of amountFaults(prices).entries()) found[`prices.${index}`] = fault;
  return found;
}

function pricesFault(prices: readonly AmountDraft[]): string | null {
  if (prices.length === 0) return 'Must have a price.';
  return prices.length > 20 ? 'Must have at most 20 prices.' : null;
}
