import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import type { TierToPublish } from '../catalog/catalog.rpc.ts';
import type { NewPrice, StripeClient } from '../providers/stripe/client.ts';
import { KEYS_LAST_MS } from '../providers/stripe/keys.ts';
import { meterEventName } from '../usage/overage.ts';
import type { Surplus } from './apply.store.ts';
import { dropPlatformCustomer } from './platform-seller.job.ts';
import { isLive } from './subscription.ts';
import { takeWaitingEvents } from './waiting-events.job.ts';

/** How often one look fetches again because the object was marked meanwhile. */
const ROUNDS = 5;

/**
 * Does something in an account. When Stripe says that we may not use it any more, the account is
 * looked at, so that the environment knows without being told by an event.
 */
export async function inAccount<T>(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string | null,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const isRefused = error instanceof Fail && error.code === 'stripe_not_connected';
    if (isRefused && accountId !== null) await syncNow(deps, ref, accountId);
    throw error;
  }
}

/**
 * Makes what is missing of a tier in Stripe and archives what is no longer sold. Safe to repeat.
 * Without an account there is nothing to do: connecting one publishes every tier.
 */
export async function publishTier(
  deps: Deps,
  ref: EnvironmentRef,
  name: string,
  _jobId: string,
  createdAtMs: number,
): Promise<void> {
  const { via, stripeAccountId } = await deps.project(ref).billing().connection();
  const catalog = deps.project(ref).catalog();
  const work = await catalog.toPublish(name);
  if (via === null || !work) return;
  const stripe = deps.stripe(ref, stripeAccountId);
  const { tier, missing, retired, overage } = work;
  const productId = await stripe.putProduct({
    // The id is ours, so making it twice makes one.
    id: tier.stripeProductId ?? `${ref.projectId}_${ref.mode}_${name}`,
    name: tier.displayName,
    description: tier.description,
    active: !tier.archived,
  });
  const mayBeMade = deps.nowMs() - createdAtMs > KEYS_LAST_MS;
  const metered = await meteredPrices(stripe, ref, productId, work);
  const plain = missing.map(({ id: rowId, ...price }) => ({ rowId, productId, ...price }));
  const prices = await Promise.all(
    [...plain, ...metered].map(async (price) => {
      const made = mayBeMade ? await stripe.findPrice(price.productId, price.rowId) : null;
      return { id: price.rowId, stripePriceId: made ?? (await stripe.createPrice(price)) };
    }),
  );
  // All at once: a tier must not be sold by its price while what bills its overage is missing.
  await deps.project(ref).catalog().published(name, productId, prices, stripeAccountId);
  deps.environments.drop(ref);
  for (const priceId of [...retired, ...overage.retired]) {
    await stripe.archivePrice(priceId);
    await deps.project(ref).catalog().retired(priceId);
  }
}

/**
 * The prices to be made for overage. Each feature has a meter of the environment, and in the tier a
 * product of its own, so that an invoice says what a line is for. A meter stays when no tier sells
 * by it any more: those who bought it before are still counted.
 */
async function meteredPrices(
  stripe: StripeClient,
  ref: EnvironmentRef,
  tierProductId: string,
  { tier, overage }: TierToPublish,
): Promise<NewPrice[]> {
  const prices: NewPrice[] = [];
  for (const feature of new Set(overage.missing.map((rate) => rate.feature))) {
    const meterId = await stripe.putMeter({ eventName: meterEventName(ref, feature), feature });
    const productId = await stripe.putProduct({
      id: `${tierProductId}_${feature}`,
      name: `${tier.displayName}: ${feature} above the limit`,
      description: '',
      active: true,
    });
    for (const { id: rowId, perUnits, ...rate } of overage.missing) {
      if (rate.feature !== feature) continue;
      const { priceMinor, currency, interval, taxBehavior } = rate;
      const metered = { meterId, perUnits };
      prices.push({ rowId, productId, priceMinor, currency, interval, taxBehavior, metered });
    }
  }
  return prices;
}

/**
 * Fetches one object from Stripe and applies the whole of it; when it returns, what the object was
 * at the moment of the call, or later, is applied, and the customer's shard knows the plan.
 * Safe to run at the same time as itself.
 */
export async function syncObject(deps: Deps, ref: EnvironmentRef, objectId: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const begun = await deps
      .project(ref)
      .billing()
      .beginSync(objectId, deps.newId('job_'), deps.nowMs());
    await deliverJobs(deps, ref, begun.jobIds);
    const { connection, orderAccountId } = begun;
    const isOnboarding = connection.onboarding?.id === objectId;
    if (connection.via === null && !isOnboarding && orderAccountId === undefined) return;
    // An order is in the account it was sold through, whatever was connected since.
    const ofNow = isOnboarding ? objectId : connection.stripeAccountId;
    const stripeAccountId = orderAccountId === undefined ? ofNow : orderAccountId;
    const stripe = deps.stripe(ref, stripeAccountId);
    const state = await inAccount(deps, ref, stripeAccountId, () => stripe.fetchObject(objectId));
    // The plan first: a checkout that says complete is one whose subscription is in force.
    if (state.kind === 'checkout' && state.subscriptionId)
      await syncObject(deps, ref, state.subscriptionId);
    const applied = await deps
      .project(ref)
      .billing()
      .applySync(begun.turn, state, deps.newId('job_'), deps.nowMs());
    if (state.kind === 'account') {
      deps.environments.drop(ref);
      await takeWaitingEvents(deps, ref, objectId);
    }
    if (state.kind === 'gone') await forgetAccount(deps, ref, objectId);
    await deliverJobs(deps, ref, applied.jobIds);
    if (applied.surplus) await settleSurplus(deps, ref, objectId, stripe, applied.surplus);
    else if (applied.isUnfinished) {
      await stripe.keepGoing(objectId);
      await deps.project(ref).billing().endUpgrade(objectId);
    } else if (!applied.again) return;
  }
  throw new Fail('temporarily_unavailable');
}

/**
 * Ends a subscription beside the one that counts; but first makes sure that that one does, because
 * what was given back and cancelled cannot be taken back. If it does not, this one is no surplus.
 */
async function settleSurplus(
  deps: Deps,
  ref: EnvironmentRef,
  id: string,
  stripe: StripeClient,
  { isRunning, besideId }: Surplus,
): Promise<void> {
  const beside = await stripe.fetchObject(besideId);
  if (beside.kind !== 'subscription' || !isLive({ ...beside, graceEndsAtMs: null }, deps.nowMs()))
    return syncNow(deps, ref, besideId);
  const billing = deps.project(ref).billing();
  await billing.noteSurplus(id, 'surplus', deps.nowMs());
  // The money first: a cancelled one is not looked at again, so a crash must leave it running.
  if (isRunning) await refundSurplus(deps, ref, id, stripe);
  await stripe.cancelSubscription(id);
}

/** What cannot be given back is noted, and no reason to go on: it would be paid again. */
async function refundSurplus(
  deps: Deps,
  ref: EnvironmentRef,
  id: string,
  stripe: StripeClient,
): Promise<void> {
  const billing = deps.project(ref).billing();
  try {
    const isRefunded = await stripe.refundSubscription(id);
    if (isRefunded) await billing.noteSurplus(id, 'refunded', deps.nowMs());
  } catch (error) {
    if (!(error instanceof Fail) || error.code !== 'provider_refused') throw error;
    await billing.noteSurplus(id, 'refund_refused', deps.nowMs());
  }
}

/** Marks an object dirty and waits until what it is now is applied. Throws what Stripe answers. */
export async function syncNow(deps: Deps, ref: EnvironmentRef, objectId: string): Promise<void> {
  const jobId = deps.newId('job_');
  await deps.project(ref).billing().mark(objectId, jobId, deps.nowMs());
  await deliverJobs(deps, ref, [jobId], { throwFirst: true });
}

/**
 * Deletes a customer at Stripe, which cancels its subscriptions. Safe to repeat. Also in an account
 * that was used before, as long as Stripe lets us; else connecting it again asks for this again.
 */
export async function deleteStripeCustomer(
  deps: Deps,
  ref: EnvironmentRef,
  job: { stripeCustomerId: string; stripeAccountId: string | null },
): Promise<void> {
  const { stripeCustomerId, stripeAccountId } = job;
  try {
    await deps.stripe(ref, stripeAccountId).deleteCustomer(stripeCustomerId);
  } catch (error) {
    if (error instanceof Fail && error.code === 'stripe_not_connected') return;
    throw error;
  }
  if (stripeAccountId === null) await dropPlatformCustomer(deps, stripeCustomerId);
  const project = deps.project(ref);
  if ((await project.access().environment()).ok) await project.billing().erased(stripeCustomerId);
}

/** An account that is gone gets no more events routed to this environment. */
async function forgetAccount(deps: Deps, ref: EnvironmentRef, objectId: string): Promise<void> {
  if (!objectId.startsWith('acct_')) return;
  deps.environments.drop(ref);
  await deps.directory
    .prepare('DELETE FROM stripe_account WHERE account_id = ? AND mode = ? AND project_id = ?')
    .bind(objectId, ref.mode, ref.projectId)
    .run();
}
