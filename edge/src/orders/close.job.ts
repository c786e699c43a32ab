import { inAccount, syncNow, syncObject } from '../billing/stripe.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { KEYS_LAST_MS } from '../providers/stripe/keys.ts';
import type { CheckoutState } from '../providers/stripe/state.ts';
import type { EarlierOrder } from './cart.rpc.ts';
import type { OrderToOpen } from './opening.rpc.ts';

/** Opens the session of an order at Stripe. The same order gets the same one. */
export function openSession(
  deps: Deps,
  ref: EnvironmentRef,
  { request, stripeAccountId }: OrderToOpen,
): Promise<CheckoutState> {
  const stripe = deps.stripe(ref, stripeAccountId);
  return inAccount(deps, ref, stripeAccountId, () => stripe.openOrder(request));
}

/** Whether Stripe said no for good: then there is no session, or none that anybody knows of. */
export const isRefused = (error: unknown): error is Fail =>
  error instanceof Fail &&
  (error.code === 'provider_refused' || error.code === 'stripe_not_connected');

/**
 * Settles an order whose buyer is not waiting for it any more: the Worker that began it died, or Stripe
 * did not answer in time. The session is asked for once more, which gives the one that may have been
 * made, and closed. When the key is too old for that, it has long expired. Safe to repeat.
 */
export async function settleUnopened(
  deps: Deps,
  ref: EnvironmentRef,
  orderId: string,
): Promise<void> {
  const opening = () => deps.project(ref).opening();
  const toOpen = await opening().toOpen(orderId);
  if (!toOpen) return;
  if (deps.nowMs() - toOpen.createdAtMs > KEYS_LAST_MS)
    return opening().neverOpened(orderId, deps.nowMs());
  let session: CheckoutState;
  try {
    session = await openSession(deps, ref, toOpen);
  } catch (error) {
    if (!isRefused(error)) throw error;
    return opening().neverOpened(orderId, deps.nowMs());
  }
  const { id, bought } = session;
  const made = { id, expiresAtMs: bought?.expiresAtMs ?? toOpen.request.expiresAtMs };
  const isNobodys = await opening().openedForNobody(
    orderId,
    made,
    deps.newId('job_'),
    deps.nowMs(),
  );
  if (isNobodys) await closeSession(deps, ref, id, toOpen.stripeAccountId);
}

/**
 * Closes an order that may still be paid, and waits until that is known: it is closed then, or it was
 * paid first. Throws what Stripe answers.
 */
export async function closeOrder(
  deps: Deps,
  ref: EnvironmentRef,
  { orderId, sessionId, stripeAccountId }: EarlierOrder,
): Promise<void> {
  const abandon = () =>
    deps.project(ref).opening().abandon(orderId, deps.newId('job_'), deps.nowMs());
  const knownId = sessionId ?? (await abandon());
  if (knownId !== null) return closeSession(deps, ref, knownId, stripeAccountId);
  await settleUnopened(deps, ref, orderId);
}

async function closeSession(
  deps: Deps,
  ref: EnvironmentRef,
  sessionId: string,
  stripeAccountId: string | null,
): Promise<void> {
  const stripe = deps.stripe(ref, stripeAccountId);
  await inAccount(deps, ref, stripeAccountId, () => stripe.expireCheckout(sessionId));
  await syncNow(deps, ref, sessionId);
}

/**
 * Looks at an object. An order whose account lets nobody look ends long after its page did, as far as
 * nothing says that it was paid. Throws what Stripe answers.
 */
export async function syncOrEnd(deps: Deps, ref: EnvironmentRef, objectId: string): Promise<void> {
  try {
    await syncObject(deps, ref, objectId);
  } catch (error) {
    const isUnseen = error instanceof Fail && error.code === 'stripe_not_connected';
    if (!isUnseen || !(await deps.project(ref).unseen().expire(objectId, deps.nowMs())))
      throw error;
  }
}
