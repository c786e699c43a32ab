import { change } from './change.ts';
import {
  charge,
  intentIdOf,
  methodFor,
  openPayment,
  openPaymentOf,
  refuses,
} from './invoice-charge.ts';
import { useUp } from './discounts.ts';
import { type Draft, draftInvoice, endingBalance, subscriptionOf } from './invoice-draft.ts';
import { retryAfter } from './retries.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { afterFailure, afterPayment, afterVoid } from './standing.ts';

/** How an invoice is paid. */
export interface Payer {
  /** Instead of what would pay for it otherwise. */
  method?: Entity;
  /** The bank said yes a moment ago, whatever it says to later charges. */
  isAccepted?: boolean;
  /** Somebody asked for it: it is no try of the retry schedule. */
  isManual?: boolean;
}

/** Keeps a draft and tells that it was made. The items that waited for it are on it. */
export function issue(scope: Scope, draft: Draft): Entity {
  const invoice = scope.put('invoice', draftInvoice(scope, draft));
  for (const { invoiceItem } of draft.lines) {
    const item = invoiceItem === null ? undefined : scope.get('invoiceitem', invoiceItem);
    if (item) scope.put('invoiceitem', { ...item, invoice: invoice.id });
  }
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  if (subscription) useUp(scope, subscription, invoice);
  const customer = scope.must('customer', String(invoice.customer));
  if (customer.currency === null)
    change(scope, 'customer', 'customer.updated', customer, { currency: invoice.currency });
  scope.emit('invoice.created', invoice);
  return invoice;
}

/** Makes an invoice, finalizes it and collects what is due, all at once. */
export const bill = (scope: Scope, draft: Draft, payer: Payer = {}): Entity =>
  collect(scope, finalize(scope, issue(scope, draft)), payer);

/**
 * Closes a draft to changes: it gets a number and takes what the customer's balance has. Where
 * nothing is left to pay it is paid.
 */
export function finalize(scope: Scope, draft: Entity): Entity {
  const customer = scope.must('customer', String(draft.customer));
  const sequence = Number(customer.next_invoice_sequence);
  const nowSeconds = scope.nowSeconds();
  const due = Math.max(0, Number(draft.total) + Number(customer.balance));
  const starting = { ...draft, starting_balance: customer.balance };
  scope.put('customer', { ...customer, next_invoice_sequence: sequence + 1 });
  applyBalance(scope, starting);
  const invoice = scope.put('invoice', {
    ...starting,
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    effective_at: nowSeconds,
    ending_balance: endingBalance(starting),
    hosted_invoice_url: scope.pageUrl(`/i/${draft.id}`),
    number: `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`,
    status: 'open',
    status_transitions: { ...transitionsOf(draft), finalized_at: nowSeconds },
  });
  scope.emit('invoice.finalized', invoice);
  return due === 0 ? paid(scope, invoice) : invoice;
}

/** Takes the money of an open invoice, if it can be had. What the customer is to pay itself waits. */
export function collect(scope: Scope, invoice: Entity, payer: Payer = {}): Entity {
  if (invoice.status !== 'open' || invoice.collection_method === 'send_invoice') return invoice;
  return attempt(scope, invoice, payer);
}

/** Tries to take the money of an open invoice now. */
export function attempt(scope: Scope, invoice: Entity, payer: Payer = {}): Entity {
  const customer = scope.must('customer', String(invoice.customer));
  const subscription = scope.get('subscription', String(subscriptionOf(invoice))) ?? null;
  const method = payer.method ?? methodFor(scope, { customer, subscription, invoice });
  const payment = openPaymentOf(scope, invoice) ?? openPayment(scope, invoice);
  const isRefused = payer.isAccepted !== true && refuses(scope, method);
  const hasCome = charge(scope, payment, { method, isRefused });
  // Any first try counts as one of the schedule, of the later ones only the schedule's own.
  const isCounted = payer.isManual !== true || invoice.attempted === false;
  const tries = Number(invoice.attempt_count) + (isCounted ? 1 : 0);
  if (hasCome) return paid(scope, { ...invoice, attempt_count: tries }, payment);
  return failed(scope, invoice, {
    attempt_count: tries,
    attempted: true,
    next_payment_attempt: isCounted
      ? retryAfter(scope, invoice, tries)
      : invoice.next_payment_attempt,
  });
}

/** Marks an open invoice paid, by a payment, by nothing, or outside of Stripe. */
export function paid(scope: Scope, open: Entity, payment?: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  const settled = payment && {
    ...payment,
    amount_paid: payment.amount_requested,
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: nowSeconds },
  };
  if (settled) scope.put('invoice_payment', settled);
  const invoice = scope.put('invoice', {
    ...open,
    amount_paid: open.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    payments: { ...(open.payments as object), data: settled ? [settled] : [] },
    status: 'paid',
    status_transitions: { ...transitionsOf(open), paid_at: nowSeconds },
  });
  scope.emit('invoice.paid', invoice);
  scope.emit('invoice.payment_succeeded', invoice);
  if (settled) scope.emit('invoice_payment.paid', settled);
  afterPayment(scope, invoice);
  return invoice;
}

/** Marks the invoice paid that a payment intent was for, once its owner paid that by itself. */
export function settle(scope: Scope, intent: Entity): Entity {
  if (intent.status !== 'succeeded') return intent;
  const payment = scope
    .list('invoice_payment')
    .find((one) => one.status === 'open' && intentIdOf(one) === intent.id);
  const invoice = payment && scope.get('invoice', String(payment.invoice));
  if (invoice?.status === 'open')
    paid(scope, { ...invoice, attempt_count: Math.max(1, Number(invoice.attempt_count)) }, payment);
  return intent;
}

/** Marks an open invoice void, or a draft or open one uncollectible: nobody asks for it any more. */
export function close(scope: Scope, old: Entity, how: 'void' | 'uncollectible'): Entity {
  const at = how === 'void' ? 'voided_at' : 'marked_uncollectible_at';
  const invoice = scope.put('invoice', {
    ...old,
    ...(how === 'void' && { amount_remaining: 0 }),
    auto_advance: false,
    next_payment_attempt: null,
    status: how,
    status_transitions: { ...transitionsOf(old), [at]: scope.nowSeconds() },
  });
  const payment = openPaymentOf(scope, old);
  if (payment && how === 'void')
    scope.put('invoice_payment', {
      ...payment,
      status: 'canceled',
      status_transitions: { canceled_at: scope.nowSeconds(), paid_at: null },
    });
  scope.emit(how === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible', invoice);
  if (how === 'void') afterVoid(scope, invoice);
  return invoice;
}

function failed(scope: Scope, open: Entity, fields: Record<string, unknown>): Entity {
  const invoice = scope.put('invoice', { ...open, ...fields });
  scope.emit('invoice.payment_failed', invoice);
  scope.emit('invoice.updated', invoice, {
    attempt_count: open.attempt_count,
    attempted: open.attempted,
    next_payment_attempt: open.next_payment_attempt,
  });
  afterFailure(scope, invoice);
  return scope.must('invoice', invoice.id);
}

/** A credit that an invoice uses, or makes, is taken from or put to the customer's balance. */
function applyBalance(scope: Scope, invoice: Entity): void {
  const customer = scope.must('customer', String(invoice.customer));
  const balance = endingBalance(invoice);
  const difference = balance - Number(customer.balance);
  if (difference === 0) return;
  scope.put('customer_balance_transaction', {
    id: newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: difference,
    checkout_session: null,
    created: scope.nowSeconds(),
    credit_note: null,
    currency: invoice.currency,
    customer: customer.id,
    customer_account: null,
    description: null,
    ending_balance: balance,
    invoice: invoice.id,
    livemode: scope.livemode,
    metadata: {},
    type: 'applied_to_invoice',
  });
  change(scope, 'customer', 'customer.updated', customer, { balance });
}

const transitionsOf = (invoice: Entity) => invoice.status_transitions as Record<string, unknown>;
