import { Stripe } from 'stripe';
import { Fail } from '../../http/fail.ts';

type Account = { stripeAccount?: string };
type Invoice = Stripe.Subscription['latest_invoice'];

/** What a bank says when it wants to ask the owner of the card first. */
const ASKS = new Set(['authentication_required', 'subscription_payment_intent_requires_action']);

/** Whether a payment only lacks that the owner of the card confirms it. */
export const asksOwner = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeCardError &&
  (ASKS.has(error.code ?? '') || ASKS.has(error.decline_code ?? ''));

/**
 * Sends on to the page where the customer pays a change that waits for it. An invoice that has no page
 * cannot be confirmed anywhere: that is a payment that failed.
 */
export function confirmationOf(invoice: Invoice): Fail {
  const url = invoice === null || typeof invoice === 'string' ? null : invoice.hosted_invoice_url;
  return url
    ? new Fail('payment_action_required', { url })
    : new Fail('payment_failed', { reason: 'authentication_required' });
}

/** Whether a change to exactly these prices waits to be paid. */
export function isPending(
  { pending_update: pending }: Stripe.Subscription,
  priceIds: readonly string[],
): boolean {
  const waiting = pending?.subscription_items?.map(({ price }) => price.id) ?? [];
  return pending !== null && waiting.toSorted().join() === priceIds.toSorted().join();
}

/**
 * Gives up a change that waits to be paid: nobody shall pay for it after asking for something else.
 * Throws when it was paid meanwhile.
 */
export async function dropPending(
  stripe: Stripe,
  account: Account,
  { pending_update: pending, latest_invoice: invoice }: Stripe.Subscription,
): Promise<void> {
  if (pending === null || invoice === null) return;
  await stripe.invoices.voidInvoice(
    typeof invoice === 'string' ? invoice : (invoice.id ?? ''),
    {},
    account,
  );
}
