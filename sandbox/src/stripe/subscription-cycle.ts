import { cardOutcome } from './cards.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** A subscription's one item, as the wire has it. */
export type Item = {
  id: string;
  price: Entity;
  current_period_start: number;
  current_period_end: number;
  [field: string]: unknown;
};

/** The items of a subscription. */
export const itemsOf = (subscription: Entity): Item[] =>
  (subscription.items as { data: Item[] }).data;

/** One interval after an instant; a 31st becomes the last day of a shorter month. */
export function oneIntervalLater(atSeconds: number, price: Entity): number {
  const { interval, interval_count: count } = price.recurring as {
    interval: string;
    interval_count: number;
  };
  const at = new Date(atSeconds * 1000);
  if (interval === 'day' || interval === 'week')
    return atSeconds + count * (interval === 'day' ? 1 : 7) * 86_400;
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + count * (interval === 'year' ? 12 : 1));
  at.setUTCDate(
    Math.min(day, new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()),
  );
  return Math.floor(at.getTime() / 1000);
}

/** Replaces fields of a subscription and tells what they were. */
export function changeSubscription(
  scope: Scope,
  old: Entity,
  fields: Record<string, unknown>,
): Entity {
  const next = scope.put('subscription', { ...old, ...fields });
  const previous = Object.fromEntries(Object.keys(fields).map((field) => [field, old[field]]));
  scope.emit('customer.subscription.updated', next, previous);
  return next;
}

/** Ends a subscription at once. */
export function endNow(scope: Scope, old: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  const next = scope.put('subscription', {
    ...old,
    status: 'canceled',
    canceled_at: old.canceled_at ?? nowSeconds,
    ended_at: nowSeconds,
  });
  scope.emit('customer.subscription.deleted', next);
  return next;
}

/**
 * Moves a subscription to the end of its period, which becomes now: it ends if it was to, else it
 * renews, and the card that pays for it may decline.
 */
export function reachPeriodEnd(scope: Scope, old: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  if (old.cancel_at_period_end === true || old.cancel_at !== null) {
    const ended = scope.put(
      'subscription',
      withPeriod(old, itemsOf(old)[0]?.current_period_start ?? nowSeconds, nowSeconds),
    );
    return endNow(scope, { ...ended, cancel_at: nowSeconds });
  }
  const price = itemsOf(old)[0]?.price;
  if (!price) throw new Error(`Subscription ${old.id} has no item`);
  const rolled = withPeriod(old, nowSeconds, oneIntervalLater(nowSeconds, price));
  const renewed = changeSubscription(scope, old, {
    items: rolled.items,
    status: 'active',
    trial_end: old.trial_end,
  });
  const paid = charge(scope, renewed, 'subscription_cycle', Number(price.unit_amount));
  const next = paid.status === 'paid' ? renewed : { ...renewed, status: 'past_due' };
  return changeSubscription(scope, renewed, { latest_invoice: paid.id, status: next.status });
}

function withPeriod(subscription: Entity, startSeconds: number, endSeconds: number): Entity {
  const data = itemsOf(subscription).map((item) => ({
    ...item,
    current_period_start: startSeconds,
    current_period_end: endSeconds,
  }));
  return { ...subscription, items: { ...(subscription.items as object), data } };
}

/** Makes an invoice of a subscription and charges its card; the invoice stays open when declined. */
export function charge(
  scope: Scope,
  subscription: Entity,
  reason: string,
  totalMinor: number,
): Entity {
  const method = scope.get('payment_method', String(subscription.default_payment_method));
  const outcome = cardOutcome(
    (method?.metadata as Record<string, string> | undefined)?.number ?? '',
  );
  const declines = totalMinor > 0 && reason !== 'subscription_create' && outcome !== 'pays';
  const nowSeconds = scope.nowSeconds();
  const item = itemsOf(subscription)[0];
  const open = scope.put('invoice', {
    id: newId('in'),
    object: 'invoice',
    account_country: 'US',
    account_name: null,
    amount_due: totalMinor,
    amount_paid: 0,
    amount_overpaid: 0,
    amount_remaining: totalMinor,
    amount_shipping: 0,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: nowSeconds,
    currency: subscription.currency,
    customer: subscription.customer,
    default_payment_method: null,
    description: null,
    discounts: [],
    due_date: null,
    ending_balance: 0,
    hosted_invoice_url: null,
    invoice_pdf: null,
    livemode: scope.livemode,
    metadata: {},
    number: null,
    lines: {
      object: 'list',
      has_more: false,
      url: '/v1/invoices/lines',
      data: [
        {
          id: newId('il'),
          object: 'line_item',
          amount: totalMinor,
          currency: subscription.currency,
          description: null,
          discounts: [],
          invoice: null,
          livemode: scope.livemode,
          metadata: {},
          quantity: 1,
          period: {
            start: item?.current_period_start ?? nowSeconds,
            end: item?.current_period_end ?? nowSeconds,
          },
          pricing: {
            type: 'price_details',
            price_details: { price: item?.price.id, product: item?.price.product },
            unit_amount_decimal: String(totalMinor),
          },
        },
      ],
    },
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    period_end: nowSeconds,
    period_start: nowSeconds,
    status: 'open',
    subtotal: totalMinor,
    total: totalMinor,
    total_taxes: [],
    payments: { object: 'list', data: [], has_more: false, url: '/v1/invoice_payments' },
    status_transitions: {
      finalized_at: nowSeconds,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
  });
  scope.emit('invoice.created', open);
  scope.emit('invoice.finalized', open);
  if (declines) {
    scope.emit('invoice.payment_failed', open);
    return open;
  }
  const paid = scope.put('invoice', {
    ...open,
    status: 'paid',
    amount_paid: totalMinor,
    amount_remaining: 0,
    status_transitions: { ...(open.status_transitions as object), paid_at: nowSeconds },
  });
  if (totalMinor > 0) writePayment(scope, paid);
  scope.emit('invoice.paid', paid);
  scope.emit('invoice.payment_succeeded', paid);
  return paid;
}

function writePayment(scope: Scope, invoice: Entity): void {
  const common = {
    amount: invoice.total,
    created: scope.nowSeconds(),
    currency: invoice.currency,
    customer: invoice.customer,
    livemode: scope.livemode,
    metadata: {},
    description: null,
  };
  const intent = scope.put('payment_intent', {
    id: newId('pi'),
    object: 'payment_intent',
    ...common,
    amount_received: invoice.total,
    status: 'succeeded',
    latest_charge: null,
  });
  const paidBy = scope.put('charge', {
    id: newId('ch'),
    object: 'charge',
    ...common,
    amount_captured: invoice.total,
    amount_refunded: 0,
    captured: true,
    paid: true,
    refunded: false,
    status: 'succeeded',
    payment_intent: intent.id,
    disputed: false,
  });
  const done = scope.put('payment_intent', { ...intent, latest_charge: paidBy.id });
  scope.emit('charge.succeeded', paidBy);
  scope.emit('payment_intent.succeeded', done);
}
