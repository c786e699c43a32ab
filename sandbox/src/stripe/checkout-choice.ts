import { choose, offerOf } from './checkout-offer.ts';
import { findCode } from './coupons.ts';
import { codeDiscount } from './discounts.ts';
import { faults } from './faults.ts';
import type { Entity, Scope } from './scope.ts';

/** A way to send things, as a session offers it. */
interface ShippingOption {
  shipping_amount: number;
  shipping_rate: string;
}

/** The ways of sending that a session offers. */
export const shippingOptionsOf = (session: Entity): ShippingOption[] =>
  session.shipping_options as ShippingOption[];

/** Chooses one of the ways of sending that a session offers; undefined leaves it as it is. */
export function chooseShipping(scope: Scope, session: Entity, rate: string | undefined): Entity {
  if (rate === undefined) return session;
  if (!shippingOptionsOf(session).some((option) => option.shipping_rate === rate))
    throw faults.missing('shipping_rate', rate, 'shipping_rate', 400);
  return choose(scope, session, { shippingRate: rate });
}

/** A discount as a session has it: by the code that gave it, else by its coupon. */
export const asSessionHas = ({ source, promotion_code: code }: Entity) => ({
  coupon: code === null ? (source as { coupon: string }).coupon : null,
  promotion_code: code,
});

/** Takes the code that the buyer typed, or, for an empty one, takes back the one it had. */
export function typeCode(scope: Scope, session: Entity, code: string): Entity {
  if (session.allow_promotion_codes !== true)
    throw faults.wrongState('This Checkout Session takes no promotion codes.');
  if (code === '') return discounted(scope, session, []);
  const found = findCode(scope, code);
  if (!found) throw faults.wrongState('This code is invalid.', { param: 'promotion_code' });
  const { chosen, order } = offerOf(scope, session);
  const isOn = chosen.discounts.some(
    (id) => scope.get('discount', id)?.promotion_code === found.id,
  );
  if (isOn) return session;
  const discount = codeDiscount(scope, found, {
    customer: scope.get('customer', String(session.customer)),
    currency: String(session.currency),
    subtotalMinor: order.subtotalMinor,
    param: 'promotion_code',
  });
  return discounted(scope, session, [discount]);
}

function discounted(scope: Scope, session: Entity, discounts: Entity[]): Entity {
  const next = choose(scope, session, { discounts: discounts.map(({ id }) => id) });
  return scope.put('checkout.session', { ...next, discounts: discounts.map(asSessionHas) });
}
