import { type Entity, newId, type Scope } from './scope.ts';

/** A payment that went through: its intent and its charge. Answers the intent. */
export function takePayment(
  scope: Scope,
  of: { totalMinor: number; currency: unknown; customer: unknown },
): Entity {
  const common = {
    amount: of.totalMinor,
    created: scope.nowSeconds(),
    currency: of.currency,
    customer: of.customer,
    livemode: scope.livemode,
    metadata: {},
    description: null,
  };
  const intentId = newId('pi');
  const charge = scope.put('charge', {
    id: newId('ch'),
    object: 'charge',
    ...common,
    amount_captured: of.totalMinor,
    amount_refunded: 0,
    captured: true,
    disputed: false,
    paid: true,
    payment_intent: intentId,
    refunded: false,
    status: 'succeeded',
  });
  const intent = scope.put('payment_intent', {
    id: intentId,
    object: 'payment_intent',
    ...common,
    amount_received: of.totalMinor,
    latest_charge: charge.id,
    status: 'succeeded',
  });
  scope.emit('charge.succeeded', charge);
  scope.emit('payment_intent.succeeded', intent);
  return intent;
}
