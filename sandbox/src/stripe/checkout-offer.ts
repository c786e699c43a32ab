import { automaticRates } from './automatic-tax.ts';
import { amountMinor, type Rate } from './billing/amount.ts';
import { chargeFault, limitMinor } from './billing/charge-limits.ts';
import { type Order, type Ordered, priceOrder } from './billing/order.ts';
import type { TaxRate } from './billing/tax.ts';
import { reductionsOf } from './discounts.ts';
import { faults } from './faults.ts';
import { formatMoney } from './pages/format.ts';
import type { Entity, Scope } from './scope.ts';
import { shippingMinor } from './shipping-rates.ts';

/** One thing a session sells. */
export interface OfferLine {
  price: Entity;
  product: Entity;
  /** Null for a price that is paid by use. */
  quantity: number | null;
  taxRates: TaxRate[];
}

/** What the buyer chose so far, or the seller for it. */
export interface Chosen {
  shippingRate: string | null;
  /** The discounts, by their ids. */
  discounts: string[];
  /** Where the buyer is taxed. */
  country: string | null;
}

/** What a session sells, and what comes of it. There is at least one line. */
export interface Offer {
  lines: OfferLine[];
  trialDays: number;
  /** Of the subscription to be. */
  metadata: Record<string, string>;
  /** Fields of the payment intent to be. */
  payment: Record<string, unknown>;
  /** What of the customer the session may change. */
  customerUpdate: Record<string, string>;
  chosen: Chosen;
  /** What it costs by that. */
  order: Order;
}

/** Keeps what a new session sells. Answers the session with what it costs. */
export function makeOffer(scope: Scope, session: Entity, given: Omit<Offer, 'order'>): Entity {
  const order = orderOf(scope, session, given);
  keep(scope, session, { ...given, order });
  return priced(session, given.chosen, order);
}

/** Changes what the buyer chose on an open session, and with it what that costs. */
export function choose(scope: Scope, session: Entity, choice: Partial<Chosen>): Entity {
  const offer = offerOf(scope, session);
  const chosen = { ...offer.chosen, ...choice };
  const order = orderOf(scope, session, { ...offer, chosen });
  keep(scope, session, { ...offer, chosen, order });
  return scope.put('checkout.session', priced(session, chosen, order));
}

function keep(scope: Scope, { id }: Entity, offer: Offer): void {
  const lines = offer.lines.map(({ price, quantity, taxRates }) => ({
    price: price.id,
    quantity,
    taxRates,
  }));
  scope.put('checkout.offer', { ...offer, id, object: 'checkout.offer', lines });
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

const isTaxed = (session: Entity): boolean =>
  (session.automatic_tax as { enabled: boolean }).enabled;

/** A session with what it costs, as its fields say it. */
function priced(session: Entity, { shippingRate, country }: Chosen, order: Order): Entity {
  const { subtotalMinor, discountMinor, taxMinor, totalMinor, shipping } = order;
  const tax = session.automatic_tax as object;
  const status = country === null ? 'requires_location_inputs' : 'complete';
  return {
    ...session,
    automatic_tax: isTaxed(session) ? { ...tax, status } : tax,
    amount_subtotal: subtotalMinor,
    amount_total: totalMinor,
    shipping_cost: shipping && {
      amount_subtotal: shipping.subtotalMinor,
      amount_tax: shipping.taxMinor,
      amount_total: shipping.totalMinor,
      shipping_rate: shippingRate,
    },
    total_details: {
      amount_discount: discountMinor,
      amount_shipping: shipping?.subtotalMinor ?? 0,
      amount_tax: taxMinor,
    },
  };
}

function orderOf(
  scope: Scope,
  session: Entity,
  { lines, chosen }: Pick<Offer, 'lines' | 'chosen'>,
): Order {
  const customer = scope.get('customer', String(session.customer));
  const currency = String(session.currency);
  const ratesOf = (behavior: unknown, code: unknown): TaxRate[] =>
    isTaxed(session)
      ? automaticRates(scope, {
          country: chosen.country,
          currency,
          behavior,
          code,
          exempt: customer?.tax_exempt,
        })
      : [];
  const ordered = lines.map(
    ({ price, product, quantity, taxRates }): Ordered => ({
      minor: quantity === null ? 0 : amountMinor(price as unknown as Rate, quantity),
      product: product.id,
      taxRates: taxRates.length > 0 ? taxRates : ratesOf(price.tax_behavior, product.tax_code),
    }),
  );
  const rate =
    chosen.shippingRate === null ? null : scope.must('shipping_rate', chosen.shippingRate);
  const shipping = rate && {
    minor: shippingMinor(rate, currency) ?? 0,
    product: null,
    taxRates: ratesOf(rate.tax_behavior, rate.tax_code),
  };
  const discounts = chosen.discounts.map((id) => scope.must('discount', id));
  return priceOrder(ordered, { reductions: reductionsOf(scope, discounts, currency), shipping });
}

/** Throws for a single payment that is too small or too large to be charged. Nothing at all is free. */
export function refuseAmount(session: Entity): void {
  if (session.mode !== 'payment' || session.amount_total === 0) return;
  const currency = String(session.currency);
  const fault = chargeFault(Number(session.amount_total), currency);
  const limit = formatMoney(limitMinor(currency, fault), currency);
  if (fault === 'too_small') throw faults.amountTooSmall(TOTAL, limit);
  if (fault === 'too_large') throw faults.amountTooLarge(TOTAL, limit);
}

const TOTAL = "Checkout Session's total amount due";
