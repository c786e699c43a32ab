import { subscriptionOf } from './invoice-draft.ts';
import { bill, close, collect, finalize, issue } from './invoice-life.ts';
import { methodFor } from './invoice-charge.ts';
import { nextEnd, renewalDraft, renewedItems, usageLines } from './renewal.ts';
import { bringForward, phaseFields } from './schedule-phases.ts';
import type { Entity, Scope } from './scope.ts';
import { changeSubscription, endAt } from './subscription-end.ts';
import { itemsOf, withItems } from './subscription-items.ts';

/** How long the invoice of a renewal stays a draft. */
const DRAFT_SECONDS = 3_600;

/**
 * Moves a subscription over the end of its period, at that instant: it ends if it was to, else it
 * renews. The invoice of the renewal is a draft for an hour, and the period rolls before the money
 * comes.
 */
export function renew(scope: Scope, old: Entity): Entity {
  const endSeconds = nextEnd(old);
  if (endsBy(old, endSeconds)) return endWithUsage(scope, old, endSeconds);
  const isTrialEnd = old.status === 'trialing';
  if (isTrialEnd && !canPay(scope, old)) {
    const ended = endTrialUnpaid(scope, old);
    if (ended) return ended;
  }
  const phase = phaseFields(scope, old, endSeconds);
  const target = { ...old, ...phase };
  if (target.status === 'canceled') return endWithUsage(scope, old, endSeconds);
  const next: Entity = {
    ...target,
    items: withItems(target, renewedItems(target, endSeconds)),
    ...(isTrialEnd && { status: 'active', trial_end: Math.min(endSeconds, Number(old.trial_end)) }),
  };
  const invoice = issue(scope, {
    ...renewalDraft(scope, { before: old, after: next }),
    more: advancing(scope, next),
  });
  return changeSubscription(scope, scope.must('subscription', old.id), {
    ...phase,
    items: next.items,
    status: next.status,
    trial_end: next.trial_end,
    latest_invoice: invoice.id,
  });
}

/** Closes and collects a draft an hour after it was made, unless collection is paused. */
export function finishDraft(scope: Scope, draft: Entity): Entity {
  const invoice = finalize(scope, draft);
  const subscription = scope.get('subscription', String(subscriptionOf(draft)));
  const pause = subscription?.pause_collection as { behavior: string } | null | undefined;
  if (invoice.status !== 'open' || !pause) return collect(scope, invoice);
  return close(scope, invoice, pause.behavior === 'void' ? 'void' : 'uncollectible');
}

/**
 * Brings the end of a subscription's period forward to now, if it is still to come, goes over it,
 * and collects the invoice without the hour between. The periods after it count from now.
 */
export function reachPeriodEnd(scope: Scope, old: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  const isEarly = nowSeconds < nextEnd(old);
  const renewed = renew(scope, isEarly ? shortened(scope, old, nowSeconds) : old);
  const draft = scope.get('invoice', String(renewed.latest_invoice));
  if (draft?.status === 'draft' && draft.automatically_finalizes_at !== null)
    finishDraft(scope, draft);
  return scope.must('subscription', old.id);
}

/** Ends a subscription, and asks for what was used and not paid in advance. */
export function endWithUsage(scope: Scope, old: Entity, atSeconds: number): Entity {
  const lines = usageLines(scope, old, atSeconds).filter((line) => line.amountMinor > 0);
  if (lines.length > 0 && old.status !== 'trialing') {
    const invoice = bill(scope, {
      ...renewalDraft(scope, { before: old, after: old }),
      lines,
    });
    return endAt(
      scope,
      { ...scope.must('subscription', old.id), latest_invoice: invoice.id },
      atSeconds,
    );
  }
  return endAt(scope, old, atSeconds);
}

/** Whether a subscription ends by an instant. */
const endsBy = (subscription: Entity, atSeconds: number): boolean =>
  subscription.cancel_at_period_end === true ||
  (subscription.cancel_at !== null && Number(subscription.cancel_at) <= atSeconds);

/** Whether somebody can be asked for money at a trial's end. */
function canPay(scope: Scope, subscription: Entity): boolean {
  const customer = scope.must('customer', String(subscription.customer));
  return (
    subscription.collection_method === 'send_invoice' ||
    methodFor(scope, { customer, subscription }) !== null
  );
}

/** What the subscription wants when nothing can pay at its trial's end; null: an invoice. */
function endTrialUnpaid(scope: Scope, old: Entity): Entity | null {
  const { end_behavior: end } = old.trial_settings as {
    end_behavior: { missing_payment_method: string };
  };
  if (end.missing_payment_method === 'cancel') return endAt(scope, old, scope.nowSeconds());
  if (end.missing_payment_method !== 'pause') return null;
  const paused = scope.put('subscription', { ...old, status: 'paused' });
  scope.emit('customer.subscription.paused', paused);
  scope.emit('customer.subscription.updated', paused, { status: old.status });
  return paused;
}

/** When the invoice of a renewal goes on by itself, if it does. */
function advancing(scope: Scope, subscription: Entity): Record<string, unknown> {
  const pause = subscription.pause_collection as { behavior: string } | null;
  const stays = subscription.status === 'unpaid' || pause?.behavior === 'keep_as_draft';
  return stays
    ? { auto_advance: false }
    : { automatically_finalizes_at: scope.nowSeconds() + DRAFT_SECONDS };
}

function shortened(scope: Scope, old: Entity, nowSeconds: number): Entity {
  const data = itemsOf(old).map((item) => ({ ...item, current_period_end: nowSeconds }));
  bringForward(scope, old, { fromSeconds: nextEnd(old), toSeconds: nowSeconds });
  const isEnding = endsBy(old, nextEnd(old));
  return scope.put('subscription', {
    ...old,
    items: withItems(old, data),
    billing_cycle_anchor: nowSeconds,
    ...(old.status === 'trialing' && { trial_end: nowSeconds }),
    ...(isEnding && { cancel_at: nowSeconds }),
  });
}
