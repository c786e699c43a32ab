import { creditLines } from './billing/lines.ts';
import { flag, group, type Params, text } from './form.ts';
import { invoiceItem } from './invoice-item.ts';
import { bill } from './invoice-life.ts';
import { factsOf, usageLines, waitingLines } from './renewal.ts';
import type { Entity, Scope } from './scope.ts';
import { endAt } from './subscription-end.ts';
import { itemsOf } from './subscription-items.ts';

/**
 * Ends a subscription now. With `prorate` the unused time is credited: to the customer's next
 * invoice, or, with `invoice_now`, on a last one, which asks for what was used as well.
 */
export function cancelSubscription(scope: Scope, old: Entity, params: Params): Entity {
  const nowSeconds = scope.nowSeconds();
  const isBilled = !['trialing', 'incomplete', 'paused'].includes(String(old.status));
  const credits =
    flag(params, 'prorate') === true && isBilled
      ? creditLines(itemsOf(old), nowSeconds, factsOf(scope, old))
      : [];
  const customer = scope.must('customer', String(old.customer));
  let last = old;
  if (flag(params, 'invoice_now') === true && isBilled) {
    const usage = usageLines(scope, old, nowSeconds).filter((line) => line.quantity > 0);
    const lines = [...waitingLines(scope, old), ...credits, ...usage];
    if (lines.length > 0) {
      const invoice = bill(scope, {
        customer,
        subscription: old,
        currency: String(old.currency),
        lines,
        reason: 'subscription_update',
        period: { start: nowSeconds, end: nowSeconds },
      });
      last = { ...scope.must('subscription', old.id), latest_invoice: invoice.id };
    }
  } else {
    for (const line of credits) {
      const item = invoiceItem(scope, { line, customer, subscription: null, invoice: null });
      scope.emit('invoiceitem.created', scope.put('invoiceitem', item));
    }
  }
  return endAt(scope, { ...last, ...withDetails(last, params) }, nowSeconds);
}

function withDetails(subscription: Entity, params: Params): Record<string, unknown> {
  const given = group(params, 'cancellation_details');
  if (!given) return {};
  return {
    cancellation_details: {
      ...(subscription.cancellation_details as object),
      comment: text(given, 'comment') ?? null,
      feedback: text(given, 'feedback') ?? null,
    },
  };
}
