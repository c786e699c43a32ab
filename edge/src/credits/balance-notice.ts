import type { WebhookEvent } from '@dream/contract';

/** The shares of credits used, in per cent, that are told of, and their bits in `told`. */
const BITS = { 80: 1, 100: 2 } as const;
const SHARES = [80, 100] as const;

/** What a balance came to when it last rose, and what was told of it since, as bits. */
export interface Level {
  fullUnits: number;
  fullMs: number;
  told: number;
}

type Said<T extends WebhookEvent['type']> = Omit<
  Extract<WebhookEvent, { type: T }>['data'],
  'customer'
>;

/** Something of a balance on its way from a shard to whoever is told; `id` is the event's. */
export type BalanceNotice = { id: string; customerId: string } & (
  | { type: 'credits.low'; data: Said<'credits.low'> }
  | { type: 'credits.granted'; data: Said<'credits.granted'> }
);

/**
 * The shares of its level that a balance has used, of those that were not told since it rose, and
 * `told` with them. What was told is told again only once the balance rose.
 */
export function sharesUsed(
  { fullUnits, told }: Level,
  balanceUnits: number,
): { shares: (80 | 100)[]; told: number } {
  const shares = SHARES.filter(
    (share) =>
      (told & BITS[share]) === 0 &&
      fullUnits > 0 &&
      balanceUnits * 100 <= fullUnits * (100 - share),
  );
  return { shares, told: shares.reduce((sum, share) => sum | BITS[share], told) };
}
