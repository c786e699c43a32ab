/** An account as Stripe shows it: whether money can be taken, and what its owner still has to give. */
export interface AccountFacts {
  id: string;
  name: string;
  chargesEnabled: boolean;
  detailsSubmitted: boolean;
  requirementsDue: string[];
}

/** Why nothing can be sold. */
export type SaleBlock = 'stripe_not_connected' | 'stripe_account_incomplete';

/** The Stripe account of an environment, as far as it has one. */
export interface ConnectionRecord {
  /** The account the developer connected. */
  stripeAccountId: string | null;
  accountName: string | null;
  connectedAtMs: number | null;
  /** Whose account is sold through now; null when nothing can be done at Stripe. */
  via: 'own' | 'platform' | null;
  /** What is known of the own account; null for one connected before we looked. */
  facts: AccountFacts | null;
  /** The account we made for this environment, until its owner has given what Stripe needs. */
  onboarding: AccountFacts | null;
  saleBlock: SaleBlock | null;
}

/** Why nothing can be sold; null when something can. An account that takes no money sells nothing. */
export function saleBlockOf({
  via,
  facts,
  onboarding,
}: Pick<ConnectionRecord, 'via' | 'facts' | 'onboarding'>): SaleBlock | null {
  if (via === 'platform') return null;
  if (via === null) return onboarding ? 'stripe_account_incomplete' : 'stripe_not_connected';
  return facts && !facts.chargesEnabled ? 'stripe_account_incomplete' : null;
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
