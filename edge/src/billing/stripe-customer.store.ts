/**
 * Notes a Stripe customer as one of ours for good. What is heard of it may come after it was deleted
 * there, or after another one took its place.
 */
export function keepStripeCustomer(
  sql: SqlStorage,
  stripeCustomerId: string,
  customerId: string,
): void {
  sql.exec('INSERT OR IGNORE INTO stripe_customer VALUES (?, ?)', stripeCustomerId, customerId);
}

/** Whose a Stripe customer is or was; null for one that we did not make. */
export function ownerOf(sql: SqlStorage, stripeCustomerId: string): string | null {
  return (
    sql
      .exec<{ id: string }>(
        'SELECT customer_id AS id FROM stripe_customer WHERE id = ?',
        stripeCustomerId,
      )
      .toArray()[0]?.id ?? null
  );
}
