import { absentDecline } from './cards.ts';
import { settleDiscounts } from './discounts.ts';
import { faults } from './faults.ts';
import { type Params, text } from './form.ts';
import { methodFor, refuses } from './invoice-charge.ts';
import { type Draft, draftInvoice } from './invoice-draft.ts';
import { invoiceItem } from './invoice-item.ts';
import { bill } from './invoice-life.ts';
import { declineFault, numberOf } from './payment-methods.ts';
import { afterDirectChange } from './schedule-phases.ts';
import type { Entity, Scope } from './scope.ts';
import { type Change, changeDraft, decideChange } from './subscription-change.ts';
import { changeSubscription, isOver } from './subscription-end.ts';

/** How long a change that must be paid for first waits for it. */
const PENDING_SECONDS = 23 * 3_600;

/** What may be changed only once it is paid for. */
const PENDABLE = new Set([
  'add_invoice_items',
  'billing_cycle_anchor',
  'discounts',
  'expand',
  'items',
  'off_session',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'trial_end',
  'trial_from_plan',
]);

/** Changes a subscription as a call asks for it. */
export function updateSubscription(scope: Scope, old: Entity, params: Params): Entity {
  if (isOver(old)) return updateEnded(scope, old, params);
  refuseScheduled(old, params);
  const behavior = text(params, 'payment_behavior') ?? 'allow_incomplete';
  if (behavior === 'pending_if_incomplete') refuseUnpendable(params);
  const change = decideChange(scope, old, params);
  const updated = applyChange(scope, old, { change, behavior });
  if (updated.pending_update !== null) return updated;
  settleDiscounts(scope, old.discounts, updated);
  afterDirectChange(scope, updated, change.fields);
  return updated;
}

/**
 * Does what was decided. What is due at once is invoiced and asked for first; `behavior` says what
 * happens when it cannot be had.
 */
export function applyChange(
  scope: Scope,
  old: Entity,
  { change, behavior }: { change: Change; behavior: string },
): Entity {
  if (!change.invoicesNow) {
    for (const line of change.prorations) waitingItem(scope, old, line);
    return changeSubscription(scope, old, change.fields);
  }
  const draft = changeDraft(scope, old, change);
  const method = methodFor(scope, { customer: draft.customer, subscription: draft.subscription });
  const isShort = Number(draftInvoice(scope, draft).amount_due) > 0 && refuses(scope, method);
  if (isShort && behavior === 'error_if_incomplete') {
    const decline = absentDecline(method === null ? '' : numberOf(scope, method.id)) ?? 'declines';
    if (decline === 'authentication_required') throw faults.requiresAction();
    throw declineFault(decline);
  }
  if (isShort && behavior === 'pending_if_incomplete') return putOff(scope, old, { change, draft });
  return invoiceChange(scope, old, { change, draft });
}

/** An item that waits for the subscription's next invoice. */
export function waitingItem(
  scope: Scope,
  subscription: Entity,
  line: Draft['lines'][number],
): void {
  const customer = scope.must('customer', String(subscription.customer));
  const item = invoiceItem(scope, { line, customer, subscription, invoice: null });
  scope.emit('invoiceitem.created', scope.put('invoiceitem', item));
}

function invoiceChange(
  scope: Scope,
  old: Entity,
  { change, draft }: { change: Change; draft: Draft },
): Entity {
  const { lines, items } = itemized(scope, draft);
  const invoice = bill(scope, { ...draft, lines });
  const now = scope.must('subscription', old.id);
  const isOwing = now.status === 'past_due' && invoice.status === 'paid';
  const updated = changeSubscription(scope, now, {
    ...change.fields,
    latest_invoice: invoice.id,
    status: isOwing ? 'active' : now.status === old.status ? change.fields.status : now.status,
  });
  for (const item of items)
    scope.emit('invoiceitem.created', scope.put('invoiceitem', { ...item, invoice: invoice.id }));
  return updated;
}

/** The prorations of an invoice as invoice items, which the lines then name. */
function itemized(scope: Scope, draft: Draft): { lines: Draft['lines']; items: Entity[] } {
  const { customer, subscription } = draft;
  const items: Entity[] = [];
  const lines = draft.lines.map((line) => {
    if (!line.isProration || line.invoiceItem !== null) return line;
    const item = invoiceItem(scope, { line, customer, subscription, invoice: null });
    items.push(item);
    return { ...line, invoiceItem: item.id };
  });
  return { lines, items };
}

/** Leaves the subscription as it is until the invoice of its change is paid. */
function putOff(
  scope: Scope,
  old: Entity,
  { change, draft }: { change: Change; draft: Draft },
): Entity {
  const { lines, items } = itemized(scope, draft);
  const waiting = { id: old.id, object: 'billing.pending_update', fields: change.fields };
  const more = { auto_advance: false };
  scope.put('billing.pending_update', { ...waiting, invoice: null });
  const invoice = bill(scope, { ...draft, lines, more });
  scope.put('billing.pending_update', { ...waiting, invoice: invoice.id });
  for (const item of items)
    scope.emit('invoiceitem.created', scope.put('invoiceitem', { ...item, invoice: invoice.id }));
  const next = change.fields.items as { data: unknown[] } | undefined;
  return changeSubscription(scope, old, {
    latest_invoice: invoice.id,
    pending_update: {
      billing_cycle_anchor: change.fields.billing_cycle_anchor ?? null,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: scope.nowSeconds() + PENDING_SECONDS,
      metadata: null,
      subscription_items: next?.data ?? null,
      trial_end: change.fields.trial_end ?? null,
      trial_from_plan: null,
    },
  });
}

function updateEnded(scope: Scope, old: Entity, params: Params): Entity {
  const allowed = new Set(['metadata', 'cancellation_details', 'expand']);
  if (Object.keys(params).some((name) => !allowed.has(name)))
    throw faults.wrongState(
      'A canceled subscription can only update its cancellation_details and metadata.',
    );
  const { metadata } = decideChange(scope, old, params).fields;
  return changeSubscription(scope, old, { metadata });
}

function refuseUnpendable(params: Params): void {
  const other = Object.keys(params).find((name) => !PENDABLE.has(name));
  if (other !== undefined)
    throw faults.invalidParam(
      other,
      `You cannot pass \`${other}\` when \`payment_behavior\` is \`pending_if_incomplete\`.`,
    );
}

/** The end of a subscription that follows a schedule is the schedule's to say. */
function refuseScheduled(old: Entity, params: Params): void {
  const param = ['cancel_at_period_end', 'cancel_at'].find((name) => name in params);
  if (old.schedule !== null && param !== undefined)
    throw faults.invalidParam(
      param,
      `The subscription is managed by the subscription schedule \`${String(old.schedule)}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
    );
}
