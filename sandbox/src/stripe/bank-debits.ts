import type { DebitEnd } from './bank-accounts.ts';
import { charge } from './charges.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** How long a bank takes. Source: Stripe, "ACH Direct Debit" and "SEPA Direct Debit": some business days. */
const DAYS_SECONDS = 3 * 86_400;

/** How a payment method's debits end; undefined for a card. */
export const debitOf = (scope: Scope, method: Entity | undefined): DebitEnd | undefined =>
  method && (scope.get('bank_account', method.id)?.ends as DebitEnd | undefined);

/** Asks a bank for the money of an intent. It says days later whether it has it. */
export function beginDebit(scope: Scope, intent: Entity, method: Entity): Entity {
  const id = newId('ch');
  const asked = scope.put('payment_intent', {
    ...intent,
    last_payment_error: null,
    latest_charge: id,
    next_action: null,
    payment_method_types: [method.type],
    status: 'processing',
  });
  charge(scope, { id, intent: asked, method, went: 'pending' });
  scope.emit('payment_intent.processing', asked);
  scope.put('bank_debit', {
    id: intent.id,
    object: 'bank_debit',
    ends: debitOf(scope, method),
    answers_at: scope.nowSeconds() + DAYS_SECONDS,
  });
  return asked;
}

/** When the bank answers to an intent; undefined for one that no bank was asked for, or that it answered. */
export const answersAt = (scope: Scope, intent: Entity): number | undefined =>
  intent.status === 'processing'
    ? Number(scope.get('bank_debit', intent.id)?.answers_at)
    : undefined;

/** The bank answers, as the account does, or as told: the money comes, or it does not. */
export function answerDebit(scope: Scope, intent: Entity, ends?: DebitEnd): Entity {
  const end = ends ?? scope.must('bank_debit', intent.id).ends;
  const pending = scope.must('charge', String(intent.latest_charge));
  const after = end === 'succeeds' ? come(scope, intent, pending) : bounce(scope, intent, pending);
  const session = scope
    .list('checkout.session')
    .find((one) => one.payment_intent === intent.id && one.status === 'complete');
  if (!session) return after;
  const done = end === 'succeeds' ? { ...session, payment_status: 'paid' } : session;
  scope.emit(
    end === 'succeeds'
      ? 'checkout.session.async_payment_succeeded'
      : 'checkout.session.async_payment_failed',
    scope.put('checkout.session', done),
  );
  return after;
}

function come(scope: Scope, intent: Entity, pending: Entity): Entity {
  const paid = scope.put('charge', {
    ...pending,
    paid: true,
    receipt_url: scope.pageUrl(`/receipts/payment/${pending.id}`),
    status: 'succeeded',
  });
  scope.emit('charge.succeeded', paid);
  const succeeded = scope.put('payment_intent', {
    ...intent,
    amount_received: intent.amount,
    status: 'succeeded',
  });
  scope.emit('payment_intent.succeeded', succeeded);
  return succeeded;
}

const NO_FUNDS = {
  code: 'insufficient_funds',
  message: 'The customer’s account has insufficient funds to cover this payment.',
} as const;

function bounce(scope: Scope, intent: Entity, pending: Entity): Entity {
  const failed = scope.put('charge', {
    ...pending,
    amount_captured: 0,
    captured: false,
    failure_code: NO_FUNDS.code,
    failure_message: NO_FUNDS.message,
    status: 'failed',
  });
  scope.emit('charge.failed', failed);
  const open = scope.put('payment_intent', {
    ...intent,
    last_payment_error: {
      ...NO_FUNDS,
      charge: failed.id,
      payment_method: scope.must('payment_method', String(intent.payment_method)),
      type: 'invalid_request_error',
    },
    payment_method: null,
    status: 'requires_payment_method',
  });
  scope.emit('payment_intent.payment_failed', open);
  return open;
}
