import type { PublicProduct, PublicVariant } from '@dream/contract';

/** What a variant costs in one currency, in minor units. */
type PublicPrice = PublicVariant['prices'][number];

/** How products stand: as the shop has them, by price, or by name. */
export const SORTS = ['featured', 'cheap', 'dear', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** What a visitor looks for. */
export interface Wish {
  search: string;
  category: string;
  sort: Sort;
}

/** A product as it is on sale in one currency: the variant shown, and its price. */
export interface Offer {
  product: PublicProduct;
  variant: PublicVariant;
  price: PublicPrice;
}

/** What a variant costs in a currency. */
export const priceIn = (
  { prices }: PublicVariant,
  currency: string | undefined,
): PublicPrice | undefined => prices.find((price) => price.currency === currency);

/**
 * A product in a currency: its variant of that id, else the first that is not sold out, else the
 * first. Null when it is not sold in that currency.
 */
export function offerOf(
  product: PublicProduct,
  currency: string | undefined,
  variantId?: string,
): Offer | null {
  const sold = product.variants.filter((variant) => priceIn(variant, currency));
  const variant =
    sold.find(({ id }) => id === variantId) ?? sold.find(({ soldOut }) => !soldOut) ?? sold[0];
  const price = variant && priceIn(variant, currency);
  return price ? { product, variant, price } : null;
}

/** The categories of the products, in the products' order. */
export const categoriesOf = (products: readonly PublicProduct[]): string[] => [
  ...new Set(products.flatMap(({ category }) => category ?? [])),
];

/** Letters as people look for them: without case and accents. */
const plain = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** What is looked through, once for each product: a shop may have a thousand. */
const plainTexts = new WeakMap<PublicProduct, string>();
function plainText(product: PublicProduct): string {
  const { name, category, description, variants } = product;
  let text = plainTexts.get(product);
  if (text === undefined) {
    text = plain([name, category, description, ...variants.map((each) => each.name)].join(' '));
    plainTexts.set(product, text);
  }
  return text;
}

/** The offers that fit a wish, all its words anywhere in them, in the order asked for. */
export function browse(offers: readonly Offer[], wish: Wish, language: string): Offer[] {
  const { search, category, sort } = wish;
  const words = plain(search).match(/\S+/g) ?? [];
  const found = offers.filter(
    ({ product }) =>
      (!category || product.category === category) &&
      words.every((word) => plainText(product).includes(word)),
  );
  if (sort === 'name') {
    const { compare } = new Intl.Collator(language, { numeric: true });
    found.sort((a, b) => compare(a.product.name, b.product.name));
  } else if (sort !== 'featured') {
    const sign = sort === 'cheap' ? 1 : -1;
    found.sort((a, b) => sign * (a.price.price - b.price.price));
  }
  return found;
}
