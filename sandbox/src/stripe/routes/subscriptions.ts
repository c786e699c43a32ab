import { page } from '../answer.ts';
import { DECLINE_TEXT } from '../cards.ts';
import { faults } from '../faults.ts';
import { flag, integer, list, metadata, type Params, text } from '../form.ts';
import { billSubscription, wouldDecline } from '../invoice.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';
import { changeSubscription, endAt, scheduledEnd } from '../subscription-cycle.ts';
import { type Item, itemsOf, totalMinor } from '../subscription-items.ts';

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
    return endAt(scope, subscription, scope.nowSeconds());
  },
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
};

function updateSubscription(scope: Scope, old: Entity, params: Params): Entity {
  if (old.status === 'canceled')
    throw faults.wrongState(
      'A canceled subscription can only update its cancellation_details and metadata.',
    );
  const fields: Record<string, unknown> = {};
  if ('metadata' in params) fields.metadata = metadata(params, old.metadata);
  if ('cancel_at_period_end' in params) {
    const ends = flag(params, 'cancel_at_period_end') === true;
    Object.assign(fields, scheduledEnd(scope, old, ends), { cancel_at_period_end: ends });
  }
  if ('cancel_at' in params) {
    const atSeconds = integer(params, 'cancel_at') ?? null;
    Object.assign(fields, scheduledEnd(scope, old, atSeconds !== null), { cancel_at: atSeconds });
  }
  const [given] = list(params, 'items');
  const item = itemsOf(old)[0];
  if (!given || !item) return changeSubscription(scope, old, fields);
  const priceId = text(given, 'price');
  const next: Item = {
    ...item,
    price: priceId === undefined ? item.price : scope.must('price', priceId, 'items[0][price]'),
    quantity: integer(given, 'quantity') ?? item.quantity,
  };
  return changeItem(scope, old, { fields, next, params });
}

/**
 * Changes price or quantity; with `always_invoice` the difference for the rest of the period is due,
 * except in a trial.
 */
function changeItem(
  scope: Scope,
  old: Entity,
  { fields, next, params }: { fields: Record<string, unknown>; next: Item; params: Params },
): Entity {
  const wanted = { ...old, ...fields, items: { ...(old.items as object), data: [next] } };
  const dueMinor =
    text(params, 'proration_behavior') === 'always_invoice' && old.status !== 'trialing'
      ? Math.max(0, Math.round((totalMinor(wanted) - totalMinor(old)) * shareLeft(scope, next)))
      : 0;
  const isStrict = text(params, 'payment_behavior') === 'error_if_incomplete';
  if (dueMinor > 0 && isStrict && wouldDecline(scope, old)) {
    const { code, message } = DECLINE_TEXT.declines;
    throw faults.declined(code, message);
  }
  const changed = changeSubscription(scope, old, { ...fields, items: wanted.items });
  if (dueMinor === 0) return changed;
  const invoice = billSubscription(scope, changed, 'subscription_update', dueMinor);
  return changeSubscription(scope, changed, {
    latest_invoice: invoice.id,
    status: invoice.status === 'paid' ? changed.status : 'past_due',
  });
}

/** The subscription an invoice asks payment for. */
const subscriptionOf = (invoice: Entity): unknown =>
  (invoice.parent as { subscription_details: { subscription: unknown } }).subscription_details
    .subscription;

/** The part of an item's period that is still to come. */
const shareLeft = (scope: Scope, item: Item): number =>
  (item.current_period_end - scope.nowSeconds()) /
  (item.current_period_end - item.current_period_start);
