import { beginDebit, debitOf } from './bank-debits.ts';
import { absentDecline, cardOfNumber, type Decline } from './cards.ts';
import { change } from './change.ts';
import { charge } from './charges.ts';
import { faults } from './faults.ts';
import { attach, declineFault, numberOf } from './payment-methods.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** What an intent is made with; amounts are in minor units. */
export interface Intention {
  amount: number;
  currency: unknown;
  customer: unknown;
  [field: string]: unknown;
}

/** An intent that waits for a payment method, or for its confirmation. */
export function newIntent(scope: Scope, given: Intention): Entity {
  const id = newId('pi');
  const fields = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${newId('s').slice(2)}`,
    confirmation_method: 'automatic',
    created: scope.nowSeconds(),
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: scope.livemode,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_data: null,
    transfer_group: null,
    ...given,
  };
  const status = fields.payment_method ? 'requires_confirmation' : 'requires_payment_method';
  return { ...fields, status };
}

/** How a confirmation is made. */
export interface Confirmation {
  method: Entity;
  /** Without the owner of the card, who cannot be asked then. */
  isOffSession: boolean;
  /** Where the owner of the card is asked. */
  challengeUrl: (intentId: string) => string;
  returnUrl: string | null;
  /** Whether a question to the owner is an error. */
  failsOnAction: boolean;
}

/**
 * Pays an intent, or asks the owner of the card. Throws a card error for a card that is refused;
 * the intent then waits for another one.
 */
export function confirm(scope: Scope, intent: Entity, how: Confirmation): Entity {
  if (!['requires_payment_method', 'requires_confirmation'].includes(String(intent.status)))
    throw unexpected(intent, 'confirm');
  const chosen = { ...intent, payment_method: how.method.id };
  const number = numberOf(scope, how.method.id);
  const card = cardOfNumber(number);
  if (how.isOffSession && !debitOf(scope, how.method)) {
    const declined = absentDecline(number);
    if (declined) throw refused(scope, chosen, how.method, declined);
  }
  if (card?.declines) throw refused(scope, chosen, how.method, card.declines);
  if (card?.asks && !how.isOffSession) {
    if (how.failsOnAction) throw refused(scope, chosen, how.method, 'authentication_required');
    return ask(scope, chosen, how);
  }
  return succeed(scope, chosen);
}

function ask(scope: Scope, intent: Entity, how: Confirmation): Entity {
  const url = how.challengeUrl(intent.id);
  const asked = scope.put('payment_intent', {
    ...intent,
    next_action: nextAction(url, how.returnUrl),
    status: 'requires_action',
  });
  scope.emit('payment_intent.requires_action', asked);
  return asked;
}

/** What Stripe.js, or the browser by itself, is to do. */
export const nextAction = (url: string, returnUrl: string | null) =>
  returnUrl === null
    ? {
        type: 'use_stripe_sdk',
        use_stripe_sdk: { stripe_js: url, type: 'three_d_secure_redirect' },
      }
    : { redirect_to_url: { return_url: returnUrl, url }, type: 'redirect_to_url' };

/** What the owner of the card answered when it was asked. */
export function answerChallenge(scope: Scope, intent: Entity, isOwner: boolean): Entity {
  if (intent.status !== 'requires_action') return intent;
  if (isOwner) return succeed(scope, { ...intent, next_action: null });
  const method = scope.must('payment_method', String(intent.payment_method));
  const failed = scope.put('payment_intent', {
    ...intent,
    last_payment_error: {
      code: 'payment_intent_authentication_failure',
      message:
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
      payment_method: method,
      type: 'invalid_request_error',
    },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  scope.emit('payment_intent.payment_failed', failed);
  return failed;
}

/** Charges the payment method of an intent; a manual one is held, a bank account takes days. */
export function succeed(scope: Scope, intent: Entity): Entity {
  const method = scope.get('payment_method', String(intent.payment_method));
  if (method && debitOf(scope, method)) return beginDebit(scope, intent, method);
  const isHeld = intent.capture_method === 'manual';
  // The card goes to the customer first, as the charge names both.
  if (method && intent.setup_future_usage && typeof intent.customer === 'string')
    attach(scope, method, intent.customer);
  const id = newId('ch');
  const reached = scope.put('payment_intent', {
    ...intent,
    amount_capturable: isHeld ? intent.amount : 0,
    amount_received: isHeld ? 0 : intent.amount,
    last_payment_error: null,
    latest_charge: id,
    next_action: null,
    status: isHeld ? 'requires_capture' : 'succeeded',
  });
  charge(scope, { id, intent: reached, method, went: isHeld ? 'held' : 'paid' });
  scope.emit(
    isHeld ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded',
    reached,
  );
  return reached;
}

/** Notes on an intent that a payment method was refused. Answers the charge that failed. */
export function refuse(scope: Scope, intent: Entity, method: Entity, decline: Decline): Entity {
  const id = newId('ch');
  const made = charge(scope, { id, intent, method, went: decline });
  const { error } = declineFault(decline, { charge: made.id }).body as {
    error: Record<string, unknown>;
  };
  const failed = scope.put('payment_intent', {
    ...intent,
    last_payment_error: { ...error, payment_method: method },
    latest_charge: made.id,
    payment_method: null,
    status: 'requires_payment_method',
  });
  scope.emit('payment_intent.payment_failed', failed);
  return made;
}

function refused(scope: Scope, intent: Entity, method: Entity, decline: Decline) {
  const made = refuse(scope, intent, method, decline);
  return declineFault(decline, {
    charge: made.id,
    payment_intent: scope.must('payment_intent', intent.id),
    payment_method: method,
  });
}

/** Takes what an intent holds, or a part of it; the rest is let go. */
export function capture(scope: Scope, intent: Entity, amountMinor?: number): Entity {
  if (intent.status !== 'requires_capture') throw unexpected(intent, 'capture');
  const amount = amountMinor ?? Number(intent.amount_capturable);
  if (amount < 1 || amount > Number(intent.amount_capturable))
    throw faults.invalidParam(
      'amount_to_capture',
      'The amount to capture is greater than the amount that can be captured.',
    );
  const held = scope.must('charge', String(intent.latest_charge));
  const captured = { amount_captured: amount, captured: true };
  const next = scope.put('payment_intent', {
    ...intent,
    amount_capturable: 0,
    amount_received: amount,
    status: 'succeeded',
  });
  change(scope, 'charge', 'charge.captured', held, {
    ...captured,
    amount_refunded: Number(held.amount) - amount,
  });
  scope.emit('payment_intent.succeeded', next);
  return next;
}

/** Ends an intent that is not paid yet; what it holds goes back. */
export function cancel(scope: Scope, intent: Entity, reason: string | null): Entity {
  if (['succeeded', 'canceled', 'processing'].includes(String(intent.status)))
    throw unexpected(intent, 'cancel');
  const held = intent.status === 'requires_capture';
  const canceled = scope.put('payment_intent', {
    ...intent,
    amount_capturable: 0,
    canceled_at: scope.nowSeconds(),
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  });
  if (held) {
    const freed = scope.must('charge', String(intent.latest_charge));
    change(scope, 'charge', 'charge.refunded', freed, {
      amount_refunded: freed.amount,
      refunded: true,
    });
  }
  scope.emit('payment_intent.canceled', canceled);
  return canceled;
}

const unexpected = (intent: Entity, verb: string) =>
  faults.wrongState(
    `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    { code: 'payment_intent_unexpected_state', payment_intent: intent },
  );
