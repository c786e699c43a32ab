import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { flag, link, metadata, type Params, text } from '../form.ts';
import { methodOf } from '../payment-methods.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';
import { cancelSetup, confirmSetup, newSetup } from '../setup-intents.ts';

/** `/v1/setup_intents`. The owner of a card is asked on a page below `baseUrl`. */
export const setupIntents = (baseUrl: () => string): Resource => {
  const confirmWith = (scope: Scope, setup: Entity, params: Params) => {
    const given = text(params, 'payment_method') ?? setup.payment_method;
    if (typeof given !== 'string')
      throw faults.wrongState(
        "You cannot confirm this SetupIntent because it's missing a payment method.",
        { code: 'setup_intent_unexpected_state', setup_intent: setup },
      );
    return confirmSetup(scope, setup, {
      method: methodOf(scope, given, 'payment_method'),
      challengeUrl: (id) => `${baseUrl()}/3ds/${id}`,
      returnUrl: link(params, 'return_url') ?? null,
    });
  };
  return {
    'POST /v1/setup_intents': (scope, params) => {
      const customer = text(params, 'customer') ?? null;
      if (customer !== null) scope.must('customer', customer, 'customer');
      const method = text(params, 'payment_method');
      const setup = scope.put(
        'setup_intent',
        newSetup(scope, {
          customer,
          description: text(params, 'description') ?? null,
          metadata: metadata(params),
          payment_method: method ? methodOf(scope, method, 'payment_method').id : null,
          usage: text(params, 'usage') ?? 'off_session',
        }),
      );
      scope.emit('setup_intent.created', setup);
      return flag(params, 'confirm') ? confirmWith(scope, setup, params) : setup;
    },
    'GET /v1/setup_intents': (scope, params) => {
      const customer = text(params, 'customer');
      const found = scope
        .list('setup_intent')
        .filter((one) => customer === undefined || one.customer === customer);
      return page(found, params, '/v1/setup_intents');
    },
    'GET /v1/setup_intents/:id': (scope, _params, id) => scope.must('setup_intent', id),
    'POST /v1/setup_intents/:id/confirm': (scope, params, id) =>
      confirmWith(scope, scope.must('setup_intent', id), params),
    'POST /v1/setup_intents/:id/cancel': (scope, params, id) =>
      cancelSetup(
        scope,
        scope.must('setup_intent', id),
        text(params, 'cancellation_reason') ?? null,
      ),
  };
};
