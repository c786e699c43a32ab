/** Where a Stripe customer was made; null is the platform's account. */
interface Made {
  stripeCustomerId: string;
  stripeAccountId: string | null;
}

/**
 * Notes a Stripe customer, made in the account of now, as one of ours for good. What is heard of it may
 * come after it was deleted there, or after another one took its place.
 */
export function keepStripeCustomer(
  sql: SqlStorage,
  stripeCustomerId: string,
  customerId: string,
): void {
  sql.exec(
    `INSERT OR IGNORE INTO stripe_customer (id, customer_id, stripe_account_id)
     SELECT ?, ?, last_account_id FROM connection`,
    stripeCustomerId,
    customerId,
  );
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

/** Notes that the account of now has a Stripe customer no more; the next purchase makes another. */
export function noteGoneCustomer(sql: SqlStorage, stripeCustomerId: string): void {
  sql.exec(
    `UPDATE stripe_customer SET is_gone = 1
     WHERE id = ? AND stripe_account_id IS (SELECT last_account_id FROM connection)`,
    stripeCustomerId,
  );
  sql.exec(
    'UPDATE customer SET stripe_customer_id = NULL WHERE stripe_customer_id = ?',
    stripeCustomerId,
  );
}

/** Takes up the customers made in an account when it was connected before. */
export function takeUpCustomers(sql: SqlStorage, accountId: string): void {
  sql.exec(
    `UPDATE customer SET stripe_customer_id = made.id FROM stripe_customer AS made
     WHERE made.customer_id = customer.id AND made.stripe_account_id = ? AND made.is_gone = 0`,
    accountId,
  );
}

/** Takes out what is kept of a customer. Answers what is still to be deleted, and where. */
export function dropStripeCustomers(sql: SqlStorage, customerId: string): Made[] {
  return sql
    .exec<{ stripeCustomerId: string; stripeAccountId: string | null; isGone: number }>(
      `DELETE FROM stripe_customer WHERE customer_id = ?
       RETURNING id AS stripeCustomerId, stripe_account_id AS stripeAccountId, is_gone AS isGone`,
      customerId,
    )
    .toArray()
    .filter(({ isGone }) => isGone === 0)
    .map(({ stripeCustomerId, stripeAccountId }) => ({ stripeCustomerId, stripeAccountId }));
}
