import type { Giving } from '../credits/giving.ts';
import type { RunningUsage } from '../usage/running-usage.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';

/** Something to do outside a `Project` object. Every kind is safe to repeat. */
export type Job =
  /** Tells the customer's shard the plan in force, and whether it is banned, which ends its sessions. */
  | { kind: 'shard.plan'; snapshot: CustomerSnapshot }
  /** Removes everything a shard keeps of a customer; this period's usage stays under the hashes. */
  | { kind: 'shard.erase'; customerId: string; keptAs: string[] }
  /** Lets who was erased before go on from the usage that was kept. */
  | { kind: 'shard.resume'; customerId: string; usage: RunningUsage[] }
  /** Gives a customer credits that were bought, or takes back what is left of them. */
  | { kind: 'shard.credits'; customerId: string; act: 'give' | 'take'; giving: Giving }
  /** Ends the sessions of a customer, but for the one that asked for it. */
  | { kind: 'shard.end_sessions'; customerId: string; exceptSessionId?: string }
  /** Tells webhooks of the next customers whose plan is another one since the default changed. */
  | { kind: 'customers.tell_default' }
  /** Makes what is missing of a tier in Stripe, and archives what is no longer sold. */
  | { kind: 'stripe.publish_tier'; tier: string }
  /** Brings variants Stripe does not have as they are there, of one product or of all. */
  | { kind: 'stripe.publish_products'; productId: string | null }
  /** Deletes a customer at Stripe, which cancels its subscriptions. */
  | { kind: 'stripe.delete_customer'; stripeCustomerId: string; stripeAccountId: string | null }
  /** Closes a checkout that may still be paid, of an environment that is deleted. */
  | { kind: 'stripe.expire_checkout'; checkoutId: string; stripeAccountId: string | null }
  /** Closes what may still be paid, then gives back the permission to use an account, unless somebody else works with it. */
  | { kind: 'stripe.release_account'; stripeAccountId: string }
  /** Deletes the Clerk user that held a customer's password, in the shared application if so said. */
  | { kind: 'clerk.delete_user'; clerkUserId: string; isInShared?: boolean }
  /** Asks Clerk for a user of the own application (null: the platform's), and applies the answer. */
  | { kind: 'clerk.sync_user'; clerkUserId: string; ownInstanceId: string | null }
  /** Deletes the files of an image that is shown no more, or whose upload was never finished. */
  | { kind: 'content.delete_files'; name: string }
  /** Settles an order whose checkout was being opened when its buyer stopped waiting. */
  | { kind: 'stripe.open_order'; orderId: string }
  /** Gives back what was asked for of an order. */
  | { kind: 'stripe.refund_order'; refundId: string }
  /** At the platform's own project: tells the projects of a developer how they stand. */
  | { kind: 'platform.tell'; customerId: string }
  /** Counts the customers who were active, for the developer. */
  | { kind: 'platform.count' }
  /** Fetches one Stripe object and applies the whole of it. */
  | { kind: 'stripe.sync'; objectId: string };

/** What became of one claimed job. */
export type JobResult =
  | { id: string; fence: number; done: true }
  | { id: string; fence: number; done: false; retry: boolean; error: string };
