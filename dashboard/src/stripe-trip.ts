import type { Mode, ProposedAccount } from '@dream/contract';

const NAME = 'dream-stripe-trip';

/** Where a developer was when they left for Stripe; `state` is what Stripe gives back. */
export interface StripeTrip {
  project: string;
  mode: Mode;
  state: string;
  /** The account that came back: its code is good once, and the page may be loaded again. */
  account?: ProposedAccount;
}

/** Remembers, in this tab only, who left for Stripe from where. */
export const rememberTrip = (trip: StripeTrip): void =>
  sessionStorage.setItem(NAME, JSON.stringify(trip));

/**
 * The trip that a return from Stripe ends; null when this tab began none with that state, as when
 * somebody was led here by a link of a stranger's.
 */
export function tripOf(state: string | null): StripeTrip | null {
  const kept = sessionStorage.getItem(NAME);
  const trip = kept === null ? null : (JSON.parse(kept) as StripeTrip);
  return trip !== null && trip.state === state ? trip : null;
}

/** The trip is over. */
export const forgetTrip = (): void => sessionStorage.removeItem(NAME);
