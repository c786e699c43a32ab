/** How many of these an environment can have, as the contract says; archived tiers count. */
export const MOST = { origins: 100, tiers: 100, webhooks: 10 } as const;
