import { amountMinor, type Rate } from './billing/amount.ts';
import type { Entity, Scope } from './scope.ts';

/** Ends an open session; nobody can pay on it any more. */
export function expireSession(scope: Scope, session: Entity): Entity {
  const next = scope.put('checkout.session', { ...session, status: 'expired', url: null });
  scope.emit('checkout.session.expired', next);
  return next;
}

/** One thing a session sells. */
export interface OfferLine {
  price: Entity;
  product: Entity;
  /** Null for a price that is paid by use. */
  quantity: number | null;
}

/** What a session sells. There is at least one line. */
export interface Offer {
  lines: OfferLine[];
  trialDays: number;
  /** Of the subscription to be. */
  metadata: Record<string, string>;
}

/** What a session sells. */
export function offerOf(scope: Scope, session: Entity): Offer {
  const offer = scope.must('checkout.offer', session.id);
  const lines = (offer.lines as { price: string; quantity: number | null }[]).map((line) => {
    const price = scope.must('price', line.price);
    return {
      price,
      product: scope.must('product', String(price.product)),
      quantity: line.quantity,
    };
  });
  return {
    lines,
    trialDays: Number(offer.trialDays),
    metadata: offer.metadata as Record<string, string>,
  };
}

/** What a session sells, as the API lists it. */
export function lineItems(scope: Scope, session: Entity): Entity[] {
  return offerOf(scope, session).lines.map(({ price, product, quantity }, index) => {
    const minor = quantity === null ? 0 : amountMinor(price as unknown as Rate, quantity);
    return {
      id: `li_${session.id.slice(-22)}${String(index).padStart(2, '0')}`,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: minor,
      amount_tax: 0,
      amount_total: minor,
      currency: price.currency,
      description: product.name,
      metadata: {},
      price,
      quantity,
    };
  });
}
