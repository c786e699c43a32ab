/**
 * Notes that a Stripe customer is to be deleted, in the account it was made in: the one of now, or
 * after a disconnection the one before. Answers that account; null is the platform's own.
 */
export function putErasure(sql: SqlStorage, stripeCustomerId: string): string | null {
  return sql
    .exec<{ account: string | null }>(
      `INSERT INTO erasure (stripe_customer_id, stripe_account_id)
       SELECT ?, last_account_id FROM connection RETURNING stripe_account_id AS account`,
      stripeCustomerId,
    )
    .one().account;
}

/** The Stripe customers of an account that are still to be deleted. */
export function erasuresIn(sql: SqlStorage, stripeAccountId: string): string[] {
  return sql
    .exec<{ id: string }>(
      'SELECT stripe_customer_id AS id FROM erasure WHERE stripe_account_id = ?',
      stripeAccountId,
    )
    .toArray()
    .map(({ id }) => id);
}

/** Forgets a Stripe customer that is deleted. */
export function dropErasure(sql: SqlStorage, stripeCustomerId: string): void {
  sql.exec('DELETE FROM erasure WHERE stripe_customer_id = ?', stripeCustomerId);
}
