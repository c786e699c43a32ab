import type { Stripe } from 'stripe';
import type { MeteredUse } from './client.ts';
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

/** Reports use. That an id is known already is a success: it was counted. */
export async function reportUse(
  stripe: Stripe,
  account: Account,
  { id, eventName, stripeCustomerId, units, atMs }: MeteredUse,
): Promise<void> {
  try {
    await stripe.billing.meterEvents.create(
      {
        event_name: eventName,
        identifier: id,
        timestamp: Math.floor(atMs / 1000),
        payload: { stripe_customer_id: stripeCustomerId, value: String(units) },
      },
      account,
    );
  } catch (error) {
    if (!isRefusal(error) || !/already exists with identifier/i.test(error.message)) throw error;
  }
}

/** Whether the use of a minute is in the meter. There is one report a minute at most. */
export async function hasUse(
  stripe: Stripe,
  account: Account,
  { eventName, stripeCustomerId, units, atMs }: MeteredUse,
): Promise<boolean> {
  const meterId = await findMeter(stripe, account, eventName);
  if (meterId === null) return false;
  const startSeconds = Math.floor(atMs / 60_000) * 60;
  const summaries = await stripe.billing.meters.listEventSummaries(
    meterId,
    { customer: stripeCustomerId, start_time: startSeconds, end_time: startSeconds + 60 },
    account,
  );
  const counted = summaries.data.reduce((sum, { aggregated_value: value }) => sum + value, 0);
  return counted >= units;
}
