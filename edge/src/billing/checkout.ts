import type { ErrorCode } from '@dream/contract/errors';
import type { TierRecord } from '../catalog/tier.ts';

/** What is known when a customer wants to buy. */
export interface CheckoutFacts {
  tiers: readonly TierRecord[];
  /** Whether there is a Stripe account to sell through. */
  canSell: boolean;
  /** The subscription that gives the plan now. */
  live: { id: string; tier: string; priceId: string } | null;
  /** A trial is given once. */
  hadSubscription: boolean;
}

/** `start` a checkout, or `change` the plan of the live subscription, or say why not. */
export type CheckoutDecision =
  | { kind: 'start'; tier: string; priceId: string; trialDays: number }
  | { kind: 'change'; subscriptionId: string; tier: string; priceId: string }
  | { kind: 'refused'; code: ErrorCode; details: Record<string, unknown> };

const refused = (code: ErrorCode, details: Record<string, unknown>): CheckoutDecision => ({
  kind: 'refused',
  code,
  details,
});

/**
 * What buying a tier means for this customer. Without a `priceId` a subscriber keeps paying in the
 * currency and interval of now, as far as the tier has such a price; everybody else gets the first.
 * The same tier at another of its prices, named by its id, is a change, too: month to year.
 */
export function decideCheckout(
  facts: CheckoutFacts,
  asked: { tier: string; priceId?: string | undefined; bySecretKey: boolean },
): CheckoutDecision {
  const tier = facts.tiers.find(
    (candidate) => candidate.name === asked.tier && !candidate.archived,
  );
  const visible = facts.tiers.filter((candidate) => candidate.listed && !candidate.archived);
  if (!tier || (!tier.listed && !asked.bySecretKey)) {
    return refused('tier_not_found', { tiers: visible.map(({ name }) => name) });
  }
  if (tier.prices.length > 0 && !facts.canSell) return refused('stripe_not_connected', {});
  const sold = tier.prices.filter((price) => price.priceId !== null);
  const first = sold[0];
  if (!first?.priceId) return refused('tier_not_for_sale', { tier: tier.name });
  const named =
    asked.priceId === undefined ? null : sold.find((price) => price.priceId === asked.priceId);
  if (named === undefined)
    return refused('price_not_found', { prices: sold.map(({ priceId }) => priceId) });
  const { live } = facts;
  if (!live) {
    const trialDays = facts.hadSubscription ? 0 : tier.trialDays;
    return { kind: 'start', tier: tier.name, priceId: named?.priceId ?? first.priceId, trialDays };
  }
  if (live.tier === tier.name && (named === null || named.priceId === live.priceId)) {
    return refused('already_subscribed', { plan: live.tier });
  }
  const paid = facts.tiers
    .flatMap(({ prices }) => prices)
    .find((price) => price.priceId === live.priceId);
  const alike =
    paid &&
    sold.find((price) => price.currency === paid.currency && price.interval === paid.interval);
  const priceId = named?.priceId ?? alike?.priceId ?? first.priceId;
  return { kind: 'change', subscriptionId: live.id, tier: tier.name, priceId };
}
