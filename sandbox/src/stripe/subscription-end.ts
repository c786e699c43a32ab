import { change } from './change.ts';
import type { Entity, Scope } from './scope.ts';

/** Replaces fields of a subscription and tells what they were. */
export const changeSubscription = (
  scope: Scope,
  old: Entity,
  fields: Record<string, unknown>,
): Entity => change(scope, 'subscription', 'customer.subscription.updated', old, fields);

/** The states a subscription never leaves. */
export const isOver = (subscription: Entity): boolean =>
  subscription.status === 'canceled' || subscription.status === 'incomplete_expired';

/**
 * Ends a subscription at an instant, which is now or has just passed, and the schedule it followed.
 * What it still owes is not asked for by itself any more.
 */
export function endAt(
  scope: Scope,
  old: Entity,
  atSeconds: number,
  reason: 'cancellation_requested' | 'payment_failed' = 'cancellation_requested',
): Entity {
  const details = old.cancellation_details as Record<string, unknown>;
  const next = scope.put('subscription', {
    ...old,
    status: 'canceled',
    canceled_at: old.canceled_at ?? atSeconds,
    cancellation_details: { ...details, reason: details.reason ?? reason },
    ended_at: atSeconds,
    pending_update: null,
    schedule: null,
  });
  endSchedule(scope, old, atSeconds);
  stopAsking(scope, next);
  scope.emit('customer.subscription.deleted', next);
  return next;
}

/** Ends a subscription nobody paid for in time. */
export function expire(scope: Scope, old: Entity): Entity {
  stopAsking(scope, old);
  return changeSubscription(scope, old, {
    status: 'incomplete_expired',
    ended_at: scope.nowSeconds(),
  });
}

function endSchedule(scope: Scope, subscription: Entity, atSeconds: number): void {
  const schedule = scope.get('subscription_schedule', String(subscription.schedule));
  if (schedule?.status !== 'active' && schedule?.status !== 'not_started') return;
  const ended = scope.put('subscription_schedule', {
    ...schedule,
    canceled_at: atSeconds,
    current_phase: null,
    status: 'canceled',
  });
  scope.emit('subscription_schedule.canceled', ended);
}

function stopAsking(scope: Scope, subscription: Entity): void {
  for (const invoice of scope.list('invoice')) {
    const parent = invoice.parent as { subscription_details: { subscription: string } } | null;
    const isItsOwn = parent?.subscription_details.subscription === subscription.id;
    if (isItsOwn && (invoice.status === 'open' || invoice.status === 'draft'))
      scope.put('invoice', { ...invoice, auto_advance: false, next_payment_attempt: null });
  }
}
