import { change } from './change.ts';
import type { Params } from './form.ts';
import { group, text } from './form.ts';
import { type Entity, newId, type Scope } from './scope.ts';

const TEXTS = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

const ANSWER_SECONDS = 9 * 86_400;

/** Disputes a charge; an inquiry (`general`) leaves the money where it is. Answers the charge. */
export function openDispute(scope: Scope, charge: Entity, reason: string): Entity {
  const isInquiry = reason === 'general';
  const details = charge.payment_method_details as { card: { brand: string } };
  const disputed = scope.put('charge', { ...charge, disputed: true });
  const dispute = scope.put('dispute', {
    id: newId('du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: scope.nowSeconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...Object.fromEntries(TEXTS.map((name) => [name, null])),
      enhanced_evidence: {},
    },
    evidence_details: {
      due_by: scope.nowSeconds() + ANSWER_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: scope.livemode,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: details.card.brand,
        case_type: isInquiry ? 'inquiry' : 'chargeback',
        network: details.card.brand,
        network_reason_code: isInquiry ? null : '10.4',
      },
      type: 'card',
    },
    reason,
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
  });
  scope.emit('charge.dispute.created', dispute);
  if (!isInquiry) scope.emit('charge.dispute.funds_withdrawn', dispute);
  return disputed;
}

/** Gives evidence. Submitted, `winning_evidence` and `losing_evidence` decide it, as at Stripe. */
export function giveEvidence(scope: Scope, old: Entity, params: Params): Entity {
  const given = group(params, 'evidence') ?? {};
  const texts = Object.fromEntries(
    TEXTS.filter((name) => name in given).map((name) => [name, text(given, name) ?? null]),
  );
  const evidence = { ...(old.evidence as object), ...texts };
  const details = old.evidence_details as { submission_count: number; has_evidence: boolean };
  const submits = Object.keys(texts).length > 0 && text(params, 'submit') !== 'false';
  const isInquiry = String(old.status).startsWith('warning');
  const updated = change(scope, 'dispute', 'charge.dispute.updated', old, {
    evidence,
    evidence_details: {
      ...details,
      has_evidence: details.has_evidence || Object.keys(texts).length > 0,
      submission_count: details.submission_count + (submits ? 1 : 0),
      ...(submits ? { submission_method: 'manual' } : {}),
    },
    status: submits ? (isInquiry ? 'warning_under_review' : 'under_review') : undefined,
  });
  const verdict = text(given, 'uncategorized_text');
  if (submits && verdict === 'winning_evidence') return closeDispute(scope, updated, true);
  if (submits && verdict === 'losing_evidence') return closeDispute(scope, updated, false);
  return updated;
}

/** Ends a dispute: won, or lost, as when the seller gives in. */
export function closeDispute(scope: Scope, old: Entity, isWon: boolean): Entity {
  const isInquiry = String(old.status).startsWith('warning');
  const status = isInquiry ? 'warning_closed' : isWon ? 'won' : 'lost';
  const closed = scope.put('dispute', { ...old, status, is_charge_refundable: false });
  scope.emit('charge.dispute.closed', closed, { status: old.status });
  if (isWon && !isInquiry) scope.emit('charge.dispute.funds_reinstated', closed);
  return closed;
}
