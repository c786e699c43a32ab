import { choose } from './checkout-offer.ts';
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
