/** Where a Stripe customer was made; null is the platform's account. */
interface Former {
  stripeCustomerId: string;
  stripeAccountId: string | null;
}

/** Keeps who is who in the account of before, so that they can be deleted there, and known again. */
export function keepFormerCustomers(sql: SqlStorage, accountId: string | null): void {
  sql.exec(
    `INSERT OR REPLACE INTO former_stripe_customer
     SELECT stripe_customer_id, id, ? FROM customer WHERE stripe_customer_id IS NOT NULL`,
    accountId,
  );
}

/** Takes up the customers made in an account when it was connected before. */
export function takeFormerCustomers(sql: SqlStorage, accountId: string): void {
  sql.exec(
    `UPDATE customer SET stripe_customer_id = former.stripe_customer_id
     FROM former_stripe_customer AS former
     WHERE former.customer_id = customer.id AND former.stripe_account_id = ?`,
    accountId,
  );
  sql.exec('DELETE FROM former_stripe_customer WHERE stripe_account_id = ?', accountId);
}

/** Takes out what is kept of a customer. */
export function dropFormerCustomers(sql: SqlStorage, customerId: string): Former[] {
  return sql
    .exec<{ stripeCustomerId: string; stripeAccountId: string | null }>(
      `DELETE FROM former_stripe_customer WHERE customer_id = ?
       RETURNING stripe_customer_id AS stripeCustomerId, stripe_account_id AS stripeAccountId`,
      customerId,
    )
    .toArray();
}
