import type { Tier } from '@dream/contract';

/** A tier with what Stripe knows of it. An archived one still serves those who have it. */
export interface TierRecord extends Tier {
  stripeProductId: string | null;
  archived: boolean;
}
