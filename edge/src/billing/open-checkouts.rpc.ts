/** A checkout at Stripe that may still be paid, and the account it is in; null is the platform's. */
export interface OpenCheckout {
  checkoutId: string;
  stripeAccountId: string | null;
  isOrder: boolean;
}

/** The checkouts of tiers and of carts that may still be paid, as far as is known. */
export function openCheckouts(sql: SqlStorage): OpenCheckout[] {
  return sql
    .exec<{ checkoutId: string; stripeAccountId: string | null; isOrder: number }>(
      `SELECT id AS checkoutId, coalesce(stripe_account_id, last_account_id) AS stripeAccountId,
         0 AS isOrder FROM checkout, connection WHERE status = 'open'
       UNION ALL SELECT session_id, stripe_account_id, 1 FROM store_order
         WHERE status = 'pending' AND session_id IS NOT NULL`,
    )
    .toArray()
    .map((row) => ({ ...row, isOrder: row.isOrder === 1 }));
}
