import { inAccount, syncNow } from '../billing/stripe.job.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { KEYS_LAST_MS } from '../providers/stripe/keys.ts';
import { isRefused } from './close.job.ts';
import type { RefundToMake } from './refunds.rpc.ts';

/**
 * Makes a refund at Stripe, and waits until the order knows of it. Until then it counts as asked for, so
 * that nobody gives the same money back again. Safe to repeat. Throws `provider_refused`.
 */
export async function refundOrder(
  deps: Deps,
  ref: EnvironmentRef,
  refundId: string,
): Promise<void> {
  const work = await deps.project(ref).refunds().toMake(refundId);
  if (!work) return;
  try {
    await makeRefund(deps, ref, work);
  } catch (error) {
    if (!isRefused(error)) throw error;
    const reason = String(error.details.reason ?? error.code);
    await deps.project(ref).refunds().refused(refundId, reason, deps.nowMs());
    throw error;
  }
  if (work.chargeId !== null) await syncNow(deps, ref, work.chargeId);
  await deps.project(ref).refunds().done(refundId, deps.nowMs());
}

async function makeRefund(
  deps: Deps,
  ref: EnvironmentRef,
  { refund, stripeAccountId, createdAtMs }: RefundToMake,
): Promise<void> {
  const stripe = deps.stripe(ref, stripeAccountId);
  await inAccount(deps, ref, stripeAccountId, async () => {
    const mayBeMade = deps.nowMs() - createdAtMs > KEYS_LAST_MS;
    if (mayBeMade && (await stripe.hasRefund(refund))) return;
    await stripe.refundPayment(refund);
  });
}
