import { cardFails, cardOutcome, DECLINE_TEXT } from './cards.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** What would pay for an invoice: its own method, its subscription's, or its customer's. */
export function methodFor(
  scope: Scope,
  of: { customer: Entity; subscription: Entity | null; invoice?: Entity },
): Entity | null {
  const settings = of.customer.invoice_settings as { default_payment_method?: unknown } | undefined;
  const candidates = [
    of.invoice?.default_payment_method,
    of.subscription?.default_payment_method,
    settings?.default_payment_method,
  ];
  const id = candidates.find((one) => typeof one === 'string');
  return scope.get('payment_method', String(id)) ?? null;
}

/** Whether a method refuses a charge that is made without its owner. */
export const refuses = (scope: Scope, method: Entity | null): boolean =>
  method === null || cardFails(String(scope.get('card', method.id)?.number));

/** Opens the payment of an invoice: a payment intent, and what ties it to the invoice. */
export function openPayment(scope: Scope, invoice: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  const intent = scope.put('payment_intent', {
    id: newId('pi'),
    object: 'payment_intent',
    amount: invoice.amount_due,
    amount_received: 0,
    created: nowSeconds,
    currency: invoice.currency,
    customer: invoice.customer,
    description: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: scope.livemode,
    metadata: {},
    payment_method: null,
    status: 'requires_payment_method',
  });
  scope.emit('payment_intent.created', intent);
  return scope.put('invoice_payment', {
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: nowSeconds,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: scope.livemode,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

/** The payment of an invoice that is not over, if it has one. */
export const openPaymentOf = (scope: Scope, invoice: Entity): Entity | undefined =>
  scope.list('invoice_payment').find((one) => one.invoice === invoice.id && one.status === 'open');

/** Charges a method for a payment. Answers whether the money came. */
export function charge(
  scope: Scope,
  payment: Entity,
  { method, isRefused }: { method: Entity | null; isRefused: boolean },
): boolean {
  const intent = scope.must('payment_intent', intentIdOf(payment));
  if (method === null) return false;
  const error = isRefused ? refusal(scope, method) : null;
  const made = scope.put('charge', {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: error ? 0 : intent.amount,
    amount_refunded: 0,
    captured: error === null,
    created: scope.nowSeconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: null,
    disputed: false,
    failure_code: error?.code ?? null,
    failure_message: error?.message ?? null,
    livemode: scope.livemode,
    metadata: {},
    paid: error === null,
    payment_intent: intent.id,
    payment_method: method.id,
    refunded: false,
    status: error ? 'failed' : 'succeeded',
  });
  const next = scope.put('payment_intent', {
    ...intent,
    amount_received: made.amount_captured,
    last_payment_error: error && { ...error, type: 'card_error', payment_method: method },
    latest_charge: made.id,
    payment_method: error ? null : method.id,
    status: error ? 'requires_payment_method' : 'succeeded',
  });
  scope.emit(error ? 'charge.failed' : 'charge.succeeded', made);
  scope.emit(error ? 'payment_intent.payment_failed' : 'payment_intent.succeeded', next);
  return error === null;
}

/** The id of the intent behind a payment of an invoice. */
export const intentIdOf = (payment: Entity): string =>
  (payment.payment as { payment_intent: string }).payment_intent;

function refusal(scope: Scope, method: Entity) {
  const outcome = cardOutcome(String(scope.get('card', method.id)?.number));
  const known = outcome === 'insufficient_funds' ? outcome : 'declines';
  const { code: decline_code, message } = DECLINE_TEXT[known];
  return { code: 'card_declined', decline_code, message };
}
