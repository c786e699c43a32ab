import type { OrderStatus } from '@dream/contract/orders';
import { describe, expect, it } from 'vitest';
import { type Hold, holdAfter, type SessionFacts, statusOf, stockMove } from './order-state.ts';

const session = (facts: Partial<SessionFacts>): SessionFacts => ({
  status: 'complete',
  isPaid: true,
  isPaymentFailed: false,
  ...facts,
});

describe('the status of an order', () => {
  const CASES: [OrderStatus, Partial<SessionFacts>, number, boolean][] = [
    ['pending', { status: 'open', isPaid: false }, 0, false],
    ['pending', { status: 'open', isPaid: false }, 0, true],
    ['expired', { status: 'expired', isPaid: false }, 0, false],
    ['canceled', { status: 'expired', isPaid: false }, 0, true],
    ['processing', { isPaid: false }, 0, false],
    ['failed', { isPaid: false, isPaymentFailed: true }, 0, false],
    ['paid', {}, 0, false],
    ['paid', {}, 0, true],
    ['partially_refunded', {}, 99, false],
    ['refunded', {}, 100, false],
  ];
  it.each(CASES)(
    'is %s for %j with %i of 100 given back, cancelling asked: %s',
    (status, facts, refundedMinor, isAsked) => {
      expect(statusOf(session(facts), { totalMinor: 100, refundedMinor }, isAsked)).toBe(status);
    },
  );

  it('is paid when there was nothing to pay', () => {
    expect(statusOf(session({}), { totalMinor: 0, refundedMinor: 0 }, false)).toBe('paid');
  });
});

describe('the pieces of an order', () => {
  const CASES: [Hold, OrderStatus, OrderStatus, boolean, Hold, number, number][] = [
    ['held', 'pending', 'pending', false, 'held', 0, 0],
    ['held', 'pending', 'processing', false, 'held', 0, 0],
    ['held', 'pending', 'paid', false, 'sold', -1, -1],
    ['held', 'pending', 'expired', false, 'released', 0, -1],
    ['held', 'processing', 'failed', false, 'released', 0, -1],
    ['held', 'pending', 'canceled', false, 'released', 0, -1],
    ['held', 'pending', 'refunded', true, 'returned', 0, -1],
    ['released', 'expired', 'paid', false, 'sold', -1, 0],
    ['sold', 'paid', 'partially_refunded', true, 'sold', 0, 0],
    ['sold', 'paid', 'refunded', false, 'sold', 0, 0],
    ['sold', 'partially_refunded', 'refunded', true, 'returned', 1, 0],
    ['sold', 'refunded', 'refunded', true, 'sold', 0, 0],
    ['returned', 'refunded', 'refunded', false, 'returned', 0, 0],
    ['returned', 'refunded', 'paid', true, 'sold', -1, 0],
    ['sold', 'paid', 'canceled', false, 'returned', 1, 0],
  ];
  it.each(CASES)(
    '%s go, when it was %s and is %s (restocked: %s), to %s: stock %i, reserved %i',
    (hold, was, status, isRestocked, to, stock, reserved) => {
      expect(holdAfter({ hold, status: was }, status, isRestocked)).toBe(to);
      expect(stockMove(hold, to)).toEqual({ stock, reserved });
    },
  );
});
