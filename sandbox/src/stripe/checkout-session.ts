import { addedTaxes, type Tax } from './billing/tax.ts';
import { offerOf } from './checkout-offer.ts';
import type { Entity, Scope } from './scope.ts';

/** Ends an open session; nobody can pay on it any more. */
export function expireSession(scope: Scope, session: Entity): Entity {
  const next = scope.put('checkout.session', { ...session, status: 'expired', url: null });
  scope.emit('checkout.session.expired', next);
  return next;
}

/** What a session sells, as the API lists it: in the order it was given. */
export function lineItems(scope: Scope, session: Entity): Entity[] {
  const { lines, order } = offerOf(scope, session);
  return lines.map(({ price, product, quantity }, index) => {
    const priced = order.lines[index];
    return {
      id: `li_${session.id.slice(-22)}${String(index).padStart(2, '0')}`,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: priced?.discountMinor ?? 0,
      amount_subtotal: priced?.subtotalMinor ?? 0,
      amount_tax: priced?.taxMinor ?? 0,
      amount_total: priced?.totalMinor ?? 0,
      currency: price.currency,
      description: product.name ?? null,
      discounts: discountsOn(scope, priced?.discounts ?? []),
      metadata: {},
      price,
      quantity,
      taxes: taxesOn(scope, priced?.taxes ?? []),
    };
  });
}

/** The sums of a session with what they are made of. */
export function brokenDown(scope: Scope, session: Entity): object {
  const { order } = offerOf(scope, session);
  const offs = new Map<string, number>();
  for (const { id, minor } of order.lines.flatMap(({ discounts }) => discounts))
    offs.set(id, (offs.get(id) ?? 0) + minor);
  const all = order.shipping ? [...order.lines, order.shipping] : order.lines;
  return {
    ...(session.total_details as object),
    breakdown: {
      discounts: discountsOn(
        scope,
        [...offs].map(([id, minor]) => ({ id, minor })),
      ),
      taxes: taxesOn(scope, addedTaxes(all.flatMap(({ taxes }) => taxes))),
    },
  };
}

const discountsOn = (scope: Scope, offs: readonly { id: string; minor: number }[]) =>
  offs.map(({ id, minor }) => ({ amount: minor, discount: scope.must('discount', id) }));

const taxesOn = (scope: Scope, taxes: readonly Tax[]) =>
  taxes.map(
    ({ amount, tax_rate_details: { tax_rate: rate }, taxability_reason, taxable_amount }) => ({
      amount,
      rate: scope.must('tax_rate', rate),
      taxability_reason,
      taxable_amount,
    }),
  );
