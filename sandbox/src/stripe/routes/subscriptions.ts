import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { flag, group, list, mergedMetadata, number, type Params, text } from '../form.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import {
  changeSubscription,
  charge,
  endNow,
  itemsOf,
  oneIntervalLater,
} from '../subscription-cycle.ts';
import type { Resource } from '../resource.ts';

/** `/v1/subscriptions` and `/v1/invoices`. */
export const subscriptions: Resource = {
  'GET /v1/subscriptions': (scope, params) => {
    const [customer, status, price] = ['customer', 'status', 'price'].map((name) =>
      text(params, name),
    );
    const found = scope
      .list('subscription')
      .filter(
        (s) =>
          (customer === undefined || s.customer === customer) &&
          (status === 'all' ||
            (status === undefined ? s.status !== 'canceled' : s.status === status)) &&
          (price === undefined || itemsOf(s).some((item) => item.price.id === price)),
      );
    return page(found, params, '/v1/subscriptions');
  },
  'GET /v1/subscriptions/:id': (scope, _params, id) => scope.must('subscription', id),
  'POST /v1/subscriptions/:id': (scope, params, id) =>
    updateSubscription(scope, scope.must('subscription', id), params),
  'DELETE /v1/subscriptions/:id': (scope, _params, id) => {
    const subscription = scope.must('subscription', id);
    if (subscription.status === 'canceled') throw faults.missing('subscription', id);
    return endNow(scope, subscription);
  },
  'GET /v1/invoices': (scope, params) => {
    const customer = text(params, 'customer');
    return page(
      scope.list('invoice').filter((i) => customer === undefined || i.customer === customer),
      params,
      '/v1/invoices',
    );
  },
  'GET /v1/invoices/:id': (scope, _params, id) => scope.must('invoice', id),
};

/** A subscription that begins now, as checkout makes it: not yet paid. */
export function startSubscription(
  scope: Scope,
  given: {
    customer: string;
    price: Entity;
    paymentMethod: string;
    metadata: Record<string, string>;
    trialDays: number;
  },
): Entity {
  const nowSeconds = scope.nowSeconds();
  const id = newId('sub');
  const trialEnd = given.trialDays > 0 ? nowSeconds + given.trialDays * 86_400 : null;
  const item = {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: nowSeconds,
    current_period_start: nowSeconds,
    current_period_end: trialEnd ?? oneIntervalLater(nowSeconds, given.price),
    discounts: [],
    metadata: {},
    price: given.price,
    quantity: 1,
    subscription: id,
    tax_rates: [],
  };
  return scope.put('subscription', {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: trialEnd ?? nowSeconds,
    billing_cycle_anchor_config: null,
    billing_mode: {
      flexible: { proration_discounts: 'included' },
      type: 'flexible',
      updated_at: nowSeconds,
    },
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    created: nowSeconds,
    currency: given.price.currency,
    customer: given.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: given.paymentMethod,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: { account_tax_ids: null, issuer: { type: 'self' } },
    items: {
      object: 'list',
      data: [item],
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    livemode: scope.livemode,
    metadata: given.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: nowSeconds,
    status: trialEnd === null ? 'active' : 'trialing',
    test_clock: null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: trialEnd === null ? null : nowSeconds,
  });
}

function updateSubscription(scope: Scope, old: Entity, params: Params): Entity {
  if (old.status === 'canceled')
    throw faults.wrongState(
      'A canceled subscription can only update its cancellation_details and metadata.',
    );
  const fields: Record<string, unknown> = {};
  if ('metadata' in params)
    fields.metadata = mergedMetadata(
      old.metadata as Record<string, string>,
      group(params, 'metadata'),
    );
  if ('cancel_at_period_end' in params)
    Object.assign(fields, atPeriodEnd(scope, old, flag(params, 'cancel_at_period_end') === true));
  if ('cancel_at' in params) {
    const at = number(params, 'cancel_at') ?? null;
    Object.assign(fields, { cancel_at: at, canceled_at: at === null ? null : scope.nowSeconds() });
  }
  const [change] = list(params, 'items');
  const price = change && text(change, 'price');
  if (price === undefined || price === itemsOf(old)[0]?.price.id)
    return changeSubscription(scope, old, fields);
  return changePrice(
    scope,
    old,
    scope.must('price', price, 'items[0][price]'),
    fields,
    text(params, 'proration_behavior'),
  );
}

function atPeriodEnd(scope: Scope, old: Entity, cancel: boolean): Record<string, unknown> {
  const end = itemsOf(old)[0]?.current_period_end ?? null;
  return cancel
    ? { cancel_at_period_end: true, cancel_at: end, canceled_at: scope.nowSeconds() }
    : { cancel_at_period_end: false, cancel_at: null, canceled_at: null };
}

function changePrice(
  scope: Scope,
  old: Entity,
  price: Entity,
  fields: Record<string, unknown>,
  proration = 'create_prorations',
): Entity {
  const items = old.items as { data: object[] };
  const data = itemsOf(old).map((item) => ({ ...item, price }));
  const next = changeSubscription(scope, old, { ...fields, items: { ...items, data } });
  if (proration !== 'always_invoice') return next;
  const item = itemsOf(old)[0];
  if (!item) return next;
  const left =
    (item.current_period_end - scope.nowSeconds()) /
    (item.current_period_end - item.current_period_start);
  const dueMinor = Math.round((Number(price.unit_amount) - Number(item.price.unit_amount)) * left);
  const invoice = charge(scope, next, 'subscription_update', Math.max(0, dueMinor));
  return changeSubscription(scope, next, { latest_invoice: invoice.id });
}
