import { page } from '../answer.ts';
import { group, mergedMetadata, type Params, text } from '../form.ts';
import { newId, type Scope } from '../scope.ts';
import { endNow } from '../subscription-cycle.ts';
import type { Resource } from '../resource.ts';

/** `/v1/customers` and `/v1/payment_methods`. */
export const customers: Resource = {
  'POST /v1/customers': (scope, params) => createCustomer(scope, params),
  'GET /v1/customers': (scope, params) => {
    const email = text(params, 'email');
    const found = scope.list('customer').filter((c) => email === undefined || c.email === email);
    return page(found, params, '/v1/customers');
  },
  'GET /v1/customers/:id': (scope, _params, id) => scope.must('customer', id),
  'POST /v1/customers/:id': (scope, params, id) => {
    const old = scope.must('customer', id);
    const next = scope.put('customer', {
      ...old,
      email: 'email' in params ? (text(params, 'email') ?? null) : old.email,
      name: 'name' in params ? (text(params, 'name') ?? null) : old.name,
      description:
        'description' in params ? (text(params, 'description') ?? null) : old.description,
      metadata: mergedMetadata(old.metadata as Record<string, string>, group(params, 'metadata')),
    });
    scope.emit('customer.updated', next, { email: old.email });
    return next;
  },
  'DELETE /v1/customers/:id': (scope, _params, id) => {
    const customer = scope.must('customer', id);
    for (const subscription of scope.list('subscription')) {
      if (subscription.customer === id && subscription.status !== 'canceled')
        endNow(scope, subscription);
    }
    scope.delete('customer', id);
    scope.emit('customer.deleted', customer);
    return { id, object: 'customer', deleted: true };
  },
  'GET /v1/payment_methods': (scope, params) => {
    const customer = text(params, 'customer');
    const found = scope
      .list('payment_method')
      .filter((m) => customer === undefined || m.customer === customer);
    return page(found, params, '/v1/payment_methods');
  },
  'GET /v1/payment_methods/:id': (scope, _params, id) => scope.must('payment_method', id),
};

/** A customer, as made by the API or by a checkout that was given none. */
export function createCustomer(scope: Scope, params: Params) {
  const customer = scope.put('customer', {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: scope.nowSeconds(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: text(params, 'description') ?? null,
    discount: null,
    email: text(params, 'email') ?? null,
    invoice_prefix: newId('i').slice(2, 10).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: scope.livemode,
    metadata: mergedMetadata({}, group(params, 'metadata')),
    name: text(params, 'name') ?? null,
    next_invoice_sequence: 1,
    phone: text(params, 'phone') ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  });
  scope.emit('customer.created', customer);
  return customer;
}
