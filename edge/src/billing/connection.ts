/** The Stripe account of an environment, as far as it has one. */
export interface ConnectionRecord {
  stripeAccountId: string | null;
  accountName: string | null;
  connectedAtMs: number | null;
  /** Whether anything can be done at Stripe: there is an account, or it is the platform's own. */
  usable: boolean;
}
