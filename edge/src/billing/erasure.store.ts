/** Notes that a Stripe customer is to be deleted, in the account it was made in. */
export function putErasure(
  sql: SqlStorage,
  made: { stripeCustomerId: string; stripeAccountId: string | null },
): void {
  sql.exec(
    'INSERT INTO erasure (stripe_customer_id, stripe_account_id) VALUES (?, ?)',
    made.stripeCustomerId,
    made.stripeAccountId,
  );
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
