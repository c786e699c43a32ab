/** Stripe forgets an idempotency key after 24 h; what may be older than this is looked for first. */
export const KEYS_LAST_MS = 23 * 3_600_000;
