import type { Subscription } from '@dream/contract/customers';
import type { ErrorCode } from '@dream/contract/errors';
import type { Interval } from '@dream/contract/primitives';
import type { OveragePrice, TierRecord } from '../catalog/tier.ts';
import type { SaleBlock } from './connection.ts';

/** What of a live subscription decides how it may change. Amounts are null for a price we lost. */
export interface LiveFacts {
  id: string;
  tier: string;
  priceId: string;
  status: Subscription['status'];
  priceMinor: number | null;
  currency: string | null;
  interval: Interval | null;
}

/** What is known when a customer wants to buy. */
export interface CheckoutFacts {
  tiers: readonly TierRecord[];
  /** Why there is no Stripe account to sell through; null when there is one. */
  saleBlock: SaleBlock | null;
  /** The subscription that gives the plan now. */
  live: LiveFacts | null;
  /** A trial is given once. */
  hadSubscription: boolean;
}

/** One of our prices, as it is sold. */
export type SoldPrice = TierRecord['prices'][number] & { priceId: string };

/** `start` a checkout, `change` or `end` the live subscription, or say why not. */
export type CheckoutDecision =
  | { kind: 'start'; tier: string; price: SoldPrice; meteredPriceIds: string[]; trialDays: number }
  | {
      kind: 'change';
      live: LiveFacts;
      tier: string;
      price: SoldPrice;
      meteredPriceIds: string[];
    }
  | { kind: 'end'; live: LiveFacts; tier: string }
  | { kind: 'refused'; code: ErrorCode; details: Record<string, unknown> };

const refused = (code: ErrorCode, details: Record<string, unknown>): CheckoutDecision => ({
  kind: 'refused',
  code,
  details,
});

/**
 * What asking for a tier means for this customer. Without a `priceId` a subscriber keeps paying in
 * the interval of now, as far as the tier has such a price; everybody else gets the first. The same
 * tier at another of its prices, named by its id, is a change, too: month to year. A subscription
 * stays in its currency. For a subscriber the default tier, where it is free, means to cancel.
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
  const { live } = facts;
  if (live && tier.isDefault && tier.prices.length === 0)
    return { kind: 'end', live, tier: tier.name };
  if (tier.prices.length > 0 && facts.saleBlock) return refused(facts.saleBlock, {});
  const sold = tier.prices.filter((price): price is SoldPrice => price.priceId !== null);
  const first = sold[0];
  if (!first) return refused('tier_not_for_sale', { tier: tier.name });
  const named =
    asked.priceId === undefined ? null : sold.find((price) => price.priceId === asked.priceId);
  if (named === undefined)
    return refused('price_not_found', { prices: sold.map(({ priceId }) => priceId) });
  if (live) return decideChange(live, tier, sold, named);
  const price = named ?? first;
  const meteredPriceIds = meteredFor(tier, price);
  if (meteredPriceIds === null) return refused('tier_not_for_sale', { tier: tier.name });
  const trialDays = facts.hadSubscription ? 0 : tier.trialDays;
  return { kind: 'start', tier: tier.name, price, meteredPriceIds, trialDays };
}

function decideChange(
  live: LiveFacts,
  tier: TierRecord,
  sold: readonly SoldPrice[],
  named: SoldPrice | null,
): CheckoutDecision {
  if (live.tier === tier.name && (named === null || named.priceId === live.priceId))
    return refused('already_subscribed', { plan: live.tier });
  if (live.status === 'past_due') return refused('payment_past_due', {});
  const inCurrency = sold.filter(
    ({ currency }) => live.currency === null || currency === live.currency,
  );
  const alike = inCurrency.find(({ interval }) => interval === live.interval) ?? inCurrency[0];
  const price = named ?? alike;
  if (!price || !inCurrency.includes(price))
    return refused('currency_fixed', { currency: live.currency });
  const meteredPriceIds = meteredFor(tier, price);
  if (meteredPriceIds === null) return refused('tier_not_for_sale', { tier: tier.name });
  return { kind: 'change', live, tier: tier.name, price, meteredPriceIds };
}

/** The overage prices that come with a price of a tier; null while Stripe has not all of them. */
function meteredFor(tier: TierRecord, price: SoldPrice): string[] | null {
  const isAlike = ({ currency, interval }: OveragePrice) =>
    currency === price.currency && interval === price.interval;
  const ids = tier.overagePrices.filter(isAlike).map((one) => one.priceId);
  return ids.every((id) => id !== null) ? ids : null;
}
