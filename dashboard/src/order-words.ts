import type { Order, OrderEvent, OrderStatus } from '@dream/contract';
import { money } from './ui/format.ts';

/** A status as it is shown, and what it means for whoever sells. */
interface StatusWords {
  words: string;
  tone: 'good' | 'amber' | 'bad' | '';
  means: string;
}

/** Every status of an order, in the order a filter offers them. */
export const STATUS_WORDS: Readonly<Record<OrderStatus, StatusWords>> = {
  paid: { words: 'Paid', tone: 'good', means: 'The money is there. Send it.' },
  processing: {
    words: 'Money on its way',
    tone: 'amber',
    means:
      'The buyer is done; a bank transfer may take days. Send nothing yet. The pieces are kept.',
  },
  pending: {
    words: 'Not paid yet',
    tone: '',
    means:
      'The buyer is on Stripe’s page, or left it. The pieces are kept until that page expires.',
  },
  partially_refunded: {
    words: 'Refunded in part',
    tone: 'amber',
    means: 'A part of the money was given back.',
  },
  refunded: { words: 'Refunded', tone: '', means: 'All of the money was given back.' },
  failed: {
    words: 'Payment failed',
    tone: 'bad',
    means: 'The money did not come. The pieces are for sale again.',
  },
  expired: { words: 'Expired', tone: '', means: 'Nobody paid. The pieces are for sale again.' },
  canceled: {
    words: 'Cancelled',
    tone: '',
    means: 'It was closed before anybody paid. The pieces are for sale again.',
  },
};

/** Whether an order is paid, and not all of that was given back: so it may be sent, and refunded. */
export const isPaid = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'paid' || status === 'partially_refunded';

/** Whether it is on the seller to act: paid, and not on its way. */
export const isToSend = (order: Order): boolean => isPaid(order) && order.fulfilled === null;

/** What can be given back still. */
export const leftMinor = ({ status, totalMinor, refundedMinor }: Order): number =>
  isPaid({ status }) ? Math.max(0, totalMinor - refundedMinor) : 0;

const EVENT_WORDS: Readonly<Record<OrderEvent['type'], string>> = {
  created: 'Ordered',
  processing: 'The buyer is done; the money is on its way',
  paid: 'Paid',
  failed: 'The payment failed',
  expired: 'Expired: nobody paid',
  canceled: 'Cancelled',
  refund_asked: 'Refund asked for',
  refund_refused: 'The refund was refused',
  refunded: 'Refunded',
  restocked: 'Put back in stock',
  disputed: 'Disputed by the buyer',
  fulfilled: 'Sent',
  unfulfilled: 'No longer marked as sent',
  erased: 'The customer was erased: who bought is no longer known',
};

/** What happened to an order, in a line: with the amount or the reason where there is one. */
export function eventWords({ type, details }: OrderEvent, currency: string): string {
  const more = Object.entries(details ?? {}).map(([name, value]) =>
    detailWords(name, value, currency),
  );
  return [EVENT_WORDS[type], ...more].join(' · ');
}

function detailWords(name: string, value: string | number, currency: string): string {
  if (typeof value !== 'number') return value;
  if (name.endsWith('Minor')) return money(value, currency);
  return name === 'pieces' ? `${value} ${value === 1 ? 'piece' : 'pieces'}` : String(value);
}
