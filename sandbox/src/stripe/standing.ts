import { change } from './change.ts';
import { subscriptionOf } from './invoice-draft.ts';
import { retryRules } from './retries.ts';
import type { Entity, Scope } from './scope.ts';
import { changeSubscription, endAt } from './subscription-end.ts';

/** What a paid invoice does: a change that waited for it takes place, and a debt may be over. */
export function afterPayment(scope: Scope, invoice: Entity): void {
  tellDelinquency(scope, invoice);
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  if (!subscription) return;
  const waiting = scope.get('billing.pending_update', subscription.id);
  if (waiting?.invoice === invoice.id) return applyPending(scope, subscription, waiting);
  const wasOwing = ['past_due', 'unpaid', 'incomplete', 'paused'].includes(
    String(subscription.status),
  );
  if (!wasOwing || subscription.latest_invoice !== invoice.id) return;
  const active = changeSubscription(scope, subscription, { status: 'active' });
  if (subscription.status === 'paused') scope.emit('customer.subscription.resumed', active);
}

/** What a failed try does: the customer owes, and after the last one the subscription may be over. */
export function afterFailure(scope: Scope, invoice: Entity): void {
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  const isWaiting =
    subscription && scope.get('billing.pending_update', subscription.id)?.invoice === invoice.id;
  if (isWaiting) return;
  tellDelinquency(scope, invoice);
  if (!subscription || !['active', 'past_due', 'trialing'].includes(String(subscription.status)))
    return;
  const owing = changeSubscription(scope, subscription, { status: 'past_due' });
  if (invoice.next_payment_attempt !== null || invoice.auto_advance !== true) return;
  const { finally: end } = retryRules(scope).get();
  if (end === 'unpaid') changeSubscription(scope, owing, { status: 'unpaid' });
  if (end === 'canceled') endAt(scope, owing, scope.nowSeconds(), 'payment_failed');
}

/** What a void invoice does: a change that waited for it does not take place. */
export function afterVoid(scope: Scope, invoice: Entity): void {
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  const waiting = subscription && scope.get('billing.pending_update', subscription.id);
  if (!subscription || waiting?.invoice !== invoice.id) return;
  scope.put('billing.pending_update', { ...waiting, invoice: null });
  const changed = changeSubscription(scope, subscription, { pending_update: null });
  scope.emit('customer.subscription.pending_update_expired', changed);
}

/** A change that was to be paid for first takes place. */
function applyPending(scope: Scope, subscription: Entity, waiting: Entity): void {
  scope.put('billing.pending_update', { ...waiting, invoice: null });
  const changed = changeSubscription(scope, subscription, {
    ...(waiting.fields as Record<string, unknown>),
    pending_update: null,
  });
  scope.emit('customer.subscription.pending_update_applied', changed);
}

function tellDelinquency(scope: Scope, invoice: Entity): void {
  const customer = scope.get('customer', String(invoice.customer));
  if (!customer || customer.deleted === true) return;
  const delinquent = scope
    .list('invoice')
    .some((one) => one.customer === customer.id && one.status === 'open' && one.attempted === true);
  change(scope, 'customer', 'customer.updated', customer, { delinquent });
}
