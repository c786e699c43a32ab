import { page } from '../answer.ts';
import { change } from '../change.ts';
import { closeDispute, giveEvidence } from '../disputes.ts';
import { faults } from '../faults.ts';
import { flag, integer, metadata, type Params, text, unsettable } from '../form.ts';
import { capture } from '../payment-intents.ts';
import { refund, updateRefund } from '../refunds.ts';
import type { Resource } from '../resource.ts';
import type { Kind, Scope } from '../scope.ts';

/** Those of a kind whose fields are as the parameters of the same names say. */
const matching = (scope: Scope, kind: Kind, params: Params, names: string[]) => {
  const wanted = names
    .map((name) => [name, text(params, name)] as const)
    .filter(([, value]) => value !== undefined);
  return scope.list(kind).filter((one) => wanted.every(([name, value]) => one[name] === value));
};

/** `/v1/charges`, `/v1/refunds`, `/v1/disputes`, and `/v1/invoice_payments` to read. */
export const payments: Resource = {
  'GET /v1/charges/:id': (scope, _params, id) => scope.must('charge', id),
  'GET /v1/charges': (scope, params) =>
    page(matching(scope, 'charge', params, ['customer', 'payment_intent']), params, '/v1/charges'),
  'POST /v1/charges/:id': (scope, params, id) =>
    change(scope, 'charge', 'charge.updated', scope.must('charge', id), {
      description: unsettable(params, 'description'),
      metadata: metadata(params, scope.must('charge', id).metadata),
      receipt_email: unsettable(params, 'receipt_email'),
    }),
  'POST /v1/charges/:id/capture': (scope, params, id) => {
    const charge = scope.must('charge', id);
    if (charge.captured === true)
      throw faults.wrongState(`Charge ${id} has already been captured.`, {
        code: 'charge_already_captured',
      });
    const intent = scope.must('payment_intent', String(charge.payment_intent));
    capture(scope, intent, integer(params, 'amount'));
    return scope.must('charge', id);
  },
  'GET /v1/invoice_payments/:id': (scope, _params, id) => scope.must('invoice_payment', id),
  'GET /v1/invoice_payments': (scope, params) =>
    page(
      matching(scope, 'invoice_payment', params, ['invoice', 'status']),
      params,
      '/v1/invoice_payments',
    ),
  'POST /v1/refunds': (scope, params) => refund(scope, params),
  'POST /v1/refunds/:id': (scope, params, id) => {
    const old = scope.must('refund', id);
    return updateRefund(scope, old, { metadata: metadata(params, old.metadata) });
  },
  'GET /v1/refunds/:id': (scope, _params, id) => scope.must('refund', id),
  'GET /v1/refunds': (scope, params) =>
    page(matching(scope, 'refund', params, ['charge', 'payment_intent']), params, '/v1/refunds'),
  'GET /v1/disputes/:id': (scope, _params, id) => scope.must('dispute', id),
  'GET /v1/disputes': (scope, params) =>
    page(matching(scope, 'dispute', params, ['charge', 'payment_intent']), params, '/v1/disputes'),
  'POST /v1/disputes/:id': (scope, params, id) => {
    const old = openDisputeOf(scope, id);
    const noted =
      'metadata' in params
        ? change(scope, 'dispute', 'charge.dispute.updated', old, {
            metadata: metadata(params, old.metadata),
          })
        : old;
    return 'evidence' in params || flag(params, 'submit')
      ? giveEvidence(scope, noted, params)
      : noted;
  },
  'POST /v1/disputes/:id/close': (scope, _params, id) =>
    closeDispute(scope, openDisputeOf(scope, id), false),
};

function openDisputeOf(scope: Scope, id: string) {
  const dispute = scope.must('dispute', id);
  if (['won', 'lost', 'warning_closed'].includes(String(dispute.status)))
    throw faults.wrongState('This dispute is already closed.');
  return dispute;
}
