import { MODES, type Mode } from '@dream/contract/primitives';
import { Stripe } from 'stripe';
import type { Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { idOf } from './state.ts';

/** An object an event is about, and whose it is, as far as the event says. */
export interface Subject {
  objectId: string;
  stripeCustomerId: string | null;
}

/** An event whose signature was right. It is a hint: what is true is asked of Stripe. */
export interface VerifiedEvent {
  id: string;
  type: string;
  mode: Mode;
  /** The connected account it is of; null for the platform's own. */
  accountId: string | null;
  /** What to look at again. Empty for events that mean nothing to us. */
  subjects: Subject[];
}

/**
 * Verifies an event with each secret this deployment has. The one that fits decides whether it is
 * of the platform or of a connected account, and its mode. Null for an event that is signed well
 * but not meant for that endpoint. Throws `signature_invalid`, also for one older than 5 minutes.
 */
export async function verifyEvent(
  config: Config['stripe'],
  text: string,
  signature: string | null,
): Promise<VerifiedEvent | null> {
  if (signature === null) throw new Fail('signature_invalid');
  for (const mode of MODES) {
    for (const source of ['platform', 'connect'] as const) {
      const secret =
        source === 'platform' ? config[mode].webhookSecret : config[mode].connectWebhookSecret;
      const event = await fits(text, signature, secret);
      if (event) return isMeantFor(event, mode, source) ? verified(event, mode) : null;
    }
  }
  throw new Fail('signature_invalid');
}

async function fits(text: string, signature: string, secret: string): Promise<Stripe.Event | null> {
  try {
    return await Stripe.webhooks.constructEventAsync(
      text,
      signature,
      secret,
      undefined,
      Stripe.createSubtleCryptoProvider(),
    );
  } catch {
    return null;
  }
}

/** A live Connect endpoint also gets test events; an event of the platform names no account. */
function isMeantFor(event: Stripe.Event, mode: Mode, source: 'platform' | 'connect'): boolean {
  return event.livemode === (mode === 'live') && Boolean(event.account) === (source === 'connect');
}

function verified(event: Stripe.Event, mode: Mode): VerifiedEvent {
  return {
    id: event.id,
    type: event.type,
    mode,
    accountId: event.account ?? null,
    subjects: subjectsOf(event),
  };
}

function subjectsOf(event: Stripe.Event): Subject[] {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.expired':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'customer.subscription.paused':
    case 'customer.subscription.resumed': {
      const { id, customer } = event.data.object;
      return [{ objectId: id, stripeCustomerId: customer === null ? null : idOf(customer) }];
    }
    case 'invoice.paid':
    case 'invoice.payment_failed': {
      const { customer, parent } = event.data.object;
      const subscription = parent?.subscription_details?.subscription;
      if (!subscription || customer === null) return [];
      return [{ objectId: idOf(subscription), stripeCustomerId: idOf(customer) }];
    }
    case 'customer.deleted':
      return [{ objectId: event.data.object.id, stripeCustomerId: event.data.object.id }];
    case 'account.application.deauthorized':
      return event.account ? [{ objectId: event.account, stripeCustomerId: null }] : [];
    default:
      return [];
  }
}
