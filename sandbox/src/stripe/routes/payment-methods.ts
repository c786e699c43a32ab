import { page } from '../answer.ts';
import { accountOfIban } from '../bank-accounts.ts';
import { cardOfName, cardOfNumber } from '../cards.ts';
import { change } from '../change.ts';
import { faults } from '../faults.ts';
import { group, integer, metadata, type Params, text } from '../form.ts';
import {
  attach,
  type Billing,
  createBankAccount,
  createCard,
  methodOf,
} from '../payment-methods.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';

/** `/v1/payment_methods` and `/v1/customers/{id}/payment_methods`: cards, as Stripe tests with. */
export const paymentMethods: Resource = {
  'POST /v1/payment_methods': (scope, params) => create(scope, params),
  'GET /v1/payment_methods': (scope, params) =>
    list(scope, params, text(params, 'customer'), '/v1/payment_methods'),
  'GET /v1/customers/:id/payment_methods': (scope, params, id) =>
    list(scope, params, scope.must('customer', id).id, `/v1/customers/${id}/payment_methods`),
  'GET /v1/payment_methods/:id': (scope, _params, id) => scope.must('payment_method', id),
  'POST /v1/payment_methods/:id': (scope, params, id) => {
    const old = scope.must('payment_method', id);
    const card = group(params, 'card') ?? {};
    return change(scope, 'payment_method', 'payment_method.updated', old, {
      billing_details: billingOf(params, old.billing_details as Billing),
      card: {
        ...(old.card as object),
        ...('exp_month' in card ? { exp_month: integer(card, 'exp_month') } : {}),
        ...('exp_year' in card ? { exp_year: integer(card, 'exp_year') } : {}),
      },
      metadata: metadata(params, old.metadata),
    });
  },
  'POST /v1/payment_methods/:id/attach': (scope, params, id) => {
    const customer = text(params, 'customer');
    if (customer === undefined) throw faults.required('customer');
    scope.must('customer', customer, 'customer');
    return attach(scope, methodOf(scope, id), customer);
  },
  'POST /v1/payment_methods/:id/detach': (scope, _params, id) => {
    const old = scope.must('payment_method', id);
    if (old.customer === null)
      throw faults.wrongState(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
        { code: 'payment_method_unexpected_state' },
      );
    const detached = scope.put('payment_method', { ...old, customer: null });
    scope.emit('payment_method.detached', detached, { customer: old.customer });
    return detached;
  },
};

function list(scope: Scope, params: Params, customer: string | undefined, url: string) {
  const type = text(params, 'type');
  const found = scope
    .list('payment_method')
    .filter((one) => one.customer !== null && (customer === undefined || one.customer === customer))
    .filter((one) => type === undefined || one.type === type);
  return page(found, params, url);
}

function create(scope: Scope, params: Params): Entity {
  const type = text(params, 'type');
  if (type === undefined) throw faults.required('type');
  if (type === 'sepa_debit') {
    const iban = text(group(params, 'sepa_debit') ?? {}, 'iban');
    if (iban === undefined) throw faults.required('sepa_debit[iban]');
    const account = createBankAccount(scope, accountOfIban(iban), billingOf(params));
    return scope.put('payment_method', { ...account, metadata: metadata(params) });
  }
  if (type !== 'card')
    throw faults.invalidParam('type', 'This sandbox makes cards and SEPA accounts.');
  const card = group(params, 'card');
  if (!card) throw faults.required('card');
  const token = text(card, 'token');
  const known = token === undefined ? cardOfNumber(text(card, 'number') ?? '') : cardOfName(token);
  if (!known) {
    if (token !== undefined) throw faults.missing('token', token, 'card[token]', 400);
    throw faults.wrongCard();
  }
  const made = createCard(scope, known.number, billingOf(params));
  return scope.put('payment_method', { ...made, metadata: metadata(params) });
}

function billingOf(params: Params, old: Billing = {}): Billing {
  const given = group(params, 'billing_details') ?? {};
  const address = group(given, 'address');
  return {
    ...old,
    ...('email' in given ? { email: text(given, 'email') ?? null } : {}),
    ...('name' in given ? { name: text(given, 'name') ?? null } : {}),
    ...('phone' in given ? { phone: text(given, 'phone') ?? null } : {}),
    ...(address ? { address: { ...old.address, ...address } } : {}),
  };
}
