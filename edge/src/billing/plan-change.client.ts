import type { PlanChangePreview } from '@dream/contract/subscription';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { StripeClient } from '../providers/stripe/client.ts';
import type { StripeState, SubscriptionState } from '../providers/stripe/state.ts';
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
  customerId: string;
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
 * when the subscription is another one by now, so that it is to be decided anew.
 */
export async function makeChange(
  deps: Deps,
  plan: PlanChange,
  prorationAtMs: number | null = null,
): Promise<true | null> {
  const { ref, customerId, facts, decision } = plan;
  if (prorationAtMs !== null) checkPreview(prorationAtMs, facts.timeMs);
  return onLive(deps, plan, async () => {
    if (decision.kind === 'end') {
      await deps.project(ref).billing().endUpgrade(decision.live.id);
      await deps.stripe(ref, facts.connection.stripeAccountId).endWithPeriod(decision.live.id);
      return true;
    }
    const looked = await look(deps, { ref, facts, decision });
    return looked && change(deps, looked, { ref, customerId, facts, decision }, prorationAtMs);
  });
}

/**
 * Does something to the live subscription and waits until it is applied here. Null when it was
 * decided by what is not so any more: `act` says so, or Stripe refused it and there is news.
 */
export async function onLive(
  deps: Deps,
  { ref, customerId, facts }: { ref: EnvironmentRef; customerId: string; facts: Checkouting },
  act: () => Promise<true | null>,
): Promise<true | null> {
  const id = facts.live?.id ?? '';
  checkHere(facts.live);
  try {
    if ((await act()) === null) return null;
  } catch (error) {
    if (!(error instanceof Fail) || error.code !== 'provider_refused') throw error;
    await syncNow(deps, ref, id);
    const { live } = unwrap(
      await deps.project(ref).billing().checkouting(customerId, deps.nowMs()),
    );
    if (JSON.stringify(live) === JSON.stringify(facts.live)) throw error;
    return null;
  }
  await syncNow(deps, ref, id);
  return true;
}

async function change(
  deps: Deps,
  { stripe, state, timing }: Looked,
  { ref, customerId, facts, decision }: PlanChange & { decision: PriceChange },
  prorationAtMs: number | null,
): Promise<true> {
  const { live, price } = decision;
  const subscriptionId = live.id;
  const items = lines(facts, state, decision);
  const billing = deps.project(ref).billing();
  if (timing.kind === 'downgrade') {
    await billing.endUpgrade(subscriptionId);
    await stripe.changeLater({ subscriptionId, items });
    return true;
  }
  const { isProrated } = timing;
  if (isProrated && prorationAtMs !== null) checkPeriod(prorationAtMs, state);
  await billing.beginUpgrade(
    { id: subscriptionId, customerId, priceId: price.priceId },
    deps.nowMs(),
  );
  // Two equal requests at once make one change. Each look at the subscription begins a new one, for
  // who goes back and forth means each; what was declined may be tried again in a minute.
  const minute = Math.floor(deps.nowMs() / 60_000);
  const key = `change_${live.id}_${price.priceId}_${facts.looks}_${prorationAtMs ?? 'now'}_${minute}`;
  try {
    await stripe.changeNow({ subscriptionId, items, isProrated, prorationAtMs }, key);
  } catch (error) {
    const code = error instanceof Fail ? error.code : null;
    if (code === 'payment_failed') await billing.endUpgrade(subscriptionId);
    // The period may have ended between our look and the change.
    if (code === 'provider_refused' && isProrated && prorationAtMs !== null)
      checkPeriod(prorationAtMs, await stripe.fetchObject(subscriptionId));
    throw error;
  }
  return true;
}

/** What a change would cost. Null when the subscription is over by now. */
export async function previewOf(
  deps: Deps,
  { ref, facts, decision }: Omit<PlanChange, 'customerId'>,
): Promise<PlanChangePreview | null> {
  const nowMs = facts.timeMs;
  const looked = await look(deps, { ref, facts, decision });
  if (looked === null) return null;
  const { stripe, state, timing } = looked;
  const shown = {
    tier: decision.tier,
    priceId: null,
    currency: decision.live.currency ?? 'usd',
    dueNowMinor: 0,
    taxMinor: 0,
    taxBehavior: 'unspecified' as const,
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
    taxBehavior: invoice.taxBehavior,
    creditMinor: invoice.creditMinor,
    startsAtMs: nowMs,
    prorationAtMs,
    lines: invoice.lines,
  };
}

/**
 * What was bought in another account has none of our prices of now. To ask this account for it finds
 * nothing, and would end what is paid for.
 */
function checkHere(live: LiveFacts | null): void {
  if (live !== null && live.priceMinor === null) throw new Fail('stripe_not_connected');
}

/** What is known here may be old: a change is made from what Stripe has. */
async function look(
  deps: Deps,
  { ref, facts, decision }: Omit<PlanChange, 'customerId'>,
): Promise<Looked | null> {
  const { live } = decision;
  checkHere(live);
  const stripe = deps.stripe(ref, facts.connection.stripeAccountId);
  const state = await stripe.fetchObject(live.id);
  const isOver =
    state.kind !== 'subscription' || !isLive({ ...state, graceEndsAtMs: null }, facts.timeMs);
  if (state.kind !== 'subscription' || isOver) {
    await syncNow(deps, ref, live.id);
    return null;
  }
  // What is asked for is there already: it was confirmed at the bank, and nobody told us yet.
  if (
    decision.kind === 'change' &&
    state.items.some((item) => item.priceId === decision.price.priceId)
  ) {
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

/** Stripe prorates within the running period only: a preview of the one before is of no use. */
function checkPeriod(prorationAtMs: number, state: StripeState): void {
  if (state.kind !== 'subscription') return;
  const startMs = Math.max(0, ...state.items.map(({ periodStartMs }) => periodStartMs));
  if (prorationAtMs < startMs) throw new Fail('preview_expired');
}

function checkPreview(prorationAtMs: number, nowMs: number): void {
  if (prorationAtMs > nowMs || nowMs - prorationAtMs > PREVIEW_LASTS_MS)
    throw new Fail('preview_expired');
}
