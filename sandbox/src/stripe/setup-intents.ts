import { cardOfNumber } from './cards.ts';
import { faults } from './faults.ts';
import { nextAction } from './payment-intents.ts';
import { attach, declineFault, numberOf } from './payment-methods.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** An intent to keep a card, that waits for one or for its confirmation. */
export function newSetup(scope: Scope, given: Record<string, unknown>): Entity {
  const id = newId('seti');
  return {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    cancellation_reason: null,
    client_secret: `${id}_secret_${newId('s').slice(2)}`,
    created: scope.nowSeconds(),
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: scope.livemode,
    managed_payments: null,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    single_use_mandate: null,
    usage: 'off_session',
    ...given,
    status: given.payment_method ? 'requires_confirmation' : 'requires_payment_method',
  };
}

/** Keeps a card, or asks its owner first. Throws a card error for one that is refused at once. */
export function confirmSetup(
  scope: Scope,
  setup: Entity,
  how: { method: Entity; challengeUrl: (id: string) => string; returnUrl: string | null },
): Entity {
  if (!['requires_payment_method', 'requires_confirmation'].includes(String(setup.status)))
    throw unexpected(setup, 'confirm');
  const chosen = { ...setup, payment_method: how.method.id };
  const card = cardOfNumber(numberOf(scope, how.method.id));
  if (card?.declines && !card.attaches) {
    const { error } = declineFault(card.declines).body as { error: Record<string, unknown> };
    const failed = fail(scope, chosen, { ...error, payment_method: how.method });
    throw declineFault(card.declines, { payment_method: how.method, setup_intent: failed });
  }
  if (!card?.asks) return succeed(scope, chosen);
  const asked = scope.put('setup_intent', {
    ...chosen,
    next_action: nextAction(how.challengeUrl(setup.id), how.returnUrl),
    status: 'requires_action',
  });
  scope.emit('setup_intent.requires_action', asked);
  return asked;
}

/** What the owner of the card answered when it was asked. */
export function answerSetupChallenge(scope: Scope, setup: Entity, isOwner: boolean): Entity {
  if (setup.status !== 'requires_action') return setup;
  if (isOwner) return succeed(scope, { ...setup, next_action: null });
  return fail(scope, setup, {
    code: 'setup_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    payment_method: scope.must('payment_method', String(setup.payment_method)),
    type: 'invalid_request_error',
  });
}

function succeed(scope: Scope, setup: Entity): Entity {
  const method = scope.must('payment_method', String(setup.payment_method));
  if (typeof setup.customer === 'string') attach(scope, method, setup.customer);
  const done = scope.put('setup_intent', {
    ...setup,
    last_setup_error: null,
    status: 'succeeded',
  });
  scope.emit('setup_intent.succeeded', done);
  return done;
}

function fail(scope: Scope, setup: Entity, error: Record<string, unknown>): Entity {
  const failed = scope.put('setup_intent', {
    ...setup,
    last_setup_error: error,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  scope.emit('setup_intent.setup_failed', failed);
  return failed;
}

/** Ends an intent that has not kept a card yet. */
export function cancelSetup(scope: Scope, setup: Entity, reason: string | null): Entity {
  if (['succeeded', 'canceled'].includes(String(setup.status))) throw unexpected(setup, 'cancel');
  const canceled = scope.put('setup_intent', {
    ...setup,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  });
  scope.emit('setup_intent.canceled', canceled);
  return canceled;
}

const unexpected = (setup: Entity, verb: string) =>
  faults.wrongState(
    `You cannot ${verb} this SetupIntent because it has a status of ${setup.status}.`,
    { code: 'setup_intent_unexpected_state', setup_intent: setup },
  );
