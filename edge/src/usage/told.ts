import type { Usage } from '@dream/contract';

/** What a customer's open pages are told when it changes. */
export type Told = { usage: Usage } | { plan: string; atMs: number } | { signedOut: string };
