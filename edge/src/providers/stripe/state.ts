import type { Subscription } from '@dream/contract/customers';
import type { Interval } from '@dream/contract/primitives';
import type { Stripe } from 'stripe';
import { type BoughtState, boughtState } from './orders.ts';
import type { PaymentState } from './payments.ts';

/** What a subscription is for, and the period of it that runs, up to `renewsAtMs`. */
export interface SubscriptionItem {
  id: string;
  priceId: string;
  interval: Interval;
  periodStartMs: number;
  renewsAtMs: number;
}

/** A subscription at Stripe, the whole of what we keep of it. */
export interface SubscriptionState {
  kind: 'subscription';
  id: string;
  stripeCustomerId: string;
  status: Subscription['status'];
  /** What it is for; ours is the item whose price is one of our prices. */
  items: SubscriptionItem[];
  /** When it ends, or ended; null for one that goes on. */
  endsAtMs: number | null;
  trialEndsAtMs: number | null;
  /** Since when a payment is missing; null while none is. */
  pastDueSinceMs: number | null;
  /** When it was last asked to end; null when it was not. */
  endAskedAtMs: number | null;
  /** Whether a schedule decides what becomes of it. */
  isScheduled: boolean;
  /** The lines it is to have later, by its schedule. */
  next: { priceIds: string[]; atMs: number } | null;
  createdAtMs: number;
}

/** A checkout at Stripe. `url` is there while it is open. */
export interface CheckoutState {
  kind: 'checkout';
  id: string;
  status: 'open' | 'complete' | 'expired';
  url: string | null;
  /** Shows an open embedded one; only its customer's page may have it. */
  clientSecret: string | null;
  subscriptionId: string | null;
  /** What it says of an order; null of a checkout of a tier. */
  bought: BoughtState | null;
}

/** An account, and how far its owner has come with it. */
export interface AccountState {
  kind: 'account';
  id: string;
  name: string;
  chargesEnabled: boolean;
  detailsSubmitted: boolean;
  /** What Stripe still needs of its owner, in Stripe's names. */
  requirementsDue: string[];
}

/** What was found at Stripe under an id. `gone`: it is not there any more, or may not be seen. */
export type StripeState =
  | SubscriptionState
  | CheckoutState
  | PaymentState
  | { kind: 'customer'; id: string }
  | AccountState
  | { kind: 'gone'; id: string };

const atMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);

export const idOf = (reference: string | { id: string }): string =>
  typeof reference === 'string' ? reference : reference.id;

/** Reads a subscription. Flexible billing says `cancel_at`, classic billing `cancel_at_period_end`. */
export function subscriptionState(subscription: Stripe.Subscription): SubscriptionState {
  const items = subscription.items.data.map((item) => ({
    id: item.id,
    priceId: item.price.id,
    interval: item.price.recurring?.interval === 'year' ? ('year' as const) : ('month' as const),
    periodStartMs: item.current_period_start * 1000,
    renewsAtMs: item.current_period_end * 1000,
  }));
  const periodEndMs = Math.max(0, ...items.map((item) => item.renewsAtMs)) || null;
  const endsAtMs =
    atMs(subscription.ended_at) ??
    atMs(subscription.cancel_at) ??
    (subscription.cancel_at_period_end ? periodEndMs : null);
  return {
    kind: 'subscription',
    id: subscription.id,
    stripeCustomerId: idOf(subscription.customer),
    status: statusOf(subscription.status),
    items,
    endsAtMs,
    trialEndsAtMs: subscription.status === 'trialing' ? atMs(subscription.trial_end) : null,
    pastDueSinceMs: subscription.status === 'past_due' ? pastDueSinceMs(subscription) : null,
    endAskedAtMs: atMs(subscription.canceled_at),
    isScheduled: subscription.schedule !== null,
    next: endsAtMs === null ? nextOf(subscription) : null,
    createdAtMs: subscription.created * 1000,
  };
}

/** The open invoice says since when; without it, the period that it would be for. */
function pastDueSinceMs({ latest_invoice: invoice, items, created }: Stripe.Subscription): number {
  if (invoice !== null && typeof invoice !== 'string' && invoice.status === 'open')
    return invoice.created * 1000;
  return (items.data[0]?.current_period_start ?? created) * 1000;
}

/** The phase of a schedule that comes after the running one. */
function nextOf({ schedule }: Stripe.Subscription): SubscriptionState['next'] {
  if (schedule === null || typeof schedule === 'string' || schedule.status !== 'active')
    return null;
  const startsAt = schedule.current_phase?.end_date;
  const phase = schedule.phases.find(({ start_date }) => start_date === startsAt);
  if (!phase || startsAt === undefined) return null;
  return { priceIds: phase.items.map(({ price }) => idOf(price)), atMs: startsAt * 1000 };
}

const STATUSES = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete'] as const;

/** Any status we do not know, and `incomplete_expired`, gives nothing: like a canceled one. */
function statusOf(status: string): Subscription['status'] {
  return STATUSES.find((known) => known === status) ?? 'canceled';
}

/** Reads an account. One without a name is called by its e-mail or id. */
export function accountState(account: Stripe.Account): AccountState {
  return {
    kind: 'account',
    id: account.id,
    name:
      account.business_profile?.name ||
      account.settings?.dashboard.display_name ||
      account.email ||
      account.id,
    chargesEnabled: account.charges_enabled,
    detailsSubmitted: account.details_submitted,
    requirementsDue: account.requirements?.currently_due ?? [],
  };
}

/** What a checkout session is fetched with, to know the whole of it. */
export const WITH_PAYMENT = { expand: ['payment_intent'] };

/** Reads a checkout session. */
export function checkoutState(session: Stripe.Checkout.Session): CheckoutState {
  return {
    kind: 'checkout',
    id: session.id,
    status: (['complete', 'expired'] as const).find((known) => known === session.status) ?? 'open',
    url: session.url,
    clientSecret: session.client_secret,
    subscriptionId: session.subscription === null ? null : idOf(session.subscription),
    bought: boughtState(session),
  };
}
