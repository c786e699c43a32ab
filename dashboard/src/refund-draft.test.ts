import type { Order } from '@dream/contract';
import { refundManagedOrder } from '@dream/contract/orders';
import { type GenericSchema, parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { eventWords, isToSend, leftMinor } from './order-words.ts';
import { newRefund, refundFault, refundInput, refundMinor, withPieces } from './refund-draft.ts';

const order: Order = {
  id: 'ord_1',
  number: 1001,
  status: 'partially_refunded',
  currency: 'usd',
  subtotalMinor: 5000,
  discountMinor: 0,
  shippingMinor: 500,
  taxMinor: 0,
  totalMinor: 5500,
  refundedMinor: 500,
  lines: [
    {
      productId: 'p',
      variantId: 'a',
      name: 'Quill',
      quantity: 2,
      priceMinor: 2000,
      totalMinor: 4000,
      refundedQuantity: 0,
    },
    {
      productId: 'p',
      variantId: 'b',
      name: 'Ink',
      quantity: 1,
      priceMinor: 1000,
      totalMinor: 1000,
      refundedQuantity: 0,
    },
  ],
  receiptUrl: null,
  fulfilled: null,
  createdAtMs: 1,
  paidAtMs: 2,
  customerId: null,
  email: null,
  name: null,
  phone: null,
  shippingAddress: null,
  dispute: null,
  restocked: false,
  checkoutId: null,
  paymentIntentId: null,
  chargeId: null,
};
const all = newRefund(order, true);
const part = (amount: string) => ({ ...all, kind: 'part' as const, amount });
const asked = (input: object) => parse(refundManagedOrder.body as GenericSchema, input);

describe('a refund', () => {
  it('of everything is of what is left now, so that trying it twice gives back no more', () => {
    expect(asked(refundInput(all, order, 5000))).toEqual({ amountMinor: 5000, restock: true });
  });

  it('of a part says nothing of the stock', () => {
    expect(asked(refundInput({ ...part('12.50'), reason: 'duplicate' }, order, 1250))).toEqual({
      amountMinor: 1250,
      reason: 'duplicate',
    });
  });

  it('of a part that is all there is, is one of everything', () => {
    expect(refundInput(part('50'), order, 5000)).toEqual({ amountMinor: 5000, restock: true });
  });

  it.each([
    ['', /amount/],
    ['0', /amount/],
    ['x', /amount/],
    ['50.01', /more than is left/],
  ])('of %j is not asked for', (amount, why) => {
    expect(refundFault(part(amount), order)).toMatch(why);
  });

  it('of lines is of the pieces that are left, for what the edge says, each with its place', () => {
    const lines = { ...all, kind: 'lines' as const };
    expect(refundFault(lines, order)).toMatch(/at least one piece/);
    const one = withPieces(lines, order, 0, { quantity: 1 });
    const both = withPieces(withPieces(one, order, 1, { quantity: 9 }), order, 1, {
      restock: false,
    });
    expect(refundFault(both, order)).toBe(null);
    expect(refundMinor(both, order, null)).toBe(null);
    expect(asked(refundInput(both, order, 2950))).toEqual({
      amountMinor: 2950,
      lines: [
        { variantId: 'a', quantity: 1, restock: true },
        { variantId: 'b', quantity: 1, restock: false },
      ],
    });
    expect(withPieces(one, order, 0, { quantity: -3 }).pieces[0]?.quantity).toBe(0);
    const [quill, ink] = order.lines;
    const less = { ...order, lines: [{ ...quill, refundedQuantity: 1 }, ink] } as Order;
    expect(withPieces(one, less, 0, { quantity: 2 }).pieces[0]?.quantity).toBe(1);
  });

  it('is of nothing when the order was not paid', () => {
    expect(leftMinor({ ...order, status: 'pending', refundedMinor: 0 })).toBe(0);
    expect(refundFault(all, { ...order, status: 'expired' })).toMatch(/amount/);
  });
});

it('has an order sent when it is paid and not on its way', () => {
  expect(isToSend(order)).toBe(true);
  expect(isToSend({ ...order, status: 'processing' })).toBe(false);
  const fulfilled = { atMs: 1, carrier: null, trackingUrl: null };
  expect(isToSend({ ...order, fulfilled })).toBe(false);
});

it('says what happened with amounts as money', () => {
  const event = {
    atMs: 1,
    by: 'stripe',
    type: 'refunded',
    details: { refundedMinor: 500 },
  } as const;
  expect(eventWords(event, 'usd')).toBe('Refunded · $5');
  const restocked = { atMs: 1, by: 'stripe', type: 'restocked', details: { pieces: 1 } } as const;
  expect(eventWords(restocked, 'usd')).toBe('Put back in stock · 1 piece');
});
