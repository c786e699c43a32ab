import { page } from '../answer.ts';
import { change } from '../change.ts';
import { faults } from '../faults.ts';
import { integer, metadata, type Params, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';

/** `/v1/payment_intents`, `/v1/charges` and `/v1/invoice_payments`, to read, and `/v1/refunds`. */
export const payments: Resource = {
  'GET /v1/payment_intents/:id': (scope, _params, id) => scope.must('payment_intent', id),
  'GET /v1/payment_intents': (scope, params) =>
    page(scope.list('payment_intent'), params, '/v1/payment_intents'),
  'GET /v1/charges/:id': (scope, _params, id) => scope.must('charge', id),
  'GET /v1/charges': (scope, params) => page(scope.list('charge'), params, '/v1/charges'),
  'GET /v1/invoice_payments/:id': (scope, _params, id) => scope.must('invoice_payment', id),
  'GET /v1/invoice_payments': (scope, params) => {
    const [invoice, status] = [text(params, 'invoice'), text(params, 'status')];
    const found = scope
      .list('invoice_payment')
      .filter((one) => invoice === undefined || one.invoice === invoice)
      .filter((one) => status === undefined || one.status === status);
    return page(found, params, '/v1/invoice_payments');
  },
  'POST /v1/refunds': (scope, params) => refund(scope, params),
  'GET /v1/refunds/:id': (scope, _params, id) => scope.must('refund', id),
  'GET /v1/refunds': (scope, params) => page(scope.list('refund'), params, '/v1/refunds'),
};

/** Gives back a charge, or a part of it. */
function refund(scope: Scope, params: Params): Entity {
  const charge = chargeToRefund(scope, params);
  const left = Number(charge.amount_captured) - Number(charge.amount_refunded);
  const amount = integer(params, 'amount') ?? left;
  if (left === 0)
    throw faults.wrongState(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  if (amount < 1 || amount > left)
    throw faults.invalidParam(
      'amount',
      `Refund amount is greater than unrefunded amount on charge`,
    );
  const made = scope.put('refund', {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: scope.nowSeconds(),
    currency: charge.currency,
    metadata: metadata(params),
    payment_intent: charge.payment_intent,
    reason: text(params, 'reason') ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  });
  scope.emit('refund.created', made);
  change(scope, 'charge', 'charge.refunded', charge, {
    amount_refunded: Number(charge.amount_refunded) + amount,
    refunded: amount === left,
  });
  return made;
}

function chargeToRefund(scope: Scope, params: Params): Entity {
  const intentId = text(params, 'payment_intent');
  const chargeId =
    intentId === undefined
      ? text(params, 'charge')
      : String(scope.must('payment_intent', intentId, 'payment_intent').latest_charge);
  if (chargeId === undefined) throw faults.required('charge');
  return scope.must('charge', chargeId, 'charge');
}
