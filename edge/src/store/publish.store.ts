import type { StripeBody } from './product.ts';

/** About how many calls of Stripe one run may need. */
const CALLS_AT_ONCE = 60;

/** What Stripe must have of a variant, and prices it must sell no more. */
export interface VariantToPublish {
  variantId: string;
  revision: number;
  body: StripeBody;
  missing: {
    id: string;
    priceMinor: number;
    currency: string;
    taxBehavior: 'inclusive' | 'exclusive' | 'unspecified';
    wantedAtMs: number;
  }[];
  /** Stripe's ids of prices that are no longer sold. */
  retired: string[];
}

type Row = { id: string; revision: number; stripe_body: string };

/**
 * The first variants Stripe does not have as they are now, of one product or of all: as many as one run
 * can bring there.
 */
export function variantsToPublish(sql: SqlStorage, productId: string | null): VariantToPublish[] {
  const rows = sql
    .exec<Row>(
      `SELECT id, revision, stripe_body FROM variant
       WHERE published_revision < revision AND (?1 IS NULL OR product = ?1) LIMIT ?2`,
      productId,
      CALLS_AT_ONCE / 3,
    )
    .toArray();
  const work: VariantToPublish[] = [];
  let calls = 0;
  for (const { id, revision, stripe_body } of rows) {
    const missing = missingPrices(sql, id);
    const retired = retiredPrices(sql, id);
    calls += 2 + missing.length + retired.length;
    if (calls > CALLS_AT_ONCE && work.length > 0) break;
    const body = JSON.parse(stripe_body) as StripeBody;
    work.push({ variantId: id, revision, body, missing, retired });
  }
  return work;
}

/** Whether a variant is still to be brought to Stripe. */
export function isBehind(sql: SqlStorage, productId: string | null): boolean {
  const found = sql.exec(
    `SELECT 1 FROM variant
     WHERE published_revision < revision AND (?1 IS NULL OR product = ?1) LIMIT 1`,
    productId,
  );
  return found.toArray().length > 0;
}

const missingPrices = (sql: SqlStorage, variantId: string): VariantToPublish['missing'] =>
  sql
    .exec<VariantToPublish['missing'][number]>(
      `SELECT id, price_minor AS priceMinor, currency, tax_behavior AS taxBehavior,
         wanted_ms AS wantedAtMs FROM product_price
       WHERE variant = ? AND archived_ms IS NULL AND stripe_price_id IS NULL`,
      variantId,
    )
    .toArray();

const retiredPrices = (sql: SqlStorage, variantId: string): string[] =>
  sql
    .exec<{ id: string }>(
      `SELECT stripe_price_id AS id FROM product_price
       WHERE variant = ? AND archived_ms IS NOT NULL AND stripe_price_id IS NOT NULL AND retired = 0`,
      variantId,
    )
    .toArray()
    .map(({ id }) => id);

/**
 * Records the ids Stripe gave prices. One that was given up while it was being made is still to be
 * archived there.
 */
export function recordPrices(
  sql: SqlStorage,
  prices: readonly { id: string; stripePriceId: string }[],
): void {
  for (const { id, stripePriceId } of prices) {
    sql.exec('UPDATE product_price SET stripe_price_id = ? WHERE id = ?', stripePriceId, id);
    sql.exec('INSERT OR IGNORE INTO known_price VALUES (?, ?)', stripePriceId, id);
    sql.exec(
      `UPDATE variant SET revision = revision + 1 WHERE id =
         (SELECT variant FROM product_price WHERE id = ? AND archived_ms IS NOT NULL AND retired = 0)`,
      id,
    );
  }
}

/** What became of a variant: Stripe has it as it was then, or refused it in these words. */
export interface Published {
  variantId: string;
  revision: number;
  /** Prices that Stripe was told are no longer sold. */
  retired: readonly string[];
  refusal: string | null;
}

/**
 * Records what became of variants. One that was changed meanwhile is still to be brought there; and one
 * whose change overtook this run is brought there again, for Stripe may have heard the older one last.
 */
export function recordPublished(sql: SqlStorage, done: readonly Published[]): void {
  for (const { variantId, revision, retired, refusal } of done) {
    sql.exec(
      'UPDATE variant SET revision = revision + 1 WHERE id = ? AND published_revision > ?',
      variantId,
      revision,
    );
    sql.exec(
      `UPDATE variant SET published_revision = ?2, refusal = ?3
       WHERE id = ?1 AND published_revision < ?2`,
      variantId,
      revision,
      refusal,
    );
    for (const stripePriceId of retired)
      sql.exec('UPDATE product_price SET retired = 1 WHERE stripe_price_id = ?', stripePriceId);
  }
}

/**
 * Has every variant be made in another account, in which the ids of the one before mean nothing. What
 * is sold no more is not brought there. Call it in a transaction.
 */
export function publishAnew(sql: SqlStorage, nowMs: number): void {
  sql.exec('UPDATE product_price SET stripe_price_id = NULL, wanted_ms = ?', nowMs);
  sql.exec(
    `UPDATE variant SET revision = revision + 1, refusal = NULL WHERE archived_ms IS NULL
       AND product IN (SELECT id FROM product WHERE archived_ms IS NULL)`,
  );
  sql.exec(
    `UPDATE variant SET published_revision = revision WHERE archived_ms IS NOT NULL
       OR product IN (SELECT id FROM product WHERE archived_ms IS NOT NULL)`,
  );
}
