import { expect, it } from 'vitest';
import { type AskedLine, decideRefund, type PaidAmounts, type RefundableLine } from './refund.ts';

const line = (variantId: string, priceMinor: number, quantity: number): RefundableLine => ({
  position: variantId.charCodeAt(0),
  variantId,
  priceMinor,
  quantity,
  refundedQuantity: 0,
});
const LINES = [line('a', 1000, 3), line('b', 333, 1)];
const paid = (more: Partial<PaidAmounts> = {}): PaidAmounts => {
  const amounts = { subtotalMinor: 3333, discountMinor: 0, shippingMinor: 0, totalMinor: 3333 };
  const all = { ...amounts, ...more };
  return { leftMinor: all.totalMinor, ...all };
};
const of = (amounts: PaidAmounts, ...lines: AskedLine[]) =>
  decideRefund(amounts, LINES, { amountMinor: null, lines, restock: null }, false);
const minor = (amounts: PaidAmounts, ...lines: AskedLine[]) => {
  const decision = of(amounts, ...lines);
  return decision.kind === 'refund' ? decision.amountMinor : decision.code;
};
const two = { variantId: 'a', quantity: 2 };

it.each([
  ['nothing else was paid', {}, 2000],
  ['a tenth was taken off', { discountMinor: 333, totalMinor: 3000 }, 1800],
  ['a tax of a fifth came on top', { totalMinor: 4000 }, 2400],
  ['shipping was paid, which stays paid', { shippingMinor: 667, totalMinor: 4000 }, 2000],
  [
    'shipping was taxed as well, which stays paid with its tax',
    { shippingMinor: 667, totalMinor: 4800 },
    2400,
  ],
  ['less is left than they cost', { leftMinor: 1500 }, 1500],
])('two pieces of 10.00 come to their share when %s', (_, amounts, wanted) => {
  expect(minor(paid(amounts), two)).toBe(wanted);
});

it('whatever comes back in which order, all pieces come to all that was paid for products', () => {
  const amounts = paid({ discountMinor: 1000, shippingMinor: 500, totalMinor: 3001 });
  const ways = [
    ['a', 'a', 'a', 'b'],
    ['b', 'a', 'a', 'a'],
    ['a', 'b', 'a', 'a'],
  ];
  const sums = ways.map((way) => {
    const lines = LINES.map((one) => ({ ...one }));
    let sum = 0;
    for (const variantId of way) {
      const asked = { amountMinor: null, lines: [{ variantId, quantity: 1 }], restock: null };
      const decision = decideRefund(
        { ...amounts, leftMinor: amounts.totalMinor - sum },
        lines,
        asked,
        false,
      );
      if (decision.kind === 'refund') sum += decision.amountMinor;
      for (const one of lines) if (one.variantId === variantId) one.refundedQuantity += 1;
    }
    return sum;
  });
  const [first] = sums;
  expect(sums).toEqual(ways.map(() => first));
  expect(first).toBe(minor(amounts, { ...two, quantity: 3 }, { variantId: 'b', quantity: 1 }));
});

it.each([
  ['order_line_not_found', [{ variantId: 'c', quantity: 1 }]],
  ['order_line_not_found', [two, { variantId: 'a', quantity: 1 }]],
  ['order_line_refunded', [{ variantId: 'a', quantity: 4 }]],
])('is refused as %s', (code, lines) => {
  expect(minor(paid(), ...lines)).toBe(code);
});

it('gives back another amount for pieces where one is named, and never more than is left', () => {
  const asked = { lines: [two], restock: null };
  const kept = decideRefund(paid(), LINES, { ...asked, amountMinor: 1500 }, true);
  expect(kept).toEqual({
    kind: 'refund',
    amountMinor: 1500,
    lines: [{ position: 97, quantity: 2, restock: true }],
  });
  expect(decideRefund(paid(), LINES, { ...asked, amountMinor: 3334 }, true)).toMatchObject({
    code: 'refund_too_large',
  });
});

it('has the stock said line by line, or of all that is left', () => {
  const lines = [{ ...two, restock: false }];
  expect(
    decideRefund(paid(), LINES, { amountMinor: null, lines, restock: true }, true),
  ).toMatchObject({ code: 'restock_not_possible' });
  expect(
    decideRefund(paid(), LINES, { amountMinor: null, lines: [], restock: true }, true),
  ).toEqual({ kind: 'refund', amountMinor: 3333, lines: [] });
});
