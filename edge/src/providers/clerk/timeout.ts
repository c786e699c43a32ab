/** How long Clerk may take; then the call fails as one that may be tried again. */
export const CLERK_TIMEOUT_MS = 5_000;
