import { RpcTarget } from 'cloudflare:workers';
import type { ProductInput, Variant } from '@dream/contract';
import { addressesOf } from '../content/address.ts';
import type { EnvironmentRef } from '../deps.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { productDetails } from '../projects/audit-details.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { adoptedInput } from './adopted.ts';
import { LastShown } from './last-shown.ts';
import { changedStock, MAX_PRICES, MAX_PRODUCTS, placeOf, type ProductRecord } from './product.ts';
import { positionsAfterMove } from './move.ts';
import {
  findProducts,
  imageNames,
  productsShowing,
  type ProductQuery,
  putPosition,
  readCatalog,
  readProduct,
  readShelf,
} from './product.store.ts';
import { shownCatalog } from './public-product.ts';
import {
  isBehind,
  publishAnew,
  type Published,
  recordPrices,
  recordPublished,
  type VariantToPublish,
  variantsToPublish,
} from './publish.store.ts';
import type { ShownCatalog } from './shop-window.ts';
import { archiveVariants, replaceVariants } from './variant.store.ts';

/** A product was written; `jobId` is the outbox row that makes it so in Stripe, null when it is. */
export interface ProductWritten {
  product: ProductRecord;
  jobId: string | null;
}

/** New ids for what a product may need; variants in their order. */
export interface NewIds {
  job: string;
  price: string;
  variants: readonly string[];
}

/** How long the writer of a product has to publish it before the alarm does. */
const WRITER_MS = 30_000;

/** The products of one environment and their stock. */
export class ProductsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #lastShown: LastShown;

  constructor(storage: DurableObjectStorage, lastShown = new LastShown()) {
    super();
    this.#storage = storage;
    this.#lastShown = lastShown;
  }

  /** What pages are shown, with pictures of the content domain; stock may be a second old. */
  shown(ref: EnvironmentRef, contentUrl: string, nowMs: number): ShownCatalog {
    const addressOf = (name: string) => addressesOf(contentUrl, ref, name);
    return this.#lastShown.get(nowMs, () =>
      shownCatalog(readCatalog(this.#storage.sql), addressOf),
    );
  }

  products(query: ProductQuery): { products: ProductRecord[]; endsAt: string | null } {
    return findProducts(this.#storage.sql, query);
  }

  product(id: string): Outcome<ProductRecord> {
    const product = readProduct(this.#storage.sql, id);
    return product ? ok(product) : no('product_not_found');
  }

  /** Products that show an image, archived ones aside; at most 20. */
  showing(imageId: string): string[] {
    return productsShowing(this.#storage.sql, imageId);
  }

  /** Creates a product with an id that is new. */
  createProduct(id: string, input: ProductInput, ids: NewIds, act: Act): Outcome<ProductWritten> {
    return this.#storage.transactionSync(() => this.#write(id, input, ids, act, act.nowMs));
  }

  /**
   * Replaces a product. A price that changed is archived and made anew, never edited; stock changes only
   * where it is given. An archived product is on sale again.
   */
  putProduct(id: string, input: ProductInput, ids: NewIds, act: Act): Outcome<ProductWritten> {
    return this.#storage.transactionSync(() => {
      const old = readProduct(this.#storage.sql, id);
      if (!old) return no('product_not_found');
      const written = this.#write(id, input, ids, act, old.createdAtMs);
      for (const after of written.ok ? written.value.product.variants : []) {
        const before = old.variants.find((variant) => variant.id === after.id);
        if (before && before.stockUnits !== after.stockUnits)
          writeAudit(
            this.#storage.sql,
            act,
            'stock.changed',
            stockChange(before, after.stockUnits),
          );
      }
      return written;
    });
  }

  /**
   * Gives the environment a product of another one, under the same ids, with the pictures that are here
   * (`pictureOf`). Stock and variants that only this one has stay; a new variant whose stock is counted
   * there begins with none here.
   */
  adoptProduct(
    source: ProductRecord,
    ids: NewIds,
    pictureOf: (id: string) => string | null,
    act: Act,
  ): Outcome<ProductWritten> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const old = readProduct(sql, source.id);
      const isKnown = (variant: string) => isVariantOf(sql, source.id, variant);
      const input = adoptedInput(source, old, isKnown, pictureOf);
      const own = { ...ids, variants: source.variants.map(({ id }) => id) };
      return this.#write(source.id, input, own, act, old?.createdAtMs ?? act.nowMs);
    });
  }

  /** Takes a product out of sale. What is reserved of it stays so until its orders are done. */
  archiveProduct(id: string, jobId: string, act: Act): Outcome<ProductWritten> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const old = readProduct(sql, id);
      if (!old || old.archivedAtMs !== null) return no('product_not_found');
      sql.exec('UPDATE product SET archived_ms = ?2 WHERE id = ?1', id, act.nowMs);
      archiveVariants(sql, id, [], act.nowMs);
      writeAudit(sql, act, 'product.archived', id);
      return ok(this.#written(id, jobId, act.nowMs));
    });
  }

  /** Puts a product right behind another one, or before all. Both must be on the shelf, hidden or not. */
  moveProduct(id: string, after: string | null, act: Act): Outcome<ProductRecord> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const changed = positionsAfterMove(readShelf(sql), id, after);
      if (changed === null) return no('product_not_found');
      for (const each of changed) putPosition(sql, each.id, each.position);
      this.#lastShown.forget();
      writeAudit(sql, act, 'product.moved', id);
      return this.product(id);
    });
  }

  /** Sets the pieces there are of a variant, or adds to them, whatever is sold at the same time. */
  changeStock(
    productId: string,
    variantId: string,
    change: { stockUnits?: number | null | undefined; addUnits?: number | undefined },
    act: Act,
  ): Outcome<Variant> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const product = readProduct(sql, productId);
      if (!product) return no('product_not_found');
      const variant = product.variants.find(({ id }) => id === variantId);
      if (!variant) return no('variant_not_found', { variants: [variantId] });
      const after = changedStock(variant.stockUnits, change);
      if (!after) {
        const { stockUnits, reservedUnits } = variant;
        return no('stock_refused', { stockUnits, reservedUnits });
      }
      sql.exec('UPDATE variant SET stock_units = ?2 WHERE id = ?1', variantId, after.stockUnits);
      this.#lastShown.forget();
      writeAudit(sql, act, 'stock.changed', stockChange(variant, after.stockUnits));
      return ok({ ...variant, ...after });
    });
  }

  /** What one run is to bring to Stripe, of one product or of all. */
  toPublish(productId: string | null): VariantToPublish[] {
    return variantsToPublish(this.#storage.sql, productId);
  }

  /**
   * Records the prices Stripe made in an account, unless the environment uses another one by now, in
   * which they mean nothing: then false. Safe to repeat.
   */
  priced(
    prices: readonly { id: string; stripePriceId: string }[],
    accountId: string | null,
  ): boolean {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const isOfNow = sql.exec('SELECT 1 FROM connection WHERE stripe_account_id IS ?', accountId);
      if (isOfNow.toArray().length === 0) return false;
      recordPrices(sql, prices);
      this.#lastShown.forget();
      return true;
    });
  }

  /** Records what became of variants, and queues the next run when there are more. */
  published(
    done: readonly Published[],
    next: { productId: string | null; jobId: string; nowMs: number },
  ): void {
    this.#storage.transactionSync(() => {
      recordPublished(this.#storage.sql, done);
      queuePublishing(this.#storage, next.productId, next.jobId, next.nowMs, next.nowMs);
    });
  }

  /**
   * Queues bringing every product to an account that was connected; to another one than before, all of
   * each. Call it in a transaction.
   */
  connected(isSame: boolean, jobId: string, nowMs: number): string | null {
    if (!isSame) publishAnew(this.#storage.sql, nowMs);
    this.#lastShown.forget();
    return queuePublishing(this.#storage, null, jobId, nowMs, nowMs);
  }

  #write(
    id: string,
    input: ProductInput,
    ids: NewIds,
    act: Act,
    createdMs: number,
  ): Outcome<ProductWritten> {
    const { sql } = this.#storage;
    const old = readProduct(sql, id) ?? null;
    const { variants, ...body } = input;
    const names = imageNames(
      sql,
      body.images.map((image) => image.id),
    );
    const unknown = body.images.filter((image) => !names.has(image.id));
    if (unknown.length > 0) return no('image_not_found', { images: unknown.map((i) => i.id) });
    const strangers = variants.flatMap((variant) =>
      variant.id === undefined || isVariantOf(sql, id, variant.id) ? [] : [variant.id],
    );
    if (strangers.length > 0) return no('variant_not_found', { variants: strangers });
    const full = fullness(sql, id, input);
    if (full) return no('catalog_full', { max: full });
    sql.exec(
      `INSERT INTO product (id, body, place, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (id) DO UPDATE SET body = ?2, place = ?3, updated_ms = ?5, archived_ms = NULL`,
      id,
      JSON.stringify(body),
      placeOf(id, body),
      createdMs,
      act.nowMs,
    );
    replaceVariants(sql, id, input, ids, names, act.nowMs);
    const written = this.#written(id, ids.job, act.nowMs);
    writeAudit(sql, act, 'product.saved', id, productDetails(old, written.product));
    return ok(written);
  }

  #written(id: string, jobId: string, nowMs: number): ProductWritten {
    this.#lastShown.forget();
    const product = readProduct(this.#storage.sql, id);
    if (!product) throw new Error(`Product ${id} is gone in its own transaction`);
    return { product, jobId: queuePublishing(this.#storage, id, jobId, nowMs, nowMs + WRITER_MS) };
  }
}

/**
 * Queues bringing to Stripe what it does not have yet, of one product or of all; null when it has all,
 * or a run for it is queued that was not begun. Call it in a transaction.
 */
function queuePublishing(
  storage: DurableObjectStorage,
  productId: string | null,
  jobId: string,
  nowMs: number,
  dueMs: number,
): string | null {
  const { sql } = storage;
  if (!isBehind(sql, productId)) return null;
  const job = { kind: 'stripe.publish_products', productId } as const;
  const queued = sql.exec(
    "SELECT 1 FROM outbox WHERE state = 'open' AND fence = 0 AND due_ms <= ? AND body = ?",
    dueMs,
    JSON.stringify(job),
  );
  if (queued.toArray().length > 0) return null;
  enqueue(sql, jobId, job, nowMs, dueMs);
  armAlarm(storage);
  return jobId;
}

const stockChange = ({ id, stockUnits }: Variant, after: number | null): string =>
  `${id} ${stockUnits ?? 'unlimited'} to ${after ?? 'unlimited'}`;

const isVariantOf = (sql: SqlStorage, productId: string, id: string): boolean =>
  sql.exec('SELECT 1 FROM variant WHERE id = ? AND product = ?', id, productId).toArray().length >
  0;

/** The limit a catalogue would be above with this product; null when it fits. */
function fullness(sql: SqlStorage, id: string, { variants }: ProductInput): number | null {
  const { products } = sql
    .exec<{ products: number }>(
      'SELECT count(*) AS products FROM product WHERE archived_ms IS NULL AND id <> ?',
      id,
    )
    .one();
  if (products >= MAX_PRODUCTS) return MAX_PRODUCTS;
  const { prices } = sql
    .exec<{ prices: number }>(
      `SELECT count(*) AS prices FROM product_price JOIN variant ON variant.id = variant
       WHERE product_price.archived_ms IS NULL AND product <> ?`,
      id,
    )
    .one();
  const own = variants.reduce((sum, variant) => sum + variant.prices.length, 0);
  return prices + own > MAX_PRICES ? MAX_PRICES : null;
}
