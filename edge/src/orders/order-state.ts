import type { OrderStatus } from '@dream/contract/orders';

/** What of a checkout session at Stripe says where its order stands. */
export interface SessionFacts {
  status: 'open' | 'complete' | 'expired';
  /** Whether all that was to be paid is; also when nothing was. */
  isPaid: boolean;
  /** Whether the payment it waits for is known not to come. */
  isPaymentFailed: boolean;
}

/** What of the payment says how much of it is left. */
export interface Money {
  totalMinor: number;
  refundedMinor: number;
}

/**
 * Where the pieces of an order are: `held` for it, `released` and for sale again, `sold`, or
 * `returned` after they were sold.
 */
export type Hold = 'held' | 'released' | 'sold' | 'returned';

/** A change of a variant's stock, for each piece of an order. */
export interface StockMove {
  stock: number;
  reserved: number;
}

/** Where an order stands by what Stripe says. One that we closed because it was asked is canceled. */
export function statusOf(
  session: SessionFacts,
  { totalMinor, refundedMinor }: Money,
  isCancelAsked: boolean,
): OrderStatus {
  if (session.status === 'open') return 'pending';
  if (session.status === 'expired') return isCancelAsked ? 'canceled' : 'expired';
  if (!session.isPaid) return session.isPaymentFailed ? 'failed' : 'processing';
  if (refundedMinor <= 0) return 'paid';
  return refundedMinor >= totalMinor ? 'refunded' : 'partially_refunded';
}

/** Orders whose pieces are kept for them: they may still be paid. */
export const OPEN_STATUSES = ['pending', 'processing'] as const satisfies readonly OrderStatus[];

/** Orders that were paid, whatever was given back since. */
export const PAID_STATUSES = [
  'paid',
  'partially_refunded',
  'refunded',
] as const satisfies readonly OrderStatus[];

export const isOpen = (status: OrderStatus): boolean =>
  OPEN_STATUSES.some((open) => open === status);

export const isPaid = (status: OrderStatus): boolean =>
  PAID_STATUSES.some((paid) => paid === status);

/** Whether what an order gives is its buyer's: what is left of it goes back when all the money does. */
export const givesCredits = (status: OrderStatus): boolean =>
  isPaid(status) && status !== 'refunded';

/**
 * Where the pieces are after an order came from one status to another. Whether a full refund gives them
 * back is decided when it is made (`isRestocked`): looked at again later, it moves nothing. One that
 * bounced sells them again. One that was paid with nothing gives them back when it is cancelled.
 */
export function holdAfter(
  before: { hold: Hold; status: OrderStatus },
  status: OrderStatus,
  isRestocked: boolean,
): Hold {
  if (isOpen(status)) return 'held';
  if (!isPaid(status)) return isPaid(before.status) ? 'returned' : 'released';
  if (status !== 'refunded') return 'sold';
  if (before.status === 'refunded') return before.hold;
  return isRestocked ? 'returned' : 'sold';
}

/** What of the stock is gone, and what is reserved, for a piece that is there. */
const VALUE: Readonly<Record<Hold, StockMove>> = {
  held: { stock: 0, reserved: 1 },
  released: { stock: 0, reserved: 0 },
  sold: { stock: -1, reserved: 0 },
  returned: { stock: 0, reserved: 0 },
};

/** What moves, a piece, when an order's pieces go from one place to another. */
export function stockMove(from: Hold, to: Hold): StockMove {
  return {
    stock: VALUE[to].stock - VALUE[from].stock,
    reserved: VALUE[to].reserved - VALUE[from].reserved,
  };
}
