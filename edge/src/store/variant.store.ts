import type { ProductInput, VariantInput } from '@dream/contract';
import { type ProductBody, stripeBody } from './product.ts';

type Ids = { price: string; variants: readonly string[] };

/**
 * Brings the variants of a product to these: those that are left out are archived, the stock of one that
 * is kept stays unless another is given. Call it in a transaction.
 */
export function replaceVariants(
  sql: SqlStorage,
  productId: string,
  { variants, ...product }: ProductInput,
  ids: Ids,
  imageNames: ReadonlyMap<string, string>,
  nowMs: number,
): void {
  const kept = variants.flatMap(({ id }) => id ?? []);
  archiveVariants(sql, productId, kept, nowMs);
  variants.forEach((variant, position) => {
    const id = variant.id ?? ids.variants[position];
    if (id === undefined) throw new Error('A new variant was given no id');
    const body = JSON.stringify(stripeBody(product, variant, imageNames, true));
    putVariant(sql, productId, id, variant, position, body);
    replacePrices(sql, id, variant.prices, product, `${ids.price}_${position}`, nowMs);
    noteBehind(sql, id, body);
  });
}

/** Archives the variants of a product that are not kept, with their prices. Call it in a transaction. */
export function archiveVariants(
  sql: SqlStorage,
  productId: string,
  kept: readonly string[],
  nowMs: number,
): void {
  const { archived_ms: productArchivedMs } = sql
    .exec<{ archived_ms: number | null }>('SELECT archived_ms FROM product WHERE id = ?', productId)
    .toArray()[0] ?? { archived_ms: null };
  const gone = sql
    .exec<{ id: string; stripe_body: string }>(
      `SELECT id, stripe_body FROM variant
       WHERE product = ? AND archived_ms IS NULL AND id NOT IN (SELECT value FROM json_each(?))`,
      productId,
      JSON.stringify(kept),
    )
    .toArray();
  for (const { id, stripe_body } of gone) {
    sql.exec(
      'UPDATE product_price SET archived_ms = ? WHERE variant = ? AND archived_ms IS NULL',
      nowMs,
      id,
    );
    // The variants of an archived product are what it is put on sale with again.
    if (productArchivedMs === null)
      sql.exec('UPDATE variant SET archived_ms = ? WHERE id = ?', nowMs, id);
    noteBehind(sql, id, JSON.stringify({ ...JSON.parse(stripe_body), active: false }));
  }
}

function putVariant(
  sql: SqlStorage,
  productId: string,
  id: string,
  { name, sku, image, stockUnits, credits }: VariantInput,
  position: number,
  body: string,
): void {
  sql.exec(
    `INSERT INTO variant (id, product, name, sku, image, position, stripe_body)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET
       name = ?3, sku = ?4, image = ?5, position = ?6, archived_ms = NULL`,
    id,
    productId,
    name,
    sku,
    image,
    position,
    body,
  );
  if (stockUnits !== undefined)
    sql.exec('UPDATE variant SET stock_units = ? WHERE id = ?', stockUnits, id);
  if (credits !== undefined)
    sql.exec('UPDATE variant SET credits = ? WHERE id = ?', credits && JSON.stringify(credits), id);
}

type Price = VariantInput['prices'][number];
type Kept = { id: string; price_minor: number; currency: string; tax_behavior: string };

function replacePrices(
  sql: SqlStorage,
  variantId: string,
  prices: readonly Price[],
  { taxBehavior }: ProductBody,
  idPrefix: string,
  nowMs: number,
): void {
  const kept = sql
    .exec<Kept>('SELECT * FROM product_price WHERE variant = ? AND archived_ms IS NULL', variantId)
    .toArray();
  const same = (a: Price, b: Kept) =>
    a.priceMinor === b.price_minor && a.currency === b.currency && taxBehavior === b.tax_behavior;
  for (const old of kept) {
    if (prices.some((price) => same(price, old))) continue;
    sql.exec('UPDATE product_price SET archived_ms = ? WHERE id = ?', nowMs, old.id);
  }
  prices.forEach((price, position) => {
    const old = kept.find((one) => same(price, one));
    if (old) {
      sql.exec('UPDATE product_price SET position = ? WHERE id = ?', position, old.id);
      return;
    }
    sql.exec(
      `INSERT INTO product_price (id, variant, price_minor, currency, tax_behavior, position, wanted_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      `${idPrefix}_${position}`,
      variantId,
      price.priceMinor,
      price.currency,
      taxBehavior,
      position,
      nowMs,
    );
  });
}

/** Notes that Stripe is to be told of a variant, unless it has it just so, with all its prices. */
function noteBehind(sql: SqlStorage, id: string, body: string): void {
  sql.exec(
    `UPDATE variant SET stripe_body = ?2, revision = revision + 1
     WHERE id = ?1 AND (stripe_body <> ?2 OR refusal IS NOT NULL OR EXISTS (
       SELECT 1 FROM product_price WHERE variant = ?1
         AND CASE WHEN archived_ms IS NULL THEN stripe_price_id IS NULL
             ELSE stripe_price_id IS NOT NULL AND retired = 0 END))`,
    id,
    body,
  );
}
