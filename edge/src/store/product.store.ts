import type { Variant } from '@dream/contract';
import { placeOf, type ProductBody, type ProductRecord } from './product.ts';

type ProductRow = {
  id: string;
  body: string;
  place: string;
  created_ms: number;
  updated_ms: number;
  archived_ms: number | null;
};
type VariantRow = {
  id: string;
  product: string;
  name: string;
  sku: string | null;
  image: string | null;
  stock_units: number | null;
  reserved_units: number;
  refusal: string | null;
  credits: string | null;
  behind: number;
};
type PriceRow = {
  variant: string;
  price_minor: number;
  currency: string;
  stripe_price_id: string | null;
};
type ImageRow = { id: string; name: string; width: number; height: number };

/** Every product that was not archived, in the order they are shown. */
export function readCatalog(sql: SqlStorage): ProductRecord[] {
  return whole(
    sql,
    sql
      .exec<ProductRow>('SELECT * FROM product WHERE archived_ms IS NULL ORDER BY place')
      .toArray(),
  );
}

/** A product by its id, also an archived one. */
export function readProduct(sql: SqlStorage, id: string): ProductRecord | null {
  const rows = sql.exec<ProductRow>('SELECT * FROM product WHERE id = ?', id).toArray();
  return whole(sql, rows)[0] ?? null;
}

/** Where every product that was not archived stands, in their order. */
export function readShelf(sql: SqlStorage): { id: string; position: number }[] {
  return sql
    .exec<{ id: string; position: number }>(
      `SELECT id, body ->> '$.position' AS position FROM product
       WHERE archived_ms IS NULL ORDER BY place`,
    )
    .toArray();
}

/** Gives a product another position. Call it in a transaction. */
export function putPosition(sql: SqlStorage, id: string, position: number): void {
  const { body } = sql.exec<{ body: string }>('SELECT body FROM product WHERE id = ?', id).one();
  const moved: ProductBody = { ...(JSON.parse(body) as ProductBody), position };
  sql.exec(
    'UPDATE product SET body = ?2, place = ?3 WHERE id = ?1',
    id,
    JSON.stringify(moved),
    placeOf(id, moved),
  );
}

/** What a page of the management list asks for; `after` is the place its page begins behind. */
export interface ProductQuery {
  q: string;
  archived: boolean;
  after: string;
  limit: number;
}

/**
 * A page of products, and the place it ends at; null when nothing comes behind. Text is not looked for
 * by LIKE: its patterns are bounded to 50 bytes here, and names are longer.
 */
export function findProducts(
  sql: SqlStorage,
  { q, archived, after, limit }: ProductQuery,
): { products: ProductRecord[]; endsAt: string | null } {
  const rows = sql
    .exec<ProductRow>(
      `SELECT * FROM product WHERE (archived_ms IS NOT NULL) = ?1 AND place > ?2 AND (?3 = ''
         OR instr(lower(body ->> '$.name'), lower(?3)) > 0
         OR instr(lower(body ->> '$.category'), lower(?3)) > 0
         OR EXISTS (SELECT 1 FROM variant WHERE product = product.id AND variant.archived_ms IS NULL
                    AND (instr(lower(sku), lower(?3)) > 0 OR instr(lower(name), lower(?3)) > 0)))
       ORDER BY place LIMIT ?4`,
      archived ? 1 : 0,
      after,
      q,
      limit + 1,
    )
    .toArray();
  const products = whole(sql, rows.slice(0, limit));
  const endsAt = rows.length > limit ? (products.at(-1)?.place ?? null) : null;
  return { products, endsAt };
}

/** Products that show an image, archived ones aside; at most 20. */
export function productsShowing(sql: SqlStorage, imageId: string): string[] {
  return sql
    .exec<{ id: string }>(
      `SELECT product.id FROM product, json_each(body, '$.images') AS image
       WHERE archived_ms IS NULL AND image.value ->> '$.id' = ? LIMIT 20`,
      imageId,
    )
    .toArray()
    .map(({ id }) => id);
}

/** The names of images that are there, by their ids. */
export function imageNames(sql: SqlStorage, ids: readonly string[]): Map<string, string> {
  return new Map(readImages(sql, ids).map(({ id, name }) => [id, name]));
}

const readImages = (sql: SqlStorage, ids: readonly string[]): ImageRow[] =>
  sql
    .exec<ImageRow>(
      'SELECT id, name, width, height FROM image WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    )
    .toArray();

/** Rows of products with all that hangs on them, in four statements however many there are. */
function whole(sql: SqlStorage, rows: readonly ProductRow[]): ProductRecord[] {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const prices = Map.groupBy(
    sql.exec<PriceRow>(
      // Of an archived product, those that were archived with it.
      `SELECT price.variant, price_minor, currency, stripe_price_id FROM product_price AS price
       JOIN variant ON variant.id = price.variant JOIN product ON product.id = variant.product
       WHERE variant.product IN (SELECT value FROM json_each(?))
         AND price.archived_ms IS product.archived_ms ORDER BY price.position`,
      ids,
    ),
    ({ variant }) => variant,
  );
  const variants = Map.groupBy(
    sql.exec<VariantRow>(
      `SELECT id, product, name, sku, image, stock_units, reserved_units, refusal, credits,
         published_revision < revision AS behind FROM variant
       WHERE product IN (SELECT value FROM json_each(?)) AND archived_ms IS NULL ORDER BY position`,
      ids,
    ),
    ({ product }) => product,
  );
  const bodies = rows.map(({ body }) => JSON.parse(body) as ProductBody);
  const shown = new Set(bodies.flatMap(({ images }) => images.map(({ id }) => id)));
  const images = new Map(readImages(sql, [...shown]).map((image) => [image.id, image]));
  return rows.map((row, index) => {
    const body = bodies[index] as ProductBody;
    const own = variants.get(row.id) ?? [];
    return {
      id: row.id,
      ...body,
      images: body.images.flatMap(({ id, alt }) => {
        const image = images.get(id);
        return image ? [{ ...image, alt }] : [];
      }),
      variants: own.map((variant) => variantOf(variant, prices.get(variant.id) ?? [])),
      published: own.every(({ behind, refusal }) => behind === 0 && refusal === null),
      createdAtMs: row.created_ms,
      updatedAtMs: row.updated_ms,
      archivedAtMs: row.archived_ms,
      place: row.place,
    };
  });
}

const variantOf = (row: VariantRow, prices: readonly PriceRow[]): Variant => ({
  id: row.id,
  name: row.name,
  sku: row.sku,
  stockUnits: row.stock_units,
  reservedUnits: row.reserved_units,
  image: row.image,
  refusal: row.refusal,
  credits: row.credits === null ? null : (JSON.parse(row.credits) as Variant['credits']),
  prices: prices.map(({ stripe_price_id: priceId, price_minor: priceMinor, currency }) => ({
    priceId,
    priceMinor,
    currency,
  })),
});
