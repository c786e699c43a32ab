import { subscriptionOf } from './invoice-draft.ts';
import type { Entity, Scope } from './scope.ts';

/** What becomes of a renewal that cannot be paid for. */
export interface RetryRules {
  /** Days after the first failed try at which it is tried again. */
  days: number[];
  /** The subscription's state after the last. */
  finally: 'canceled' | 'unpaid' | 'past_due';
}

/** Four more tries within three weeks. */
export const USUAL_RETRIES: RetryRules = { days: [3, 7, 14, 21], finally: 'canceled' };

const DAY_SECONDS = 86_400;

/** The rules of the sandbox. */
export const retryRules = (scope: Scope) =>
  scope.setting<RetryRules>('stripe.retries', USUAL_RETRIES);

/**
 * When an invoice is tried next after so many failed tries; null when it is not. A subscription that
 * never was paid for is not, nor is a change that takes place only when paid.
 */
export function retryAfter(scope: Scope, invoice: Entity, tries: number): number | null {
  if (invoice.auto_advance !== true || isUnanswered(scope, invoice)) return null;
  const { days } = retryRules(scope).get();
  const next = days[tries - 1];
  if (next === undefined) return null;
  const before = tries > 1 ? (days[tries - 2] ?? 0) : 0;
  return scope.nowSeconds() + Math.round((next - before) * DAY_SECONDS);
}

function isUnanswered(scope: Scope, invoice: Entity): boolean {
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  return (
    subscription === undefined ||
    subscription.status === 'incomplete' ||
    scope.get('billing.pending_update', subscription.id)?.invoice === invoice.id
  );
}
