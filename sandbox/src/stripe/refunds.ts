import { debitOf } from './bank-debits.ts';
import { cardOfNumber } from './cards.ts';
import { change } from './change.ts';
import { faults } from './faults.ts';
import { integer, metadata, type Params, text } from './form.ts';
import { numberOf } from './payment-methods.ts';
import { type Entity, newId, type Scope } from './scope.ts';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'];

/** Gives back a charge, or a part of it. A card that takes no money back says so a moment later. */
export function refund(scope: Scope, params: Params): Entity {
  const charge = chargeToRefund(scope, params);
  const amount = amountOf(charge, params);
  const reason = text(params, 'reason') ?? null;
  if (reason !== null && !REASONS.includes(reason))
    throw faults.invalidParam('reason', `Invalid reason: must be one of ${REASONS.join(', ')}`);
  const made = scope.put('refund', {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: scope.nowSeconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    ...(isOfCard(scope, charge) && {
      destination_details: {
        card: {
          reference_status: 'pending',
          reference_type: 'acquirer_reference_number',
          type: 'refund',
        },
        type: 'card',
      },
    }),
    metadata: metadata(params),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method ?? null,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  });
  scope.emit('refund.created', made);
  refundedBy(scope, charge, amount);
  return arrive(scope, made);
}

const isOfCard = (scope: Scope, charge: Entity): boolean =>
  debitOf(scope, scope.get('payment_method', String(charge.payment_method))) === undefined;

function refundedBy(scope: Scope, charge: Entity, amount: number): void {
  const total = Number(charge.amount_refunded) + amount;
  change(scope, 'charge', 'charge.refunded', charge, {
    amount_refunded: total,
    refunded: total === charge.amount,
  });
}

/** The bank's word on a refund: its reference number, or that the money came back. */
function arrive(scope: Scope, made: Entity): Entity {
  if (!('destination_details' in made)) return made;
  const card = cardOfNumber(numberOf(scope, String(made.payment_method)));
  if (card?.refundFails) {
    const failed = updateRefund(scope, made, {
      failure_reason: 'expired_or_canceled_card',
      status: 'failed',
    });
    scope.emit('refund.failed', failed);
    const charge = scope.must('charge', String(made.charge));
    scope.put('charge', {
      ...charge,
      amount_refunded: Number(charge.amount_refunded) - Number(made.amount),
      refunded: false,
    });
    return failed;
  }
  return updateRefund(scope, made, {
    destination_details: {
      card: {
        reference: made.id.slice(3, 18),
        reference_status: 'available',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
  });
}

/** Replaces fields of a refund, and tells it by both of its events. */
export function updateRefund(scope: Scope, old: Entity, fields: Record<string, unknown>): Entity {
  const next = change(scope, 'refund', 'refund.updated', old, fields);
  if (next === old) return old;
  const previous = Object.fromEntries(Object.keys(fields).map((field) => [field, old[field]]));
  scope.emit('charge.refund.updated', next, previous);
  return next;
}

function amountOf(charge: Entity, params: Params): number {
  const left = Number(charge.amount_captured) - Number(charge.amount_refunded);
  if (charge.status !== 'succeeded')
    throw faults.wrongState('This charge did not succeed, and cannot be refunded.', {
      code: 'charge_not_refundable',
    });
  if (left === 0)
    throw faults.wrongState(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  const amount = integer(params, 'amount') ?? left;
  if (amount < 1) throw faults.invalidInteger('amount', `${amount}`);
  if (amount > left)
    throw faults.invalidParam(
      'amount',
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
    );
  return amount;
}

function chargeToRefund(scope: Scope, params: Params): Entity {
  const intentId = text(params, 'payment_intent');
  const chargeId = intentId === undefined ? text(params, 'charge') : chargeOf(scope, intentId);
  if (chargeId === undefined) throw faults.required('charge');
  const charge = scope.must('charge', chargeId, 'charge');
  const isLocked = scope
    .list('dispute')
    .some((one) => one.charge === charge.id && one.is_charge_refundable !== true);
  if (isLocked)
    throw faults.wrongState(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  return charge;
}

function chargeOf(scope: Scope, intentId: string): string {
  const { latest_charge: charge } = scope.must('payment_intent', intentId, 'payment_intent');
  if (typeof charge !== 'string')
    throw faults.wrongState(`This PaymentIntent (${intentId}) does not have a successful charge.`);
  return charge;
}
