import type { CartPrice } from './cart.ts';
import { guestHeldUnits, type OrderRow, piecesOf } from './order.store.ts';
import { type Hold, stockMove } from './order-state.ts';
import type { RefundedLine } from './refund.ts';

type Row = {
  price_minor: number;
  currency: string;
  variant_id: string;
  variant_name: string;
  product_id: string;
  product_name: string;
  is_visible: number;
  is_shippable: number;
  max_per_order: number;
  is_archived: number;
  stock_units: number | null;
  reserved_units: number;
  credits: string | null;
  current_id: string | null;
  current_minor: number | null;
};

/**
 * A price by any id Stripe ever gave it, its variant, and what that costs now in the same currency, also
 * while Stripe does not have it yet.
 */
const PRICE = `SELECT price.price_minor, price.currency, variant.id AS variant_id,
    variant.name AS variant_name, product.id AS product_id, product.body ->> '$.name' AS product_name,
    product.body ->> '$.visible' AS is_visible, product.body ->> '$.shippable' AS is_shippable,
    product.body ->> '$.maxPerOrder' AS max_per_order,
    coalesce(product.archived_ms, variant.archived_ms) IS NOT NULL AS is_archived,
    variant.stock_units, variant.reserved_units, variant.credits,
    now.stripe_price_id AS current_id, now.price_minor AS current_minor
  FROM known_price
  JOIN product_price AS price ON price.id = known_price.price
  JOIN variant ON variant.id = price.variant
  JOIN product ON product.id = variant.product
  LEFT JOIN product_price AS now ON now.variant = variant.id AND now.currency = price.currency
    AND now.archived_ms IS NULL
  WHERE known_price.stripe_price_id = ?`;

/**
 * What is known of the prices a cart names; nothing of those that never were of this environment. What
 * the order `exceptId` holds counts as free: its pieces are the same buyer's.
 */
export function cartPrices(
  sql: SqlStorage,
  priceIds: readonly string[],
  exceptId: string,
): CartPrice[] {
  return priceIds.flatMap((priceId) =>
    sql
      .exec<Row>(PRICE, priceId)
      .toArray()
      .map((row) => cartPrice(sql, priceId, row, exceptId)),
  );
}

function cartPrice(sql: SqlStorage, priceId: string, row: Row, exceptId: string): CartPrice {
  const { current_id: currentId, current_minor: currentMinor } = row;
  const own = piecesOf(sql, exceptId)
    .filter(({ variantId }) => variantId === row.variant_id)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    priceId,
    priceMinor: row.price_minor,
    currency: row.currency,
    variantId: row.variant_id,
    productId: row.product_id,
    name: [row.product_name, row.variant_name].filter((name) => name !== '').join(' – '),
    isShippable: row.is_shippable === 1,
    credits: row.credits === null ? null : (JSON.parse(row.credits) as CartPrice['credits']),
    isForSale: row.is_archived === 0 && row.is_visible === 1,
    current: currentMinor === null ? null : { priceId: currentId, priceMinor: currentMinor },
    freeUnits: row.stock_units === null ? null : row.stock_units - row.reserved_units + own,
    guestHeldUnits: guestHeldUnits(sql, row.variant_id, exceptId),
    maxPerOrder: row.max_per_order,
  };
}

/**
 * Moves the pieces of an order from one place to another; call it in the transaction that changes the
 * order. Pieces of a stock that is not counted are reserved, too, for it may be counted by then.
 */
export function movePieces(sql: SqlStorage, orderId: string, from: Hold, to: Hold): void {
  const { stock, reserved } = stockMove(from, to);
  if (stock === 0 && reserved === 0) return;
  for (const { variantId, quantity } of piecesOf(sql, orderId))
    sql.exec(
      `UPDATE variant SET stock_units = stock_units + ?2, reserved_units = reserved_units + ?3
       WHERE id = ?1`,
      variantId,
      stock * quantity,
      reserved * quantity,
    );
}

/** Puts pieces of lines that were sold back in stock; call it in the transaction that says so. */
export function returnPieces(
  sql: SqlStorage,
  orderId: string,
  lines: readonly RefundedLine[],
): void {
  const { stock } = stockMove('sold', 'returned');
  for (const { position, quantity } of lines)
    sql.exec(
      `UPDATE variant SET stock_units = stock_units + ?3 WHERE id =
         (SELECT variant_id FROM store_order_line WHERE order_id = ?1 AND position = ?2)`,
      orderId,
      position,
      stock * quantity,
    );
}

/** Has pieces that were apart be where the order's others are; call it after they are not apart any more. */
export function takePiecesBack(
  sql: SqlStorage,
  { id, hold }: Pick<OrderRow, 'id' | 'hold'>,
  lines: readonly RefundedLine[],
): void {
  if (hold === 'returned') returnPieces(sql, id, lines);
}
