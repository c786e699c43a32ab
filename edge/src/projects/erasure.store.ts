import { enqueue } from '../outbox/outbox.rpc.ts';

type Outside = { id: string; stripeCustomerId: string | null; clerkUserId: string | null };

/**
 * Makes the outbox that of a deleted environment: what it had to do is dropped, and what providers
 * keep of its customers is to be deleted. Subscriptions end with their Stripe customer.
 */
export function queueErasure(sql: SqlStorage, stripeAccountId: string | null, nowMs: number): void {
  sql.exec("DELETE FROM outbox WHERE kind NOT IN ('stripe.delete_customer', 'clerk.delete_user')");
  const customers = sql
    .exec<Outside>(
      `SELECT id, stripe_customer_id AS stripeCustomerId, clerk_password_user_id AS clerkUserId
       FROM customer WHERE stripe_customer_id IS NOT NULL OR clerk_password_user_id IS NOT NULL`,
    )
    .toArray();
  for (const { id, stripeCustomerId, clerkUserId } of customers) {
    if (stripeCustomerId !== null && stripeAccountId !== null) {
      const kind = 'stripe.delete_customer';
      enqueue(sql, `erase_stripe_${id}`, { kind, stripeCustomerId, stripeAccountId }, nowMs);
    }
    if (clerkUserId !== null)
      enqueue(sql, `erase_clerk_${id}`, { kind: 'clerk.delete_user', clerkUserId }, nowMs);
  }
}
