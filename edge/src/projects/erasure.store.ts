import { openCheckouts } from '../billing/open-checkouts.rpc.ts';
import { enqueue } from '../outbox/outbox.rpc.ts';

type AtStripe = { stripeCustomerId: string; stripeAccountId: string | null };

/**
 * Makes the outbox that of a deleted environment: what it had to do is dropped, checkouts that may still
 * be paid are to be closed, and what providers keep of its customers is to be deleted. Subscriptions end with their Stripe customer. What an
 * upload under way may still write is deleted when it is surely over.
 */
export function queueErasure(sql: SqlStorage, nowMs: number): void {
  sql.exec(
    `DELETE FROM outbox
     WHERE kind NOT IN ('stripe.delete_customer', 'clerk.delete_user', 'content.delete_files')`,
  );
  // Before anything else: until then buyers can pay for what nobody will know of.
  for (const { checkoutId, stripeAccountId } of openCheckouts(sql)) {
    const job = { kind: 'stripe.expire_checkout', checkoutId, stripeAccountId } as const;
    enqueue(sql, `erase_checkout_${checkoutId}`, job, nowMs, nowMs - 1);
  }
  const atStripe = sql
    .exec<AtStripe>(
      `SELECT id AS stripeCustomerId, stripe_account_id AS stripeAccountId
       FROM stripe_customer WHERE is_gone = 0`,
    )
    .toArray();
  for (const made of atStripe) {
    const id = `erase_stripe_${made.stripeCustomerId}`;
    enqueue(sql, id, { kind: 'stripe.delete_customer', ...made }, nowMs);
  }
  const customers = sql
    .exec<{ id: string; clerkUserId: string }>(
      `SELECT id, clerk_password_user_id AS clerkUserId
       FROM customer WHERE clerk_password_user_id IS NOT NULL`,
    )
    .toArray();
  for (const { id, clerkUserId } of customers)
    enqueue(sql, `erase_clerk_${id}`, { kind: 'clerk.delete_user', clerkUserId }, nowMs);
}
