import type { Order } from '@dream/contract';
import { amountText, minorUnits } from './amount.ts';
import { leftMinor } from './order-words.ts';
import type { RefundInput } from './shop.ts';

/** A refund as it is chosen and typed. */
export interface RefundDraft {
  kind: 'all' | 'part';
  amount: string;
  /** How many pieces of each line the amount is for, by the line's place. */
  pieces: readonly number[];
  reason: NonNullable<RefundInput['reason']> | '';
  restock: boolean;
}

/** A refund of all that is left. */
export const newRefund = ({ lines }: Order, restock: boolean): RefundDraft => ({
  kind: 'all',
  amount: '',
  pieces: lines.map(() => 0),
  reason: '',
  restock,
});

/** The draft with so many pieces of a line, and the amount they cost; never more than is left. */
export function withPieces(
  draft: RefundDraft,
  order: Order,
  line: number,
  count: number,
): RefundDraft {
  const most = order.lines[line]?.quantity ?? 0;
  const pieces = draft.pieces.with(line, Math.min(most, Math.max(0, Math.trunc(count) || 0)));
  const cost = order.lines.reduce(
    (sum, { priceMinor }, at) => sum + priceMinor * (pieces[at] ?? 0),
    0,
  );
  const amount = cost === 0 ? '' : amountText(Math.min(cost, leftMinor(order)), order.currency);
  return { ...draft, pieces, amount };
}

/** What is given back by a draft, in minor units; null when what was typed is no amount. */
export const refundMinor = (draft: RefundDraft, order: Order): number | null =>
  draft.kind === 'all' ? leftMinor(order) : minorUnits(draft.amount, order.currency);

/** What is wrong with the amount; null when nothing is. */
export function refundFault(draft: RefundDraft, order: Order): string | null {
  const minor = refundMinor(draft, order);
  if (minor === null || minor < 1) return 'Must be an amount above nothing, like 19 or 19.50.';
  return minor > leftMinor(order) ? 'That is more than is left of what was paid.' : null;
}

/** What is asked for. Pieces go back to the stock with all that is left only. */
export function refundInput(draft: RefundDraft, order: Order): RefundInput {
  const minor = refundMinor(draft, order) ?? 0;
  return {
    amountMinor: minor,
    ...(draft.reason ? { reason: draft.reason } : {}),
    ...(minor === leftMinor(order) ? { restock: draft.restock } : {}),
  };
}
