import { isMetered, periodLine, trialLine } from './billing/lines.ts';
import { periodEnd, type Recurring } from './billing/period.ts';
import { discountsAt, settleDiscounts } from './discounts.ts';
import type { Draft } from './invoice-draft.ts';
import { bill, type Payer } from './invoice-life.ts';
import { factsOf, periodOf } from './renewal.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { openItem, withQuantity } from './subscription-given.ts';
import { itemsOf } from './subscription-items.ts';

/** What a subscription begins with. */
export interface Beginning {
  customer: Entity;
  /** At least one; those paid by use have no quantity. */
  items: {
    price: Entity;
    quantity?: number | undefined;
    metadata?: Record<string, string>;
    taxRates?: Entity[];
  }[];
  trialEnd: number | null;
  metadata: Record<string, string>;
  /** Fields that differ from those of an ordinary subscription. */
  more?: Record<string, unknown>;
}

/** A subscription that begins now, not yet paid, and not yet kept anywhere. */
export function newSubscription(scope: Scope, given: Beginning): Entity {
  const nowSeconds = scope.nowSeconds();
  const { trialEnd, customer } = given;
  const id = newId('sub');
  const data = given.items.map(({ price, quantity, metadata = {}, taxRates = [] }, index) => {
    const end = trialEnd ?? periodEnd(nowSeconds, nowSeconds, price.recurring as Recurring);
    const period = { start: nowSeconds, end };
    const item = openItem(scope, { subscription: id, price, metadata, taxRates, period });
    return withQuantity(item, quantity, {
      name: `items[${index}]`,
      isGiven: quantity !== undefined,
    });
  });
  return {
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
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: nowSeconds,
    currency: given.items[0]?.price.currency,
    customer: customer.id,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      data,
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    livemode: scope.livemode,
    managed_payments: null,
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
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' },
    },
    trial_start: trialEnd === null ? null : nowSeconds,
    ...given.more,
  };
}

/** The first invoice of a subscription: a period in advance, or a trial that costs nothing. */
export function firstDraft(scope: Scope, subscription: Entity, customer: Entity): Draft {
  const facts = factsOf(scope, subscription);
  const nowSeconds = scope.nowSeconds();
  const isTrial = subscription.status === 'trialing';
  return {
    customer,
    subscription,
    currency: String(subscription.currency),
    lines: itemsOf(subscription)
      .filter((item) => !isMetered(item))
      .map((item) =>
        isTrial
          ? trialLine(item, facts)
          : periodLine(item, { period: periodOf(item), quantity: item.quantity ?? 1 }, facts),
      ),
    discounts: discountsAt(scope, subscription, nowSeconds),
    reason: 'subscription_create',
    period: { start: nowSeconds, end: nowSeconds },
  };
}

/**
 * Keeps a subscription that was paid for, or tried to be, and tells of it after its first invoice.
 * One whose invoice stays open is incomplete.
 */
export function begin(scope: Scope, started: Entity, payer: Payer = {}): Entity {
  scope.put('subscription', { ...started, status: withoutMoney(started) });
  settleDiscounts(scope, [], started);
  const customer = scope.must('customer', String(started.customer));
  const invoice = bill(scope, firstDraft(scope, started, customer), payer);
  return announce(scope, started, invoice);
}

/** Tells of a new subscription and of its first invoice, which is paid or not. */
export function announce(scope: Scope, started: Entity, invoice: Entity): Entity {
  const isOwing = invoice.status !== 'paid' && started.collection_method !== 'send_invoice';
  const subscription = scope.put('subscription', {
    ...started,
    // Its first invoice may have used up what was taken off once.
    discounts: scope.get('subscription', started.id)?.discounts ?? started.discounts,
    latest_invoice: invoice.id,
    status: isOwing ? withoutMoney(started) : started.status,
  });
  scope.emit('customer.subscription.created', subscription);
  return subscription;
}

const withoutMoney = ({ status }: Entity): unknown => (status === 'active' ? 'incomplete' : status);
