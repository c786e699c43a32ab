import type { PlanChangePreview } from '@dream/contract/subscription';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import type { StripeClient } from '../providers/stripe/client.ts';
import type { SubscriptionState } from '../providers/stripe/state.ts';
import type { Checkouting } from './billing.rpc.ts';
import { type ChangeTiming, decideTiming, itemChanges, type Priced } from './change.ts';
import type { CheckoutDecision, LiveFacts } from './checkout.ts';
import { syncNow } from './stripe.job.ts';
import { isLive } from './subscription.ts';

/** How long a preview may be old when its change is made. */
const PREVIEW_LASTS_MS = 3_600_000;

type Change = Extract<CheckoutDecision, { kind: 'change' | 'end' }>;
type PriceChange = Extract<CheckoutDecision, { kind: 'change' }>;

/** A plan change of a customer, by what was known when it was decided. */
export interface PlanChange {
  ref: EnvironmentRef;
  facts: Checkouting;
  decision: Change;
}

/** A subscription as Stripe has it now, and how a change of it would be made. */
interface Looked {
  stripe: StripeClient;
  state: SubscriptionState;
  timing: ChangeTiming;
}

/**
 * Makes a change and waits until it is applied here. A dearer plan begins at once, a cheaper one
 * when what is paid ends. Throws `payment_failed`, `preview_expired`, and what Stripe answers; null
 * when the subscription is over by now, so that it is to be decided anew.
 */
export async function makeChange(
  deps: Deps,
  { ref, facts, decision }: PlanChange,
  prorationAtMs: number | null = null,
): Promise<true | null> {
  const { live } = decision;
  if (prorationAtMs !== null) checkPreview(prorationAtMs, deps.nowMs());
  if (decision.kind === 'end') {
    await deps.stripe(ref, facts.connection.stripeAccountId).endWithPeriod(live.id);
  } else {
    const looked = await look(deps, { ref, facts, decision });
    if (looked === null) return null;
    await change(deps, looked, { ref, facts, decision }, prorationAtMs);
  }
  await syncNow(deps, ref, live.id);
  return true;
}

async function change(
  deps: Deps,
  { stripe, state, timing }: Looked,
  { facts, decision }: { ref: EnvironmentRef; facts: Checkouting; decision: PriceChange },
  prorationAtMs: number | null,
): Promise<void> {
  const { live, price, meteredPriceIds } = decision;
  const subscriptionId = live.id;
  // Two equal requests at once make one change; what was declined may be tried again in a minute.
  const key = `change_${live.id}_${live.priceId}_${price.priceId}_${prorationAtMs ?? Math.floor(deps.nowMs() / 60_000)}`;
  if (timing.kind === 'downgrade')
    return stripe.changeLater(
      { subscriptionId, priceIds: [price.priceId, ...meteredPriceIds] },
      key,
    );
  const items = lines(facts, state, decision);
  return stripe.changeNow(
    { subscriptionId, items, isProrated: timing.isProrated, prorationAtMs },
    key,
  );
}

/** What a change would cost. Null when the subscription is over by now. */
export async function previewOf(
  deps: Deps,
  { ref, facts, decision }: PlanChange,
): Promise<PlanChangePreview | null> {
  const nowMs = deps.nowMs();
  const looked = await look(deps, { ref, facts, decision });
  if (looked === null) return null;
  const { stripe, state, timing } = looked;
  const shown = {
    tier: decision.tier,
    priceId: null,
    currency: decision.live.currency ?? 'usd',
    dueNowMinor: 0,
    taxMinor: 0,
    creditMinor: 0,
    nextMinor: 0,
    prorationAtMs: null,
    lines: [],
  };
  if (decision.kind === 'end')
    return { ...shown, kind: 'downgrade', startsAtMs: periodEndOf(state) };
  const { priceId, priceMinor, currency } = decision.price;
  const priced = { ...shown, priceId, currency, nextMinor: priceMinor };
  if (timing.kind === 'downgrade') return { ...priced, kind: 'downgrade', startsAtMs: timing.atMs };
  if (!timing.isProrated) return { ...priced, kind: 'upgrade', startsAtMs: nowMs };
  const prorationAtMs = Math.floor(nowMs / 1000) * 1000;
  const items = lines(facts, state, decision);
  const invoice = await stripe.previewChange({ subscriptionId: state.id, items }, prorationAtMs);
  return {
    ...priced,
    kind: 'upgrade',
    dueNowMinor: invoice.dueMinor,
    taxMinor: invoice.taxMinor,
    creditMinor: invoice.creditMinor,
    startsAtMs: nowMs,
    prorationAtMs,
    lines: invoice.lines,
  };
}

/** What is known here may be old: a change is made from what Stripe has. */
async function look(deps: Deps, { ref, facts, decision }: PlanChange): Promise<Looked | null> {
  const { live } = decision;
  const stripe = deps.stripe(ref, facts.connection.stripeAccountId);
  const state = await stripe.fetchObject(live.id);
  const nowMs = deps.nowMs();
  if (state.kind !== 'subscription' || !isLive({ ...state, graceEndsAtMs: null }, nowMs)) {
    await syncNow(deps, ref, live.id);
    return null;
  }
  if (state.status === 'past_due') throw new Fail('payment_past_due');
  return { stripe, state, timing: timingOf(decision, state) };
}

function timingOf(decision: Change, state: SubscriptionState): ChangeTiming {
  const later: ChangeTiming = { kind: 'downgrade', atMs: periodEndOf(state) };
  if (decision.kind === 'end') return later;
  const { live, tier, price } = decision;
  const from = pricedOf(live);
  // A price that we lost cannot be compared: nobody loses what they paid for.
  if (from === null) return later;
  return decideTiming(
    from,
    { tier, priceMinor: price.priceMinor, interval: price.interval },
    { status: state.status, periodEndsAtMs: periodEndOf(state) },
  );
}

const pricedOf = ({ tier, priceMinor, interval }: LiveFacts): Priced | null =>
  priceMinor === null || interval === null ? null : { tier, priceMinor, interval };

const periodEndOf = ({ items }: SubscriptionState): number =>
  Math.max(0, ...items.map(({ renewsAtMs }) => renewsAtMs));

function lines(
  { tiers, knownMeteredPriceIds }: Checkouting,
  { items }: SubscriptionState,
  { live, price, meteredPriceIds }: PriceChange,
) {
  const plans = tiers.flatMap(({ prices }) => prices.map(({ priceId }) => priceId));
  const ours = new Set([...plans, ...knownMeteredPriceIds, live.priceId]);
  return itemChanges(items, (id) => ours.has(id), [price.priceId, ...meteredPriceIds]);
}

function checkPreview(prorationAtMs: number, nowMs: number): void {
  if (prorationAtMs > nowMs || nowMs - prorationAtMs > PREVIEW_LASTS_MS)
    throw new Fail('preview_expired');
}
