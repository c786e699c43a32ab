import { page } from '../answer.ts';
import { change } from '../change.ts';
import { metadata, text, unsettable } from '../form.ts';
import { createInvoiceItem, deleteInvoiceItem } from '../invoice-manual.ts';
import type { Resource } from '../resource.ts';

/** `/v1/invoiceitems`. */
export const invoiceItems: Resource = {
  'POST /v1/invoiceitems': (scope, params) => createInvoiceItem(scope, params),
  'GET /v1/invoiceitems': (scope, params) => {
    const [customer, invoice] = [text(params, 'customer'), text(params, 'invoice')];
    const pending = text(params, 'pending');
    const found = scope
      .list('invoiceitem')
      .filter((one) => one.deleted !== true)
      .filter((one) => customer === undefined || one.customer === customer)
      .filter((one) => invoice === undefined || one.invoice === invoice)
      .filter((one) => pending === undefined || (one.invoice === null) === (pending === 'true'));
    return page(found, params, '/v1/invoiceitems');
  },
  'GET /v1/invoiceitems/:id': (scope, _params, id) => scope.must('invoiceitem', id),
  'POST /v1/invoiceitems/:id': (scope, params, id) => {
    const old = scope.must('invoiceitem', id);
    return change(scope, 'invoiceitem', 'invoiceitem.updated', old, {
      description: unsettable(params, 'description'),
      metadata: 'metadata' in params ? metadata(params, old.metadata) : undefined,
    });
  },
  'DELETE /v1/invoiceitems/:id': (scope, _params, id) =>
    deleteInvoiceItem(scope, scope.must('invoiceitem', id)),
};
