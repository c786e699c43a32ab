import type {
  PromotedChange,
  PromotedField,
  Promotion,
  Settings,
  Tier,
  TierFeature,
  Variant,
} from '@dream/contract';
import type { TierRecord } from '../catalog/tier.ts';
import { decimal } from '../orders/csv.ts';
import type { KeptPicture } from '../content/images.rpc.ts';
import type { ProductRecord } from '../store/product.ts';

/** What an environment has that can be promoted. */
export interface Side {
  settings: Settings;
  tiers: readonly TierRecord[];
  products: readonly ProductRecord[];
  /** Those the products show. */
  pictures: readonly KeptPicture[];
}

/**
 * The settings that are promoted. Addresses are of one environment only, like its origins, and so is
 * the cap of sign-ups, which begins at other numbers in test and live.
 */
const PROMOTED = [
  'displayName',
  'logoUrl',
  'accentColor',
  'surfaceColor',
  'textColor',
  'corners',
  'font',
  'supportEmail',
  'locale',
  'period',
  'timeZone',
  'enforcement',
  'emailCode',
  'password',
  'oauth',
  'sessionDays',
  'pastDueGraceDays',
] as const satisfies readonly (keyof Settings)[];

type Plan = Pick<Promotion, 'changes' | 'kept'>;

/**
 * What live gets from test: what it has not, and what is otherwise there. Nothing is taken away:
 * what only live has is `kept`.
 */
export function promotionOf(test: Side, live: Side): Plan {
  const tiers = test.tiers.filter(({ archived }) => !archived);
  const liveTiers = live.tiers.filter(({ archived }) => !archived);
  const changes = [
    ...settingsChange(test.settings, live.settings),
    ...tiers.flatMap((tier) => {
      const old = liveTiers.find(({ name }) => name === tier.name) ?? null;
      return change('tier', tier.name, tier.displayName, tierFields(tier, old), old !== null);
    }),
    ...test.products.flatMap((product) => {
      const old = live.products.find(({ id }) => id === product.id) ?? null;
      const rows = [
        ...productFields(product, old),
        ...pictureFields(
          { product, pictures: test.pictures },
          { product: old, pictures: live.pictures },
        ),
      ];
      return change('product', product.id, product.name, rows, old !== null);
    }),
  ];
  return {
    changes,
    kept: [
      ...liveTiers
        .filter(({ name }) => tiers.every((tier) => tier.name !== name))
        .map(({ name, displayName }) => ({ kind: 'tier' as const, name, title: displayName })),
      ...live.products
        .filter(({ id }) => test.products.every((product) => product.id !== id))
        .map(({ id, name }) => ({ kind: 'product' as const, name: id, title: name })),
    ],
  };
}

/** The settings live gets. */
export const promotedSettings = (settings: Settings): Partial<Settings> =>
  Object.fromEntries(PROMOTED.map((field) => [field, settings[field]]));

/** Whether something of a plan is made in Stripe. */
export const needsStripe = ({ changes }: Plan, { tiers }: Pick<Side, 'tiers'>): boolean =>
  changes.some(
    ({ kind, name }) =>
      kind === 'product' ||
      (kind === 'tier' && tiers.some((tier) => tier.name === name && tier.prices.length > 0)),
  );

/** A field as it is and as it was, in lines people read. */
export type Row = readonly [field: string, after: readonly string[], before: readonly string[]];

/** The fields that differ. */
export const differing = (rows: readonly Row[]): PromotedField[] =>
  rows.flatMap(([field, after, before]) =>
    JSON.stringify(after) === JSON.stringify(before)
      ? []
      : [{ field, before: [...before], after: [...after] }],
  );

function change(
  kind: PromotedChange['kind'],
  name: string | null,
  title: string,
  rows: readonly Row[],
  isThere: boolean,
): PromotedChange[] {
  const fields = differing(rows);
  if (isThere && fields.length === 0) return [];
  return [{ kind, name, title, action: isThere ? 'change' : 'create', fields }];
}

function settingsChange(test: Settings, live: Settings): PromotedChange[] {
  const rows = PROMOTED.map((field): Row => [field, shown(test[field]), shown(live[field])]);
  return change('settings', null, 'Settings', rows, true);
}

/** The fields of a tier, and of what it was before; of a new one there is no before. */
export function tierFields(tier: TierRecord, old: TierRecord | null): Row[] {
  const row = (field: string, lines: (tier: TierRecord) => readonly string[]): Row => [
    field,
    lines(tier),
    old ? lines(old) : [],
  ];
  return [
    row('displayName', (one) => shown(one.displayName)),
    row('description', (one) => shown(one.description)),
    row('prices', (one) => one.prices.map(priceLine).toSorted()),
    row('taxBehavior', (one) => shown(one.taxBehavior)),
    row('features', (one) => one.features.map(featureLine)),
    row('credits', (one) => creditsLine(one.credits)),
    row('highlights', (one) => one.highlights),
    row('popular', (one) => shown(one.popular)),
    row('listed', (one) => shown(one.listed)),
    // Live always has a default: a tier becomes it, none ceases to be it by itself.
    row('isDefault', (one) => shown(one.isDefault || (one === tier && old?.isDefault === true))),
    row('trialDays', (one) => shown(one.trialDays)),
    row('rateLimitPerMinute', (one) => shown(one.rateLimitPerMinute)),
    row('position', (one) => shown(one.position)),
  ];
}

/** The fields of a product that are texts or numbers, and of what it was before. */
export function productFields(product: ProductRecord, old: ProductRecord | null): Row[] {
  const row = (field: string, lines: (product: ProductRecord) => readonly string[]): Row => [
    field,
    lines(product),
    old ? lines(old) : [],
  ];
  const there = new Set(product.variants.map(({ id }) => id));
  return [
    row('name', (one) => shown(one.name)),
    row('description', (one) => shown(one.description)),
    row('category', (one) => shown(one.category)),
    row('variants', (one) => one.variants.filter(({ id }) => there.has(id)).map(variantLine)),
    row('visible', (one) => shown(one.visible)),
    row('position', (one) => shown(one.position)),
    row('maxPerOrder', (one) => shown(one.maxPerOrder)),
    row('shippable', (one) => shown(one.shippable)),
    row('taxCode', (one) => shown(one.taxCode)),
    row('taxBehavior', (one) => shown(one.taxBehavior)),
    row('lowStockUnits', (one) => shown(one.lowStockUnits)),
  ];
}

/** A product with the pictures of its environment. */
interface Pictured<P> {
  product: P;
  pictures: Side['pictures'];
}

/** Pictures are the same by the file they were made of. Where test has none, live keeps its own. */
function pictureFields(test: Pictured<ProductRecord>, live: Pictured<ProductRecord | null>): Row[] {
  if (test.product.images.length === 0) return [];
  const there = new Set(test.product.variants.map(({ id }) => id));
  const own = live.product?.variants.filter(({ id }) => !there.has(id)).map(({ image }) => image);
  const stays = new Set(own ?? []);
  const shown = live.product?.images.filter(({ id }) => !stays.has(id)) ?? [];
  return [
    [
      'pictures',
      test.product.images.map(pictureLine(test.pictures)),
      shown.map(pictureLine(live.pictures)),
    ],
    ['variantPictures', variantPictures(test, there), variantPictures(live, there)],
  ];
}

const pictureLine =
  (pictures: Side['pictures']) =>
  ({ id, alt, width, height }: ProductRecord['images'][number]): string =>
    [alt, `${width} × ${height}`, markOf(pictures, id)].filter(Boolean).join(' · ');

const variantPictures = (
  { product, pictures }: Pictured<ProductRecord | null>,
  of: ReadonlySet<string>,
): string[] =>
  (product?.variants ?? []).flatMap(({ id, name, image }) =>
    of.has(id) && image !== null
      ? [[name, markOf(pictures, image)].filter(Boolean).join(' · ')]
      : [],
  );

/** The beginning of the hash of a picture's file, by which people can tell two apart. */
const markOf = (pictures: Side['pictures'], id: string): string =>
  pictures.find((picture) => picture.id === id)?.sourceHash.slice(0, 8) ?? '';

/** A value as lines; nothing, and an empty text, are none. */
export function shown(
  value: string | number | boolean | readonly string[] | null,
): readonly string[] {
  if (value === null || value === '') return [];
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  return typeof value === 'object' ? value : [String(value)];
}

const amount = ({ priceMinor, currency }: { priceMinor: number; currency: string }) =>
  `${decimal(priceMinor, currency)} ${currency.toUpperCase()}`;

const priceLine = (price: Tier['prices'][number]) => `${amount(price)} a ${price.interval}`;

function featureLine(feature: TierFeature): string {
  if (feature.kind === 'boolean') return feature.name;
  if (feature.kind === 'credits') return `${feature.name}: ${feature.weight} credits each`;
  const limit = `${feature.name}: ${feature.limitUnits ?? 'no limit'}`;
  if (!feature.overage) return limit;
  const { perUnits, prices } = feature.overage;
  return `${limit}, then ${prices.map(amount).join(' or ')} for each ${perUnits}`;
}

function creditsLine(credits: Tier['credits']): readonly string[] {
  if (!credits) return [];
  const { allowanceUnits, rollOverCapUnits } = credits;
  const kept = rollOverCapUnits ? `, ${rollOverCapUnits} of them kept for the next` : '';
  return [`${allowanceUnits} a period${kept}`];
}

const variantLine = ({ name, sku, prices }: Variant) =>
  [name, sku, prices.map(amount).join(' or ')].filter(Boolean).join(' · ');
