import { type Entity, newId, type Scope } from './scope.ts';
import { periodEnd } from './subscription-cycle.ts';

/** A subscription that begins now, as checkout makes it: not yet paid. */
export function startSubscription(
  scope: Scope,
  given: {
    customer: string;
    price: Entity;
    quantity: number;
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
    current_period_end: trialEnd ?? periodEnd(nowSeconds, nowSeconds, given.price),
    discounts: [],
    metadata: {},
    price: given.price,
    quantity: given.quantity,
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
