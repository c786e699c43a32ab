import type { Order } from '@dream/contract';
import { minorUnits } from './amount.ts';
import { leftMinor } from './order-words.ts';
import type { RefundInput, RefundLine } from './shop.ts';

/** A refund as it is chosen and typed: all that is left, pieces of lines, or an amount. */
export interface RefundDraft {
  kind: 'all' | 'lines' | 'part';
  amount: string;
  /** How many pieces of each line come back, and whether they are for sale again, by the line's place. */
  pieces: readonly { quantity: number; restock: boolean }[];
  reason: NonNullable<RefundInput['reason']> | '';
  restock: boolean;
}

/** A refund of all that is left. */
export const newRefund = ({ lines }: Order, restock: boolean): RefundDraft => ({
  kind: 'all',
  amount: '',
  pieces: lines.map(() => ({ quantity: 0, restock })),
  reason: '',
  restock,
});

/** How many pieces of each line can come back still. */
export const leftPieces = ({ lines }: Order): number[] =>
  lines.map(({ quantity, refundedQuantity }) => quantity - refundedQuantity);

/** The draft with another number of pieces of a line, never more than are left, or another place for them. */
export function withPieces(
  draft: RefundDraft,
  order: Order,
  line: number,
  change: Partial<{ quantity: number; restock: boolean }>,
): RefundDraft {
  const before = draft.pieces[line] ?? { quantity: 0, restock: draft.restock };
  const { quantity, restock } = { ...before, ...change };
  const most = leftPieces(order)[line] ?? 0;
  const whole = Math.min(most, Math.max(0, Math.trunc(quantity) || 0));
  return { ...draft, pieces: draft.pieces.with(line, { quantity: whole, restock }) };
}

/** The pieces that are chosen, as they are asked for. */
export const chosenLines = ({ pieces }: RefundDraft, { lines }: Order): RefundLine[] =>
  lines.flatMap(({ variantId }, at) => {
    const { quantity, restock } = pieces[at] ?? { quantity: 0, restock: false };
    return quantity > 0 ? [{ variantId, quantity, restock }] : [];
  });

/**
 * What is given back by a draft, in minor units; null when what was typed is no amount. What pieces come to
 * (`linesMinor`) is the edge's to say, null until it has.
 */
export function refundMinor(
  draft: RefundDraft,
  order: Order,
  linesMinor: number | null,
): number | null {
  if (draft.kind === 'all') return leftMinor(order);
  return draft.kind === 'lines' ? linesMinor : minorUnits(draft.amount, order.currency);
}

/** What is wrong with what is chosen or typed; null when nothing is. */
export function refundFault(draft: RefundDraft, order: Order): string | null {
  if (draft.kind === 'lines')
    return chosenLines(draft, order).length > 0 ? null : 'Choose at least one piece.';
  const minor = refundMinor(draft, order, null);
  if (minor === null || minor < 1) return 'Must be an amount above nothing, like 19 or 19.50.';
  return minor > leftMinor(order) ? 'That is more than is left of what was paid.' : null;
}

/** What is asked for. All pieces go back to the stock together with all that is left only. */
export function refundInput(draft: RefundDraft, order: Order, minor: number): RefundInput {
  const reason = draft.reason ? { reason: draft.reason } : {};
  if (draft.kind === 'lines')
    return { amountMinor: minor, lines: chosenLines(draft, order), ...reason };
  const isAll = minor === leftMinor(order);
  return { amountMinor: minor, ...reason, ...(isAll ? { restock: draft.restock } : {}) };
}

/** Which of the pieces go back to the stock, at the beginning of a sentence. */
export function piecesWords({ lines }: RefundInput): string {
  if (!lines) return 'The pieces are';
  const count = lines.reduce((sum, { quantity, restock }) => sum + (restock ? quantity : 0), 0);
  return count === 1 ? '1 piece is' : `${count.toLocaleString()} pieces are`;
}
