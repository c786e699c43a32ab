import { givenShipping } from '../address.ts';
import { page } from '../answer.ts';
import { chargeFault, limitMinor } from '../billing/charge-limits.ts';
import { faults } from '../faults.ts';
import { flag, integer, link, metadata, type Params, text, unsettable } from '../form.ts';
import { settle } from '../invoice-life.ts';
import { formatMoney } from '../pages/format.ts';
import { cancel, capture, confirm, newIntent } from '../payment-intents.ts';
import { methodOf } from '../payment-methods.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';

/** `/v1/payment_intents`. The owner of a card is asked on a page below `baseUrl`. */
export const paymentIntents = (baseUrl: () => string): Resource => {
  const challengeUrl = (id: string) => `${baseUrl()}/3ds/${id}`;
  const confirmWith = (scope: Scope, intent: Entity, params: Params) => {
    const given = text(params, 'payment_method') ?? intent.payment_method;
    if (typeof given !== 'string')
      throw faults.wrongState(
        "You cannot confirm this PaymentIntent because it's missing a payment method.",
        { code: 'payment_intent_unexpected_state', payment_intent: intent },
      );
    const confirmed = confirm(scope, intent, {
      method: methodOf(scope, given, 'payment_method'),
      isOffSession: flag(params, 'off_session') === true,
      challengeUrl,
      returnUrl: link(params, 'return_url') ?? null,
      failsOnAction: flag(params, 'error_on_requires_action') === true,
    });
    return settle(scope, confirmed);
  };
  return {
    'POST /v1/payment_intents': (scope, params) => {
      const intent = scope.put('payment_intent', newIntent(scope, intention(scope, params)));
      scope.emit('payment_intent.created', intent);
      return flag(params, 'confirm') ? confirmWith(scope, intent, params) : intent;
    },
    'GET /v1/payment_intents': (scope, params) => {
      const customer = text(params, 'customer');
      const found = scope
        .list('payment_intent')
        .filter((one) => customer === undefined || one.customer === customer);
      return page(found, params, '/v1/payment_intents');
    },
    'GET /v1/payment_intents/:id': (scope, _params, id) => scope.must('payment_intent', id),
    'POST /v1/payment_intents/:id': (scope, params, id) => update(scope, params, id),
    'POST /v1/payment_intents/:id/confirm': (scope, params, id) =>
      confirmWith(scope, scope.must('payment_intent', id), params),
    'POST /v1/payment_intents/:id/capture': (scope, params, id) =>
      capture(scope, scope.must('payment_intent', id), integer(params, 'amount_to_capture')),
    'POST /v1/payment_intents/:id/cancel': (scope, params, id) =>
      cancel(scope, scope.must('payment_intent', id), text(params, 'cancellation_reason') ?? null),
  };
};

/** What the parameters say of an intent to be. */
function intention(scope: Scope, params: Params) {
  const amount = amountOf(params);
  if (amount === undefined) throw faults.required('amount');
  const currency = text(params, 'currency')?.toLowerCase();
  if (currency === undefined) throw faults.required('currency');
  refuseAmount(amount, currency);
  const customer = text(params, 'customer') ?? null;
  if (customer !== null) scope.must('customer', customer, 'customer');
  const method = text(params, 'payment_method');
  const manual = text(params, 'capture_method') === 'manual';
  return {
    amount,
    currency,
    customer,
    ...(manual ? { capture_method: 'manual' } : {}),
    confirmation_method: text(params, 'confirmation_method') ?? 'automatic',
    description: text(params, 'description') ?? null,
    metadata: metadata(params),
    payment_method: method ? methodOf(scope, method, 'payment_method').id : null,
    receipt_email: text(params, 'receipt_email') ?? null,
    setup_future_usage: text(params, 'setup_future_usage') ?? null,
    shipping: givenShipping(params),
    statement_descriptor_suffix: text(params, 'statement_descriptor_suffix') ?? null,
  };
}

function refuseAmount(amountMinor: number, currency: string): void {
  const fault = chargeFault(amountMinor, currency);
  const limit = formatMoney(limitMinor(currency, fault), currency);
  if (fault === 'too_small') throw faults.amountTooSmall('amount', limit, 'amount');
  if (fault === 'too_large') throw faults.amountTooLarge('amount', limit, 'amount');
}

function amountOf(params: Params): number | undefined {
  const amount = integer(params, 'amount');
  if (amount !== undefined && amount < 1) throw faults.invalidInteger('amount', `${amount}`);
  return amount;
}

function update(scope: Scope, params: Params, id: string): Entity {
  const old = scope.must('payment_intent', id);
  if (['succeeded', 'canceled'].includes(String(old.status)) && 'amount' in params)
    throw faults.wrongState(
      `This PaymentIntent's amount could not be updated because it has a status of ${old.status}.`,
      { code: 'payment_intent_unexpected_state', payment_intent: old },
    );
  const method = text(params, 'payment_method');
  // No event tells of it at Stripe, either.
  return scope.put('payment_intent', {
    ...old,
    amount: amountOf(params) ?? old.amount,
    customer: text(params, 'customer') ?? old.customer,
    description: 'description' in params ? unsettable(params, 'description') : old.description,
    metadata: metadata(params, old.metadata),
    ...(method
      ? {
          payment_method: methodOf(scope, method, 'payment_method').id,
          status: 'requires_confirmation',
        }
      : {}),
  });
}
