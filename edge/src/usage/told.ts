import type { Usage } from '@dream/contract';

/**
 * What a customer's open pages are told when it changes. `changed`: something that is neither usage
 * nor plan. `signedOut` is a session, null is every one.
 */
export type Told =
  | { usage: Usage }
  | { plan: string; atMs: number }
  | { changed: true }
  | { signedOut: string | null };

/** Tells a customer's open pages. What has to be found out first is asked for where there are any. */
export type Tell = (customerId: string, told: Told | (() => Told | null)) => void;
