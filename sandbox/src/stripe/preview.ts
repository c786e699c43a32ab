import { givenDiscounts } from './discounts.ts';
import { faults } from './faults.ts';
import { group, integer, list, type Params, text } from './form.ts';
import { type Draft, draftInvoice, endingBalance } from './invoice-draft.ts';
import { nextEnd, renewalDraft, renewedItems } from './renewal.ts';
import { fieldsOfPhase, phaseAt, phaseEnd, scheduleOf } from './schedule-phases.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { changeDraft, decideChange } from './subscription-change.ts';
import { isOver } from './subscription-end.ts';
import { givenBeginning } from './subscription-create.ts';
import { withItems } from './subscription-items.ts';
import { firstDraft, newSubscription } from './subscription-start.ts';

/**
 * The invoice that comes next for a subscription, as it is, changed, or to be made. Nothing is kept.
 * It is made by the same rules as the real one, so that its sums are those of the real one.
 */
export function previewInvoice(scope: Scope, params: Params): Entity {
  const id = text(params, 'subscription');
  const draft = id === undefined ? previewNew(scope, params) : previewChange(scope, params, id);
  const details = group(params, 'subscription_details');
  const given = {
    ...draft,
    ...('discounts' in params && {
      discounts: givenDiscounts(scope, params, {
        customer: draft.customer,
        currency: draft.currency,
      }),
    }),
  };
  const invoice = draftInvoice(scope, given, newId('upcoming_in'));
  const parent = invoice.parent as { subscription_details: Record<string, unknown> } | null;
  const atSeconds = details && integer(details, 'proration_date');
  return {
    ...invoice,
    billing_reason: 'upcoming',
    customer: invoice.customer || null,
    ending_balance: endingBalance(invoice),
    parent:
      id === undefined
        ? null
        : parent && {
            ...parent,
            subscription_details: {
              ...parent.subscription_details,
              ...(atSeconds !== undefined && { subscription_proration_date: atSeconds }),
            },
          },
  };
}

function previewChange(scope: Scope, params: Params, id: string): Draft {
  const old = scope.must('subscription', id, 'subscription');
  if (isOver(old)) throw faults.noUpcoming();
  const change = decideChange(scope, old, group(params, 'subscription_details') ?? {});
  if (change.invoicesNow) return changeDraft(scope, old, change);
  const changed = { ...old, ...change.fields };
  const endSeconds = nextEnd(changed);
  const ends =
    changed.cancel_at_period_end === true ||
    (changed.cancel_at !== null && Number(changed.cancel_at) <= endSeconds);
  const draft = renewalDraft(scope, {
    before: changed,
    after: ends ? changed : renewed(scope, changed, endSeconds),
    extra: change.prorations,
  });
  if (ends && draft.lines.length === 0) throw faults.noUpcoming();
  return { ...draft, more: { next_payment_attempt: endSeconds + 3_600, created: endSeconds } };
}

/** The subscription after its next renewal, with what its schedule makes of it then. */
function renewed(scope: Scope, subscription: Entity, endSeconds: number): Entity {
  const schedule = scheduleOf(scope, subscription);
  const phase =
    schedule && phaseEnd(scope, subscription) <= endSeconds
      ? phaseAt(schedule, endSeconds)
      : undefined;
  const target = phase
    ? { ...subscription, ...fieldsOfPhase(scope, subscription, { phase, atSeconds: endSeconds }) }
    : subscription;
  return { ...target, items: withItems(target, renewedItems(target, endSeconds)) };
}

function previewNew(scope: Scope, params: Params): Draft {
  const details = group(params, 'subscription_details');
  if (!details || list(details, 'items').length === 0) throw faults.required('subscription');
  const customerId = text(params, 'customer');
  const customer: Entity =
    customerId === undefined
      ? { id: '', object: 'customer', balance: 0 }
      : scope.must('customer', customerId, 'customer');
  const begun = newSubscription(scope, givenBeginning(scope, { customer, params: details }));
  return firstDraft(scope, begun, customer);
}
