import type { Stripe } from 'stripe';
import { idOf } from './state.ts';

/** A charge at Stripe, the whole of what we keep of it. */
export interface PaymentState {
  kind: 'payment';
  id: string;
  /** Null for a guest's. */
  stripeCustomerId: string | null;
  status: 'succeeded' | 'pending' | 'failed';
  amountMinor: number;
  refundedMinor: number;
  currency: string;
  failure: string | null;
  /** Where a dispute stands; null without one. */
  dispute: string | null;
  createdAtMs: number;
  /** The payment it is a try of; null for one without. */
  paymentIntentId: string | null;
  receiptUrl: string | null;
}

const STATUSES = ['succeeded', 'pending'] as const;

/** Fetches a charge, and where its dispute stands. */
export async function fetchPayment(
  stripe: Stripe,
  account: { stripeAccount?: string },
  id: string,
): Promise<PaymentState> {
  const charge = await stripe.charges.retrieve(id, {}, account);
  const disputes = charge.disputed
    ? await stripe.disputes.list({ charge: id, limit: 1 }, account)
    : null;
  return {
    kind: 'payment',
    id,
    stripeCustomerId: charge.customer === null ? null : idOf(charge.customer),
    status: STATUSES.find((known) => known === charge.status) ?? 'failed',
    amountMinor: charge.amount,
    refundedMinor: charge.amount_refunded,
    currency: charge.currency,
    failure: charge.failure_code,
    dispute: disputes?.data[0]?.status ?? null,
    createdAtMs: charge.created * 1000,
    paymentIntentId: charge.payment_intent === null ? null : idOf(charge.payment_intent),
    receiptUrl: charge.receipt_url,
  };
}
