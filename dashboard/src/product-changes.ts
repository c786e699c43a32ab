import type { Product, ProductInput, TaxBehavior } from '@dream/contract';
import { money } from './ui/format.ts';

type Price = { priceMinor: number; currency: string };
type Variant = ProductInput['variants'][number];

/** What saving a product will do at Stripe, a sentence each; nothing when it does nothing there. */
export function productChanges(before: Product | null, after: ProductInput): string[] {
  const changes: string[] = [];
  const tax = after.taxBehavior ?? 'unspecified';
  if (before !== null && before.archivedAtMs !== null)
    changes.push('The product is put back on sale, with its prices.');
  const isUpdated =
    before !== null &&
    (stripeText(before) !== stripeText(after) ||
      pictures(before, after) !== pictures(after, before));
  if (isUpdated) changes.push('Its description, pictures or tax code are brought there.');
  for (const variant of after.variants) {
    const old = before?.variants.find(({ id }) => id === variant.id);
    if (!before || !old) changes.push(...made(titleOf(after, variant), variant.prices));
    else
      changes.push(
        ...renamed(titleOf(before, old), titleOf(after, variant)),
        ...priceChanges(titleOf(after, variant), old.prices, variant.prices, {
          before: before.taxBehavior,
          after: tax,
        }),
      );
  }
  for (const old of before?.variants ?? [])
    if (before && !after.variants.some(({ id }) => id === old.id))
      changes.push(`“${titleOf(before, old)}” is archived with its prices: it is sold no more.`);
  return changes;
}

const titleOf = (product: { name: string }, variant: Pick<Variant, 'name'>): string =>
  variant.name ? `${product.name} – ${variant.name}` : product.name;

const shown = ({ priceMinor, currency }: Price): string => money(priceMinor, currency);

/** What Stripe knows of a product besides names and prices. */
const stripeText = ({ description, taxCode, shippable, images }: Product | ProductInput): string =>
  JSON.stringify([description, taxCode, shippable, images?.map(({ id }) => id)]);

/** The pictures of the variants of a product that another state of it has, too. */
const pictures = (product: Product | ProductInput, other: Product | ProductInput): string =>
  JSON.stringify(
    product.variants
      .filter(({ id }) => other.variants.some((each) => each.id === id))
      .map(({ id, image }) => `${id} ${image ?? ''}`)
      .toSorted(),
  );

const made = (title: string, prices: readonly Price[]): string[] => [
  `A product “${title}” is made, at ${prices.map(shown).join(' and ')}.`,
];

const renamed = (before: string, after: string): string[] =>
  before === after ? [] : [`“${before}” is renamed to “${after}”.`];

function priceChanges(
  title: string,
  before: readonly Price[],
  after: readonly Price[],
  tax: { before: TaxBehavior; after: TaxBehavior },
): string[] {
  const changes: string[] = [];
  const inSame = (prices: readonly Price[], { currency }: Price) =>
    prices.find((price) => price.currency === currency);
  for (const price of after) {
    const old = inSame(before, price);
    if (!old) changes.push(`A price of ${shown(price)} is made for “${title}”.`);
    else if (old.priceMinor !== price.priceMinor || tax.before !== tax.after)
      changes.push(
        `The price of “${title}” is replaced: ${shown(price)} is made and ${shown(old)} is archived. Carts that hold the old one are told.`,
      );
  }
  for (const old of before)
    if (!inSame(after, old)) changes.push(`The price of ${shown(old)} of “${title}” is archived.`);
  return changes;
}
