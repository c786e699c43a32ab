import { givenAddress, givenShipping } from '../address.ts';
import { page } from '../answer.ts';
import { change } from '../change.ts';
import { group, metadata, type Params, text, unsettable } from '../form.ts';
import { attach, methodOf } from '../payment-methods.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import { endAt, isOver } from '../subscription-end.ts';
import { clockForCustomer } from '../test-clock.ts';
import type { Resource } from '../resource.ts';

/** `/v1/customers`. */
export const customers: Resource = {
  'POST /v1/customers': (scope, params) => {
    const customer = createCustomer(scope, params);
    return withMethod(scope, customer, params) ?? customer;
  },
  'GET /v1/customers': (scope, params) => {
    const [email, clock] = [text(params, 'email'), text(params, 'test_clock')];
    const found = scope
      .list('customer')
      .filter((c) => c.deleted !== true && (email === undefined || c.email === email))
      .filter((c) => c.test_clock === (clock ?? null));
    return page(found, params, '/v1/customers');
  },
  'GET /v1/customers/:id': (scope, _params, id) =>
    // A deleted one is still there to be read, as a stub.
    scope.get('customer', id) ?? scope.must('customer', id),
  'POST /v1/customers/:id': (scope, params, id) => {
    const old = scope.must('customer', id);
    return change(scope, 'customer', 'customer.updated', old, {
      email: unsettable(params, 'email'),
      name: unsettable(params, 'name'),
      phone: unsettable(params, 'phone'),
      description: unsettable(params, 'description'),
      metadata: metadata(params, old.metadata),
      address: params.address === '' ? null : (givenAddress(params) ?? undefined),
      shipping: params.shipping === '' ? null : (givenShipping(params) ?? undefined),
      tax_exempt: text(params, 'tax_exempt'),
      invoice_settings: settingsOf(scope, old, params),
    });
  },
  'DELETE /v1/customers/:id': (scope, _params, id) => {
    const customer = scope.must('customer', id);
    for (const subscription of scope.list('subscription')) {
      if (subscription.customer === id && !isOver(subscription))
        endAt(scope, subscription, scope.nowSeconds());
    }
    scope.emit('customer.deleted', customer);
    return scope.put('customer', { id, object: 'customer', deleted: true });
  },
};

/** Attaches the payment method a new customer comes with, and makes it the usual one if told. */
function withMethod(scope: Scope, customer: Entity, params: Params): Entity | undefined {
  const given = text(params, 'payment_method') ?? text(params, 'source');
  if (given === undefined) return undefined;
  const method = attach(scope, methodOf(scope, given, 'payment_method'), customer.id);
  const settings = group(params, 'invoice_settings') ?? {};
  const isUsual = text(settings, 'default_payment_method') === given || 'source' in params;
  if (!isUsual) return undefined;
  return scope.put('customer', {
    ...customer,
    invoice_settings: {
      ...(customer.invoice_settings as object),
      default_payment_method: method.id,
    },
  });
}

/** A customer's invoice settings after a change; undefined when none is given. */
function settingsOf(scope: Scope, old: Entity, params: Params): object | undefined {
  const given = group(params, 'invoice_settings');
  if (!given || !('default_payment_method' in given)) return undefined;
  const id = text(given, 'default_payment_method') ?? null;
  const method =
    id === null ? null : methodOf(scope, id, 'invoice_settings[default_payment_method]');
  if (method && method.customer !== old.id) attach(scope, method, old.id);
  return {
    ...(old.invoice_settings as object),
    default_payment_method: method?.id ?? null,
  };
}

/** A customer, as made by the API or by a checkout that was given none. */
export function createCustomer(scope: Scope, params: Params): Entity {
  const clockId = text(params, 'test_clock');
  const clock = clockId === undefined ? null : clockForCustomer(scope, clockId);
  const customer = scope.put('customer', {
    id: newId('cus'),
    object: 'customer',
    address: givenAddress(params),
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
    metadata: metadata(params),
    name: text(params, 'name') ?? null,
    next_invoice_sequence: 1,
    phone: text(params, 'phone') ?? null,
    preferred_locales: [],
    shipping: givenShipping(params),
    tax_exempt: text(params, 'tax_exempt') ?? 'none',
    test_clock: clock?.id ?? null,
  });
  scope.emit('customer.created', customer);
  return customer;
}
