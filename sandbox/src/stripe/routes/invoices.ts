import { page } from '../answer.ts';
import { text } from '../form.ts';
import { subscriptionOf } from '../invoice-draft.ts';
import { previewInvoice } from '../preview.ts';
import type { Resource } from '../resource.ts';

/** `/v1/invoices`. */
export const invoices: Resource = {
  'GET /v1/invoices': (scope, params) => {
    const [customer, status] = [text(params, 'customer'), text(params, 'status')];
    const subscription = text(params, 'subscription');
    const found = scope
      .list('invoice')
      .filter((one) => customer === undefined || one.customer === customer)
      .filter((one) => status === undefined || one.status === status)
      .filter((one) => subscription === undefined || subscriptionOf(one) === subscription);
    return page(found, params, '/v1/invoices');
  },
  'GET /v1/invoices/:id': (scope, _params, id) => scope.must('invoice', id),
  'POST /v1/invoices/create_preview': (scope, params) => previewInvoice(scope, params),
};
