import type { ErrorCode } from '@dream/contract/errors';
import type { FailDetails } from '../http/fail.ts';

/** A line of an order, with how many of its pieces refunds were made or asked for. */
export interface RefundableLine {
  position: number;
  variantId: string;
  priceMinor: number;
  quantity: number;
  refundedQuantity: number;
}

/** What was paid for an order, and what of that is left to give back. */
export interface PaidAmounts {
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  totalMinor: number;
  leftMinor: number;
}

/** Pieces that come back. */
export interface AskedLine {
  variantId: string;
  quantity: number;
  restock?: boolean | undefined;
}

/** What a refund is of: pieces of lines, an amount, both, or all that is left. */
export interface AskedRefund {
  amountMinor: number | null;
  lines: readonly AskedLine[];
  /** Whether all pieces are for sale again; null where nothing was said. */
  restock: boolean | null;
}

/** Pieces of a line that are given back with a refund. */
export interface RefundedLine {
  position: number;
  quantity: number;
  restock: boolean;
}

export type RefundDecision =
  | { kind: 'refund'; amountMinor: number; lines: readonly RefundedLine[] }
  | { kind: 'refused'; code: ErrorCode; details: FailDetails };

/**
 * What a refund comes to. Pieces come to what was paid for them, with their share of discount and tax;
 * an amount beside them is given back instead. Nothing is ever more than is left, and no piece comes back
 * twice; `restocksByDefault` is for lines that say nothing of the stock.
 */
export function decideRefund(
  paid: PaidAmounts,
  lines: readonly RefundableLine[],
  asked: AskedRefund,
  restocksByDefault: boolean,
): RefundDecision {
  const { leftMinor } = paid;
  const refunded = refundedLines(lines, asked.lines, restocksByDefault);
  if ('kind' in refunded) return refunded;
  const ofLines = refunded.length === 0 ? leftMinor : linesMinor(paid, lines, refunded);
  const amountMinor = asked.amountMinor ?? Math.min(leftMinor, ofLines);
  if (amountMinor > leftMinor) return refused('refund_too_large', { leftMinor });
  // Pieces that cost nothing are nothing to give back.
  if (amountMinor < 1) return refused('order_not_refundable', { leftMinor });
  if (asked.restock === true && (refunded.length > 0 || amountMinor < leftMinor))
    return refused('restock_not_possible', { leftMinor });
  return { kind: 'refund', amountMinor, lines: refunded };
}

function refundedLines(
  lines: readonly RefundableLine[],
  asked: readonly AskedLine[],
  restocksByDefault: boolean,
): readonly RefundedLine[] | Extract<RefundDecision, { kind: 'refused' }> {
  const refunded: RefundedLine[] = [];
  for (const { variantId, quantity, restock = restocksByDefault } of asked) {
    const line = lines.find((one) => one.variantId === variantId);
    if (!line || refunded.some(({ position }) => position === line.position))
      return refused('order_line_not_found', { variantId });
    const leftQuantity = line.quantity - line.refundedQuantity;
    if (quantity > leftQuantity) return refused('order_line_refunded', { variantId, leftQuantity });
    refunded.push({ position: line.position, quantity, restock });
  }
  return refunded;
}

/**
 * What was paid for pieces: of what all products came to, by their price. It is the growth of what all
 * that came back is worth, so whatever comes back in which order, together it is what was paid for it.
 */
function linesMinor(
  paid: PaidAmounts,
  lines: readonly RefundableLine[],
  refunded: readonly RefundedLine[],
): number {
  const worth = (quantityOf: (line: RefundableLine) => number): number =>
    lines.reduce((sum, line) => sum + line.priceMinor * quantityOf(line), 0);
  const now = ({ position }: RefundableLine): number =>
    refunded.find((one) => one.position === position)?.quantity ?? 0;
  const wholeMinor = worth(({ quantity }) => quantity);
  const beforeMinor = worth(({ refundedQuantity }) => refundedQuantity);
  const afterMinor = worth((line) => line.refundedQuantity + now(line));
  const share = (minor: number): number =>
    wholeMinor === 0 ? 0 : Math.floor((productsMinor(paid) * minor) / wholeMinor);
  return share(afterMinor) - share(beforeMinor);
}

/** What was paid for the products: without shipping, and without the tax that was added for shipping. */
function productsMinor({
  subtotalMinor,
  discountMinor,
  shippingMinor,
  totalMinor,
}: PaidAmounts): number {
  const netMinor = Math.max(0, subtotalMinor - discountMinor);
  const addedTaxMinor = Math.max(0, totalMinor - netMinor - shippingMinor);
  const bearsTaxMinor = netMinor + shippingMinor;
  const ownTaxMinor = bearsTaxMinor === 0 ? 0 : (addedTaxMinor * netMinor) / bearsTaxMinor;
  return Math.min(totalMinor, Math.round(netMinor + ownTaxMinor));
}

const refused = (code: ErrorCode, details: FailDetails) =>
  ({ kind: 'refused', code, details }) as const;
