import { absentDecline, cardFails } from './cards.ts';
import { newIntent, refuse, succeed } from './payment-intents.ts';
import { numberOf } from './payment-methods.ts';
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
  const intent = scope.put(
    'payment_intent',
    newIntent(scope, {
      amount: Number(invoice.amount_due),
      currency: invoice.currency,
      customer: invoice.customer,
    }),
  );
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
  if (!isRefused)
    return succeed(scope, { ...intent, payment_method: method.id }).status === 'succeeded';
  refuse(scope, intent, method, absentDecline(numberOf(scope, method.id)) ?? 'declines');
  return false;
}

/** The id of the intent behind a payment of an invoice. */
export const intentIdOf = (payment: Entity): string =>
  (payment.payment as { payment_intent: string }).payment_intent;
