/** A secret as it is kept: sealed, with the few characters people tell it by. */
export interface KeptSecret {
  sealed: string;
  last4: string;
}

/** An environment's own Clerk application as it is kept. */
export interface SealedClerkApp {
  instanceId: string;
  frontendUrl: string;
  publishableKey: string;
  secretKey: KeptSecret;
  webhookSecret: KeptSecret | null;
  connectedAtMs: number;
}
