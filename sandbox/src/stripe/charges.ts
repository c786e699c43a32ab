import { DECLINE_TEXT, type Decline, cardOfNumber } from './cards.ts';
import { openDispute } from './disputes.ts';
import { numberOf } from './payment-methods.ts';
import type { Entity, Scope } from './scope.ts';

/** How a charge went: paid, held for capture, on its way from a bank, or declined. */
export type Went = 'paid' | 'held' | 'pending' | Decline;

const OUTCOME = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 21,
  seller_message: 'Payment complete.',
  type: 'authorized',
};

interface Attempt {
  id: string;
  intent: Entity;
  method: Entity | undefined;
  went: Went;
}

/** Charges a payment method for an intent, tells how it went, and answers the charge. */
export function charge(scope: Scope, attempt: Attempt): Entity {
  const { method, went } = attempt;
  const made = scope.put('charge', chargeEntity(scope, attempt));
  scope.emit(`charge.${String(made.status)}`, made);
  const disputes = method && cardOfNumber(numberOf(scope, method.id))?.disputes;
  return disputes && went === 'paid' ? openDispute(scope, made, disputes) : made;
}

function chargeEntity(scope: Scope, { id, intent, method, went }: Attempt): Entity {
  const declined = went === 'paid' || went === 'held' || went === 'pending' ? null : went;
  const isTaken = went === 'paid' || went === 'pending';
  const text = declined && DECLINE_TEXT[declined];
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isTaken ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method?.billing_details ?? {
      address: null,
      email: null,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'SANDBOX',
    captured: isTaken,
    created: scope.nowSeconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: text?.error ?? null,
    failure_message: text?.message ?? null,
    fraud_details: {},
    livemode: scope.livemode,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: text
      ? {
          ...OUTCOME,
          network_decline_code: '01',
          network_status: 'declined_by_network',
          reason: text.code,
          seller_message: 'The bank did not return any further details with this decline.',
          type: 'issuer_declined',
        }
      : OUTCOME,
    paid: declined === null && went !== 'pending',
    payment_intent: intent.id,
    payment_method: method?.id ?? null,
    payment_method_details: method ? methodDetails(method, intent) : null,
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: declined || went === 'pending' ? null : scope.pageUrl(`/receipts/payment/${id}`),
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: declined ? 'failed' : went === 'pending' ? 'pending' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function methodDetails(method: Entity, intent: Entity) {
  const type = String(method.type);
  return { [type]: type === 'card' ? cardDetails(method, intent) : debitDetails(method), type };
}

/** What a charge says of a bank account: what its payment method says, and the mandate. */
function debitDetails(method: Entity) {
  const {
    financial_connections_account: _account,
    generated_from: _from,
    networks: _networks,
    status_details: _details,
    ...shown
  } = method[String(method.type)] as Record<string, unknown>;
  return method.type === 'us_bank_account'
    ? { ...shown, payment_reference: null }
    : { ...shown, mandate: null };
}

function cardDetails(method: Entity, intent: Entity) {
  const card = method.card as Record<string, unknown>;
  return {
    amount_authorized: intent.amount,
    authorization_code: null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
    regulated_status: card.regulated_status,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
