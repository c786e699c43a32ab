import { Stripe } from 'stripe';
import { idOf } from './state.ts';

/**
 * Gives back what a subscription paid with its latest paid invoice; false when that was nothing.
 * Safe to repeat: soon by the key, and later because Stripe refuses to give back more than was paid.
 */
export async function refundSubscription(
  stripe: Stripe,
  account: { stripeAccount?: string },
  subscription: string,
): Promise<boolean> {
  const invoices = await stripe.invoices.list({ subscription, status: 'paid', limit: 1 }, account);
  const [invoice] = invoices.data;
  if (!invoice) return false;
  const payments = await stripe.invoicePayments.list(
    { invoice: invoice.id, status: 'paid', limit: 100 },
    account,
  );
  for (const { id, payment } of payments.data) {
    const paid = payment.payment_intent
      ? { payment_intent: idOf(payment.payment_intent) }
      : payment.charge
        ? { charge: idOf(payment.charge) }
        : null;
    // A payment outside of Stripe was never taken by us, and cannot be given back by us.
    if (paid !== null) await refund(stripe, account, id, paid);
  }
  return payments.data.length > 0;
}

async function refund(
  stripe: Stripe,
  account: { stripeAccount?: string },
  invoicePaymentId: string,
  paid: { payment_intent: string } | { charge: string },
): Promise<void> {
  try {
    await stripe.refunds.create(
      { ...paid, reason: 'duplicate' },
      { ...account, idempotencyKey: `refund_${invoicePaymentId}` },
    );
  } catch (error) {
    const isDone =
      error instanceof Stripe.errors.StripeError && error.code === 'charge_already_refunded';
    if (!isDone) throw error;
  }
}
