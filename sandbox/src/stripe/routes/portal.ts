import { faults } from '../faults.ts';
import { text } from '../form.ts';
import { newId } from '../scope.ts';
import type { Resource } from '../resource.ts';

/** How long a portal page may be opened after it was made. */
export const PORTAL_SECONDS = 1_800;

/** `/v1/billing_portal/sessions`. */
export const portal = (baseUrl: () => string): Resource => ({
  'POST /v1/billing_portal/sessions': (scope, params) => {
    const customer = text(params, 'customer');
    if (customer === undefined) throw faults.required('customer');
    scope.must('customer', customer, 'customer');
    const id = newId('bps');
    return scope.put('billing_portal.session', {
      id,
      object: 'billing_portal.session',
      configuration: 'bpc_default',
      created: scope.nowSeconds(),
      customer,
      customer_account: null,
      flow: null,
      livemode: scope.livemode,
      locale: null,
      on_behalf_of: null,
      return_url: text(params, 'return_url') ?? null,
      url: `${baseUrl()}/p/session/${id}`,
    });
  },
});
