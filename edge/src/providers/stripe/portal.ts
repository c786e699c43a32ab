import type { Stripe } from 'stripe';
import { isRefusal } from './errors.ts';

/**
 * Opens the customer's page. Stripe refuses it on an account whose owner never saved the page's
 * settings; such an account gets a plain configuration once, which is found again after that.
 */
export async function openPortal(
  stripe: Stripe,
  account: { stripeAccount?: string },
  { stripeCustomerId, returnUrl }: { stripeCustomerId: string; returnUrl: string },
): Promise<string> {
  const params = { customer: stripeCustomerId, return_url: returnUrl };
  try {
    return (await stripe.billingPortal.sessions.create(params, account)).url;
  } catch (error) {
    if (!isRefusal(error) || !/configuration/i.test(error.message)) throw error;
  }
  const known = await stripe.billingPortal.configurations.list({ active: true, limit: 1 }, account);
  const configuration =
    known.data[0] ?? (await stripe.billingPortal.configurations.create(PLAIN, account));
  return (
    await stripe.billingPortal.sessions.create(
      { ...params, configuration: configuration.id },
      account,
    )
  ).url;
}

const PLAIN: Stripe.BillingPortal.ConfigurationCreateParams = {
  features: {
    customer_update: { enabled: true, allowed_updates: ['email', 'address', 'tax_id'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true, mode: 'at_period_end' },
  },
};
