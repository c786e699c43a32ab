import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import type { CheckoutState } from '../providers/stripe/state.ts';
import type { OpenCheckout } from './open-checkouts.rpc.ts';
import { syncNow } from './stripe.job.ts';

/** Checkouts closed at the same time, and in one run: what is left is for the next try. */
const AT_ONCE = 10;
const A_RUN = 200;

/**
 * Closes a checkout at Stripe, so that nobody pays any more; answers what it is then, null when it is not
 * there. Safe to repeat. An account that does not let us is its owner's to see to: `undefined`.
 */
export async function expireCheckout(
  deps: Deps,
  ref: EnvironmentRef,
  { checkoutId, stripeAccountId }: Pick<OpenCheckout, 'checkoutId' | 'stripeAccountId'>,
): Promise<CheckoutState | null | undefined> {
  try {
    return await deps.stripe(ref, stripeAccountId).expireCheckout(checkoutId);
  } catch (error) {
    if (error instanceof Fail && error.code === 'stripe_not_connected') return undefined;
    throw error;
  }
}

/**
 * Closes what may still be paid in an account that is about to be let go of, and takes in what became of
 * it, while we may ask. Of a tier that was bought first, connecting the account again takes it in.
 */
export async function closeCheckoutsIn(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<void> {
  const open = await deps.project(ref).billing().openCheckouts(accountId);
  const now = open.slice(0, A_RUN);
  for (let index = 0; index < now.length; index += AT_ONCE)
    await Promise.all(now.slice(index, index + AT_ONCE).map((one) => closeOne(deps, ref, one)));
  if (open.length > now.length) throw new Fail('temporarily_unavailable');
}

async function closeOne(deps: Deps, ref: EnvironmentRef, checkout: OpenCheckout): Promise<void> {
  const state = await expireCheckout(deps, ref, checkout);
  if (state === undefined) return;
  const { checkoutId, isOrder } = checkout;
  if (isOrder) return syncNow(deps, ref, checkoutId);
  if (state?.status !== 'complete') await deps.project(ref).billing().closeCheckout(checkoutId);
}
