import type { Interval, Tier } from '@dream/contract';

/** A tier with what Stripe knows of it. An archived one still serves those who have it. */
export interface TierRecord extends Tier {
  stripeProductId: string | null;
  archived: boolean;
  /** What bills units above a limit, by the price it comes with; `priceId` is null until it is made. */
  overagePrices: readonly OveragePrice[];
}

/** A price of units above the limit of a feature. */
export interface OveragePrice {
  feature: string;
  currency: string;
  interval: Interval;
  priceId: string | null;
}
