import { amountMinor, type Rate } from './billing/amount.ts';
import { chargeFault, limitMinor } from './billing/charge-limits.ts';
import { type Order, priceOrder } from './billing/order.ts';
import type { TaxRate } from './billing/tax.ts';
import { faults } from './faults.ts';
import { formatMoney } from './pages/format.ts';
import type { Entity, Scope } from './scope.ts';

/** One thing a session sells. */
export interface OfferLine {
  price: Entity;
  product: Entity;
  /** Null for a price that is paid by use. */
  quantity: number | null;
  taxRates: TaxRate[];
}

/** What a session sells, and what comes of it. There is at least one line. */
export interface Offer {
  lines: OfferLine[];
  trialDays: number;
  /** Of the subscription to be. */
  metadata: Record<string, string>;
  /** Fields of the payment intent to be. */
  payment: Record<string, unknown>;
  /** What it costs by what the buyer chose so far. */
  order: Order;
}

/** Keeps what a new session sells. Answers the amounts of the session. */
export function makeOffer(scope: Scope, id: string, given: Omit<Offer, 'order'>) {
  const order = orderOf(given.lines);
  scope.put('checkout.offer', {
    id,
    object: 'checkout.offer',
    ...given,
    lines: given.lines.map(({ price, quantity, taxRates }) => ({
      price: price.id,
      quantity,
      taxRates,
    })),
    order,
  });
  return amountsOf(order);
}

/** What a session sells. */
export function offerOf(scope: Scope, session: Entity): Offer {
  const kept = scope.must('checkout.offer', session.id) as unknown as Omit<Offer, 'lines'> & {
    lines: { price: string; quantity: number | null; taxRates: TaxRate[] }[];
  };
  const lines = kept.lines.map(({ price: id, ...line }) => {
    const price = scope.must('price', id);
    // A product that was deleted since then is still what was bought.
    const product = scope.get('product', String(price.product)) ?? {
      id: String(price.product),
      object: 'product',
    };
    return { ...line, price, product };
  });
  return { ...kept, lines };
}

/** What a session costs, as its fields say it. */
const amountsOf = ({ subtotalMinor, discountMinor, taxMinor, totalMinor, shipping }: Order) => ({
  amount_subtotal: subtotalMinor,
  amount_total: totalMinor,
  total_details: {
    amount_discount: discountMinor,
    amount_shipping: shipping?.subtotalMinor ?? 0,
    amount_tax: taxMinor,
  },
});

const orderOf = (lines: readonly OfferLine[]): Order =>
  priceOrder(
    lines.map(({ price, quantity, taxRates }) => ({
      minor: quantity === null ? 0 : amountMinor(price as unknown as Rate, quantity),
      product: String(price.product),
      taxRates,
    })),
    { reductions: [], shipping: null },
  );

/** Throws for a single payment that is too small or too large to be charged. Nothing at all is free. */
export function refuseAmount(totalMinor: number, currency: string): void {
  const fault = totalMinor === 0 ? null : chargeFault(totalMinor, currency);
  const limit = formatMoney(limitMinor(currency, fault), currency);
  if (fault === 'too_small') throw faults.amountTooSmall(TOTAL, limit);
  if (fault === 'too_large') throw faults.amountTooLarge(TOTAL, limit);
}

const TOTAL = "Checkout Session's total amount due";
