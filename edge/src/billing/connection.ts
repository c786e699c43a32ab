/** The Stripe account of an environment, as far as it has one. */
export interface ConnectionRecord {
  /** The account the developer connected. */
  stripeAccountId: string | null;
  accountName: string | null;
  connectedAtMs: number | null;
  /** Whose account is sold through now; null when nothing can be done at Stripe. */
  via: 'own' | 'platform' | null;
}

/**
 * Whose account an environment sells through. One that has never had an account of its own uses the
 * platform's in test mode, so that everything can be tried at once. After a disconnection it does
 * not: what was sold would be of another account, and connecting again goes on with it.
 */
export function sellerOf(facts: {
  isPlatform: boolean;
  mode: 'test' | 'live';
  stripeAccountId: string | null;
  lastAccountId: string | null;
}): ConnectionRecord['via'] {
  if (facts.stripeAccountId !== null) return 'own';
  const isTrying = facts.mode === 'test' && facts.lastAccountId === null;
  return facts.isPlatform || isTrying ? 'platform' : null;
}
