import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf } from '../http/idempotency.ts';
import type { Checkouting } from './billing.rpc.ts';
import { dropPlatformCustomer, notePlatformCustomer } from './platform-seller.job.ts';
import { inAccount, syncNow } from './stripe.job.ts';

/**
 * The Stripe customer of one of ours, made if there is none in the account of now. Throws
 * `customer_not_found`, and what Stripe answers.
 */
export async function stripeCustomerOf(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  known?: Checkouting,
): Promise<string> {
  const facts =
    known ?? unwrap(await deps.project(ref).billing().checkouting(customerId, deps.nowMs()));
  if (facts.stripeCustomerId !== null) return facts.stripeCustomerId;
  if (facts.saleBlock !== null) throw new Fail(facts.saleBlock);
  const { stripeAccountId } = facts.connection;
  return inAccount(deps, ref, stripeAccountId, () => makeCustomer(deps, ref, customerId, facts));
}

async function makeCustomer(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  { email, name, turn, clockMs, connection }: Checkouting,
): Promise<string> {
  const stripe = deps.stripe(ref, connection.stripeAccountId);
  // A customer deleted at Stripe must be made anew, so this key, too, changes with the minute.
  const minute = Math.floor(deps.nowMs() / 60_000);
  const key = `customer_${customerId}_${turn}_${(await fingerprintOf(email, name)).slice(0, 16)}_${minute}`;
  const made = await stripe.createCustomer({ customerId, email, name, clockMs }, key);
  if (connection.via === 'platform') await notePlatformCustomer(deps, ref, made);
  const kept = await deps.project(ref).billing().setStripeCustomer(customerId, made);
  // Another tab was first, or who asked is erased by now: nobody may stay behind at Stripe.
  if (!kept.ok || kept.value !== made) {
    await stripe.deleteCustomer(made);
    await dropPlatformCustomer(deps, made);
  }
  return unwrap(kept);
}

/** Whether Stripe refused because the customer was deleted there; then it is forgotten here, too. */
export async function isStripeCustomerGone(
  deps: Deps,
  ref: EnvironmentRef,
  stripeCustomerId: string,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof Fail) || error.code !== 'provider_refused') return false;
  await syncNow(deps, ref, stripeCustomerId);
  return !(await deps.project(ref).billing().hasStripeCustomer(stripeCustomerId));
}
