/**
 * Something sold that may still change at Stripe: a subscription, or a checkout or order not yet paid, or
 * that was ended while nobody could look.
 */
export interface Sold {
  id: string;
  endsAtMs: number | null;
}

/** Everything sold that may still change at Stripe, whatever account it was sold through. */
export function soldObjects(sql: SqlStorage): Sold[] {
  return sql
    .exec<{ id: string; endsAtMs: number | null }>(
      `SELECT id, ends_ms AS endsAtMs FROM subscription WHERE status <> 'canceled'
       UNION ALL SELECT id, NULL FROM checkout WHERE status = 'open'
       UNION ALL SELECT session_id, NULL FROM store_order
         WHERE status IN ('pending', 'processing') AND session_id IS NOT NULL
         AND stripe_account_id IS (SELECT stripe_account_id FROM connection)
       UNION ALL SELECT session_id, NULL FROM store_order
         WHERE is_unseen = 1 AND session_id IS NOT NULL
         AND stripe_account_id IS (SELECT stripe_account_id FROM connection)`,
    )
    .toArray();
}

/**
 * What was sold through the account of now, in the order of ids after `afterId`. To ask this account
 * for what was bought in another one would find nothing, and end what is paid for.
 */
export function soldHere(sql: SqlStorage, afterId: string, limit: number): string[] {
  return sql
    .exec<{ id: string }>(
      `SELECT id FROM subscription WHERE status <> 'canceled' AND id > ?1
         AND stripe_price_id IN (SELECT stripe_price_id FROM price)
       UNION ALL SELECT id FROM checkout WHERE status = 'open' AND id > ?1
       UNION ALL SELECT session_id FROM store_order
         WHERE status IN ('pending', 'processing') AND session_id > ?1
         AND stripe_account_id IS (SELECT stripe_account_id FROM connection)
       UNION ALL SELECT session_id FROM store_order WHERE is_unseen = 1 AND session_id > ?1
         AND stripe_account_id IS (SELECT stripe_account_id FROM connection)
       ORDER BY id LIMIT ?2`,
      afterId,
      limit,
    )
    .toArray()
    .map(({ id }) => id);
}
