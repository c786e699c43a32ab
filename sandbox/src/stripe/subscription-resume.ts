import { periodEnd } from './billing/period.ts';
import { type Params, text } from './form.ts';
import { bill } from './invoice-life.ts';
import { recurringOf } from './renewal.ts';
import type { Entity, Scope } from './scope.ts';
import { changeSubscription } from './subscription-end.ts';
import { itemsOf, withItems } from './subscription-items.ts';
import { firstDraft } from './subscription-start.ts';

/**
 * Makes a paused subscription go on: a period begins now, and when that is paid it is active. With
 * `billing_cycle_anchor: unchanged` it goes on in the period it would be in, for nothing.
 */
export function resumeSubscription(scope: Scope, old: Entity, params: Params): Entity {
  const nowSeconds = scope.nowSeconds();
  const isKept = text(params, 'billing_cycle_anchor') === 'unchanged';
  const anchor = isKept ? Number(old.billing_cycle_anchor) : nowSeconds;
  const items = itemsOf(old).map((item) => ({
    ...item,
    current_period_start: isKept
      ? Math.max(item.current_period_start, Math.min(item.current_period_end, nowSeconds))
      : nowSeconds,
    current_period_end: periodEnd(anchor, nowSeconds, recurringOf(item)),
  }));
  const fields = { items: withItems(old, items), billing_cycle_anchor: anchor };
  if (isKept) {
    const active = changeSubscription(scope, old, { ...fields, status: 'active' });
    scope.emit('customer.subscription.resumed', active);
    return active;
  }
  const customer = scope.must('customer', String(old.customer));
  const resumed = { ...old, ...fields };
  const invoice = bill(scope, {
    ...firstDraft(scope, resumed, customer),
    reason: 'subscription_cycle',
  });
  const isPaid = invoice.status === 'paid';
  const next = changeSubscription(scope, old, {
    ...fields,
    latest_invoice: invoice.id,
    ...(isPaid && { status: 'active' }),
  });
  if (isPaid) scope.emit('customer.subscription.resumed', next);
  return next;
}
