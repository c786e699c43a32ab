import type { Stripe } from 'stripe';
import { isRefusal } from './errors.ts';

type Account = { stripeAccount?: string };

/**
 * The active meter that hears an event name, or a new one. Stripe allows one active meter a name, so
 * whoever comes second finds what the first one made.
 */
export async function putMeter(
  stripe: Stripe,
  account: Account,
  { eventName, feature }: { eventName: string; feature: string },
): Promise<string> {
  const known = await findMeter(stripe, account, eventName);
  if (known !== null) return known;
  try {
    const made = await stripe.billing.meters.create(
      {
        display_name: feature,
        event_name: eventName,
        default_aggregation: { formula: 'sum' },
        customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
        value_settings: { event_payload_key: 'value' },
      },
      account,
    );
    return made.id;
  } catch (error) {
    const meanwhile = isRefusal(error) ? await findMeter(stripe, account, eventName) : null;
    if (meanwhile === null) throw error;
    return meanwhile;
  }
}

async function findMeter(
  stripe: Stripe,
  account: Account,
  eventName: string,
): Promise<string | null> {
  const active = stripe.billing.meters.list({ status: 'active', limit: 100 }, account);
  for await (const meter of active) if (meter.event_name === eventName) return meter.id;
  return null;
}
