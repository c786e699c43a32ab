import { cardFails } from './cards.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { itemsOf } from './subscription-items.ts';

/** Whether the card that pays for a subscription would refuse a charge now. */
export function wouldDecline(scope: Scope, subscription: Entity): boolean {
  const card = scope.get('card', String(subscription.default_payment_method));
  return cardFails(String(card?.number));
}

/**
 * Makes an invoice of a subscription and charges its card; the invoice stays open when declined.
 * The first one is paid with a card that was accepted a moment ago.
 */
export function billSubscription(
  scope: Scope,
  subscription: Entity,
  reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update',
  totalMinor: number,
): Entity {
  const open = scope.put('invoice', newInvoice(scope, subscription, reason, totalMinor));
  scope.emit('invoice.created', open);
  scope.emit('invoice.finalized', open);
  const isDeclined =
    totalMinor > 0 && reason !== 'subscription_create' && wouldDecline(scope, subscription);
  if (isDeclined) {
    scope.emit('invoice.payment_failed', open);
    return open;
  }
  const payments = totalMinor > 0 ? [payInvoice(scope, open, totalMinor)] : [];
  const paid = scope.put('invoice', {
    ...open,
    payments: { ...(open.payments as object), data: payments },
    status: 'paid',
    amount_paid: totalMinor,
    amount_remaining: 0,
    status_transitions: {
      ...(open.status_transitions as object),
      paid_at: scope.nowSeconds(),
    },
  });
  scope.emit('invoice.paid', paid);
  scope.emit('invoice.payment_succeeded', paid);
  return paid;
}

/** Charges for an invoice. Answers what ties the payment to it. */
function payInvoice(scope: Scope, invoice: Entity, totalMinor: number): Entity {
  const { currency, customer } = invoice;
  const intent = takePayment(scope, { totalMinor, currency, customer });
  const nowSeconds = scope.nowSeconds();
  return scope.put('invoice_payment', {
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: totalMinor,
    amount_requested: totalMinor,
    created: nowSeconds,
    currency,
    invoice: invoice.id,
    is_default: true,
    livemode: scope.livemode,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: nowSeconds },
  });
}

function newInvoice(
  scope: Scope,
  subscription: Entity,
  reason: string,
  totalMinor: number,
): Entity {
  const id = newId('in');
  const nowSeconds = scope.nowSeconds();
  const item = itemsOf(subscription)[0];
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: null,
    amount_due: totalMinor,
    amount_paid: 0,
    amount_overpaid: 0,
    amount_remaining: totalMinor,
    amount_shipping: 0,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: nowSeconds,
    currency: subscription.currency,
    customer: subscription.customer,
    default_payment_method: null,
    description: null,
    discounts: [],
    due_date: null,
    ending_balance: 0,
    hosted_invoice_url: null,
    invoice_pdf: null,
    livemode: scope.livemode,
    metadata: {},
    number: null,
    lines: {
      object: 'list',
      has_more: false,
      url: '/v1/invoices/lines',
      data: [
        {
          id: newId('il'),
          object: 'line_item',
          amount: totalMinor,
          currency: subscription.currency,
          description: null,
          discounts: [],
          invoice: id,
          livemode: scope.livemode,
          metadata: {},
          quantity: item?.quantity ?? 1,
          period: {
            start: item?.current_period_start ?? nowSeconds,
            end: item?.current_period_end ?? nowSeconds,
          },
          pricing: {
            type: 'price_details',
            price_details: { price: item?.price.id, product: item?.price.product },
            unit_amount_decimal: String(totalMinor),
          },
        },
      ],
    },
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    period_end: nowSeconds,
    period_start: nowSeconds,
    status: 'open',
    subtotal: totalMinor,
    total: totalMinor,
    total_taxes: [],
    payments: { object: 'list', data: [], has_more: false, url: '/v1/invoice_payments' },
    status_transitions: {
      finalized_at: nowSeconds,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
  };
}

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
