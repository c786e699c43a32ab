import { MODES, type Mode } from '@dream/contract/primitives';
import { Stripe } from 'stripe';
import type { Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { ABOUT } from './sold-events.ts';

/** The metadata field that says for which project something was made in the platform's account. */
export const PROJECT_HINT = 'dream_project';

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
  /** The project an object of the platform's account says it was made for: whom to ask, no proof. */
  projectHint: string | null;
  /** What to look at again. Empty for events that mean nothing to us. */
  subjects: Subject[];
}

/**
 * Verifies an event with each secret this deployment has. The one that fits decides whether it is
 * of the platform or of a connected account, and its mode. Null for an event that is signed well
 * but not meant for that endpoint. Throws `signature_invalid`, also for one older than 5 minutes.
 * A deployment behind `stripe listen` has one secret for both sources: there the event itself says
 * which of them it is of.
 */
export async function verifyEvent(
  config: Config['stripe'],
  text: string,
  signature: string | null,
): Promise<VerifiedEvent | null> {
  if (signature === null) throw new Fail('signature_invalid');
  let isSigned = false;
  for (const mode of MODES) {
    for (const source of ['platform', 'connect'] as const) {
      const secret =
        source === 'platform' ? config[mode].webhookSecret : config[mode].connectWebhookSecret;
      const event = await fits(text, signature, secret);
      if (event && isMeantFor(event, mode, source)) return verified(event, mode);
      isSigned ||= event !== null;
    }
  }
  if (isSigned) return null;
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
    projectHint: event.account ? null : projectHintOf(event),
    subjects: subjectsOf(event),
  };
}

/** What we wrote into the metadata of a customer, checkout or subscription, or an invoice's of it. */
function projectHintOf({ data }: Stripe.Event): string | null {
  const object = fieldsOf(fieldsOf(data).object);
  const { subscription_details } = fieldsOf(object.parent);
  for (const { metadata } of [object, fieldsOf(subscription_details)]) {
    const hint = fieldsOf(metadata)[PROJECT_HINT];
    if (typeof hint === 'string') return hint;
  }
  return null;
}

/** The objects an event is about. One that does not say which is about nothing, and is let be. */
export function subjectsOf({ type, account, data }: Stripe.Event): Subject[] {
  if (type === 'account.updated' || type === 'account.application.deauthorized')
    return subjects(account, null);
  // A signature proves who sent the event, not that it has the shape its types promise.
  const object = fieldsOf(fieldsOf(data).object);
  const about = type in ABOUT ? ABOUT[type as keyof typeof ABOUT] : null;
  if (about === 'charge') return subjects(object.charge, null);
  if (about === 'subscription') {
    const { subscription } = fieldsOf(fieldsOf(object.parent).subscription_details);
    return subjects(subscription, object.customer);
  }
  if (about === null) return [];
  return subjects(object, type === 'customer.deleted' ? object : object.customer);
}

function subjects(object: unknown, customer: unknown): Subject[] {
  const objectId = idIn(object);
  return objectId === null ? [] : [{ objectId, stripeCustomerId: idIn(customer) }];
}

/** The id of an object, or of a reference to one; null for anything else. */
function idIn(reference: unknown): string | null {
  const id = typeof reference === 'string' ? reference : fieldsOf(reference).id;
  return typeof id === 'string' ? id : null;
}

const fieldsOf = (value: unknown): { [field: string]: unknown } =>
  typeof value === 'object' && value !== null ? { ...value } : {};
