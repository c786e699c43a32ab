import { page } from '../answer.ts';
import { DECLINE_TEXT } from '../cards.ts';
import { change } from '../change.ts';
import { faults } from '../faults.ts';
import { flag, group, integer, metadata, type Params, text, unsettable } from '../form.ts';
import { linesOf, subscriptionOf } from '../invoice-draft.ts';
import { attempt, close, finalize, paid } from '../invoice-life.ts';
import { createInvoice, deleteDraft } from '../invoice-manual.ts';
import { previewInvoice } from '../preview.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';

/** `/v1/invoices`. */
export const invoices: Resource = {
  'POST /v1/invoices': (scope, params) => createInvoice(scope, params),
  'GET /v1/invoices': (scope, params) => page(found(scope, params), params, '/v1/invoices'),
  'POST /v1/invoices/create_preview': (scope, params) => previewInvoice(scope, params),
  'GET /v1/invoices/:id': (scope, _params, id) => scope.must('invoice', id),
  'POST /v1/invoices/:id': (scope, params, id) => {
    const old = scope.must('invoice', id);
    return change(scope, 'invoice', 'invoice.updated', old, {
      auto_advance: old.status === 'draft' ? flag(params, 'auto_advance') : undefined,
      default_payment_method: text(params, 'default_payment_method'),
      description: unsettable(params, 'description'),
      metadata: 'metadata' in params ? metadata(params, old.metadata) : undefined,
    });
  },
  'DELETE /v1/invoices/:id': (scope, _params, id) =>
    deleteDraft(scope, inState(scope, id, ['draft'], 'delete')),
  'GET /v1/invoices/:id/lines': (scope, params, id) =>
    page(linesOf(scope.must('invoice', id)).toReversed(), params, `/v1/invoices/${id}/lines`),
  'POST /v1/invoices/:id/finalize': (scope, params, id) => {
    const draft = inState(scope, id, ['draft'], 'finalize');
    return finalize(scope, { ...draft, auto_advance: flag(params, 'auto_advance') ?? true });
  },
  'POST /v1/invoices/:id/send': (scope, _params, id) => {
    const invoice = opened(scope, inState(scope, id, ['draft', 'open'], 'send'));
    scope.emit('invoice.sent', invoice);
    return invoice;
  },
  'POST /v1/invoices/:id/pay': (scope, params, id) => payNow(scope, id, params),
  'POST /v1/invoices/:id/void': (scope, _params, id) =>
    close(scope, inState(scope, id, ['open', 'uncollectible'], 'void'), 'void'),
  'POST /v1/invoices/:id/mark_uncollectible': (scope, _params, id) =>
    close(scope, inState(scope, id, ['open'], 'mark as uncollectible'), 'uncollectible'),
};

function found(scope: Scope, params: Params): Entity[] {
  const wanted = (name: string, value: unknown) => {
    const given = text(params, name);
    return given === undefined || value === given;
  };
  const created = group(params, 'created') ?? {};
  const [from, after] = [integer(created, 'gte'), integer(created, 'gt')];
  const [until, before] = [integer(created, 'lte'), integer(created, 'lt')];
  return scope
    .list('invoice')
    .filter((one) => one.deleted !== true)
    .filter(
      (one) =>
        wanted('customer', one.customer) &&
        wanted('status', one.status) &&
        wanted('collection_method', one.collection_method) &&
        wanted('subscription', subscriptionOf(one)),
    )
    .filter(({ created: at }) => {
      const seconds = Number(at);
      return (
        seconds >= (from ?? seconds) &&
        seconds > (after ?? seconds - 1) &&
        seconds <= (until ?? seconds) &&
        seconds < (before ?? seconds + 1)
      );
    });
}

/** Pays by the method that is given, or that would pay by itself. Throws when it is refused. */
function payNow(scope: Scope, id: string, params: Params): Entity {
  const known = scope.must('invoice', id);
  if (known.status === 'paid') throw faults.wrongState('Invoice is already paid');
  const invoice = opened(scope, inState(scope, id, ['draft', 'open', 'uncollectible'], 'pay'));
  if (invoice.status === 'paid') return invoice;
  if (flag(params, 'paid_out_of_band') === true) return paid(scope, invoice);
  const methodId = text(params, 'payment_method');
  const method =
    methodId === undefined
      ? {}
      : { method: scope.must('payment_method', methodId, 'payment_method') };
  const tried = attempt(scope, invoice, { ...method, isManual: true });
  if (tried.status === 'paid') return tried;
  const { code, message } = DECLINE_TEXT.declines;
  throw faults.declined(code, message);
}

const opened = (scope: Scope, invoice: Entity): Entity =>
  invoice.status === 'draft' ? finalize(scope, invoice) : invoice;

function inState(scope: Scope, id: string, states: string[], what: string): Entity {
  const invoice = scope.must('invoice', id);
  if (!states.includes(String(invoice.status)))
    throw faults.wrongState(
      `You can only ${what} an invoice in the states ${states.join(', ')}. This one is ${String(invoice.status)}.`,
    );
  return invoice;
}
