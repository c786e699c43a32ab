import type { Customer, PublicTier, Subscription } from '@dream/contract';
import type { Values } from '../internal/texts.ts';
import { hasTrial, type Offer } from './offer.ts';

/** A sentence: the name of its text, and what fills it in. */
export interface Note {
  name: string;
  values?: Values;
  isWarning?: boolean;
}

/** How dates and prices are written where the note stands. */
export interface Written {
  date: (atMs: number) => string;
  price: (price: { priceMinor: number; currency: string; interval: string }) => string;
}

const DAY_MS = 86_400_000;

/** What is said below the price of an offer: of the plan one has, of one to come, of a trial. */
export function noteOf(
  offer: Offer,
  customer: Customer | null,
  tiers: readonly PublicTier[],
  written: Written,
): Note | null {
  const { tier, price } = offer;
  const subscription = customer?.subscription;
  if (subscription) {
    if (subscription.plan === tier.name) return standing(subscription, tiers, written);
    const { next, endsAtMs } = subscription;
    const startsAtMs = next?.plan === tier.name ? next.atMs : price ? null : endsAtMs;
    return startsAtMs === null
      ? null
      : { name: 'starts', values: { date: written.date(startsAtMs) } };
  }
  if (!price || !hasTrial(offer, customer)) return null;
  const days = tier.trialDays;
  const { price: priceMinor, currency, interval } = price;
  return {
    name: 'trial',
    values: {
      days,
      price: written.price({ priceMinor, currency, interval }),
      date: written.date(Date.now() + days * DAY_MS),
    },
  };
}

/** How things stand with the plan that is paid for. */
function standing(
  { status, graceEndsAtMs, endsAtMs, next, renewsAtMs, price }: Subscription,
  tiers: readonly PublicTier[],
  { date, price: written }: Written,
): Note | null {
  if (status === 'past_due')
    return graceEndsAtMs === null
      ? { name: 'pastDue', isWarning: true }
      : { name: 'grace', values: { date: date(graceEndsAtMs) }, isWarning: true };
  if (endsAtMs !== null) return { name: 'ends', values: { date: date(endsAtMs) } };
  if (next) {
    const tier = tiers.find(({ name }) => name === next.plan)?.displayName ?? next.plan;
    return { name: 'changes', values: { tier, date: date(next.atMs) } };
  }
  if (renewsAtMs === null) return null;
  if (status === 'trialing' && price)
    return { name: 'trialEnds', values: { date: date(renewsAtMs), price: written(price) } };
  return { name: 'renews', values: { date: date(renewsAtMs) } };
}
