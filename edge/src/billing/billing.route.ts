import {
  CHECKOUT_PARAM,
  type CheckoutPlace,
  confirmCheckout,
  createCheckout,
  createPortal,
} from '@dream/contract/billing';
import { createManagedCheckout, createManagedPortal } from '@dream/contract/managed-customers';
import type { Hono } from 'hono';
import { isSeller } from '../auth/principal.ts';
import { type CalledCustomer, customerOf } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf } from '../http/idempotency.ts';
import type { StripeClient } from '../providers/stripe/client.ts';
import type { CheckoutState } from '../providers/stripe/state.ts';
import type { Checkouting } from './billing.rpc.ts';
import { type CheckoutDecision, decideCheckout } from './checkout.ts';
import { notePlatformSeller } from './platform-seller.job.ts';
import { gate } from '../sessions/gate.ts';
import { makeChange } from './plan-change.client.ts';
import { decideRedirect, withCheckoutParam } from './redirect.ts';
import { inAccount, syncNow } from './stripe.job.ts';
import { isStripeCustomerGone, stripeCustomerOf } from './stripe-customer.job.ts';

/**
 * How often a checkout starts over because the customer's situation changed under it: the subscription
 * ended, the customer is gone at Stripe, and each other tab may be faster once.
 */
const ROUNDS = 8;

/** Buying a tier, coming back from it, and the page where a customer manages what was bought. */
export function billingRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [createCheckout, createManagedCheckout])
    serve(app, deps, row, async (call) => {
      const customer = await customerOf(call);
      const bySecretKey = isSeller(call.principal);
      if (!bySecretKey) await gate(deps, 'checkouts', customer.customerId);
      const { settings } = customer.environment;
      const successUrl = redirectOf(call, customer, call.body.successUrl, settings.successUrl);
      if (successUrl === null) throw new Fail('redirect_url_required', { field: 'successUrl' });
      const cancelUrl = redirectOf(call, customer, call.body.cancelUrl, settings.cancelUrl);
      const { tier, priceId } = call.body;
      const asked = { tier, priceId, bySecretKey };
      const page = { successUrl, cancelUrl, embedded: call.body.embedded };
      await noteManaged(call, customer, 'customer.checkout_opened');
      for (let round = 0; round < ROUNDS; round++) {
        const place = await tryCheckout(deps, customer, asked, page);
        if (place !== null) return place;
      }
      throw new Fail('temporarily_unavailable');
    });

  serve(app, deps, confirmCheckout, async (call) => {
    const { ref, customerId } = await customerOf(call);
    const { checkoutId } = call.body;
    unwrap(await deps.project(ref).billing().checkoutStatus(customerId, checkoutId));
    await syncNow(deps, ref, checkoutId);
    const status = unwrap(await deps.project(ref).billing().checkoutStatus(customerId, checkoutId));
    return {
      status,
      customer: unwrap(await deps.project(ref).customers().get(customerId, call.nowMs)),
    };
  });

  for (const row of [createPortal, createManagedPortal])
    serve(app, deps, row, async (call) => {
      const customer = await customerOf(call);
      const { ref, customerId, environment } = customer;
      const returnUrl = redirectOf(
        call,
        customer,
        call.body.returnUrl,
        environment.settings.returnUrl,
      );
      if (returnUrl === null) throw new Fail('redirect_url_required', { field: 'returnUrl' });
      const { connection, stripeCustomerId } = unwrap(
        await deps.project(ref).billing().checkouting(customerId, call.nowMs),
      );
      if (connection.via === null) throw new Fail('stripe_not_connected');
      if (stripeCustomerId === null) throw new Fail('billing_account_missing');
      await noteManaged(call, customer, 'customer.portal_opened');
      const stripe = deps.stripe(ref, connection.stripeAccountId);
      const url = await inAccount(deps, ref, connection.stripeAccountId, () =>
        stripe.openPortal({ stripeCustomerId, returnUrl }).catch(async (error: unknown) => {
          const isGone = await isStripeCustomerGone(deps, ref, stripeCustomerId, error);
          throw isGone ? new Fail('billing_account_missing') : error;
        }),
      );
      return { url };
    });
}

/** Where a checkout begins and ends. */
interface Page {
  successUrl: string;
  cancelUrl: string | null;
  embedded: boolean;
}

/** One attempt by what is known now; null when that changed meanwhile and it is to be tried again. */
async function tryCheckout(
  deps: Deps,
  customer: CalledCustomer,
  asked: Parameters<typeof decideCheckout>[1],
  page: Page,
): Promise<CheckoutPlace | null> {
  const { ref, customerId } = customer;
  const facts = unwrap(await deps.project(ref).billing().checkouting(customerId, deps.nowMs()));
  const decision = decideCheckout(facts, asked);
  if (decision.kind === 'refused') {
    // What is known may be old: who has just ended what they had may buy it again.
    if (decision.code === 'already_subscribed' && (await isNews(deps, customer, facts)))
      return null;
    throw new Fail(decision.code, decision.details);
  }
  if (decision.kind === 'end') throw new Fail('tier_not_for_sale', { tier: decision.tier });
  return inAccount(deps, ref, facts.connection.stripeAccountId, () =>
    carryOut(deps, customer, facts, decision, page),
  );
}

async function carryOut(
  deps: Deps,
  customer: CalledCustomer,
  facts: Checkouting,
  decision: Exclude<CheckoutDecision, { kind: 'refused' | 'end' }>,
  page: Page,
): Promise<CheckoutPlace | null> {
  const { ref, customerId } = customer;
  const stripe = deps.stripe(ref, facts.connection.stripeAccountId);
  const fingerprint = await fingerprintOf(decision, page);
  const earlier = await settleOpen(deps, customer, stripe, facts, { fingerprint, ...page });
  if (earlier === 'paid') return null;
  if (earlier !== null) return earlier;
  if (decision.kind === 'start')
    return startCheckout(deps, customer, stripe, facts, decision, { fingerprint, ...page });
  try {
    const isMade = await makeChange(deps, { ref, customerId, facts, decision });
    return isMade && { url: page.successUrl };
  } catch (error) {
    const isAsked = error instanceof Fail && error.code === 'payment_action_required';
    if (isAsked) return { url: String(error.details.url) };
    throw error;
  }
}

/** Whether Stripe has the live subscription no more, or another one. What it has is known then. */
async function isNews(
  deps: Deps,
  { ref, customerId }: CalledCustomer,
  { live, connection }: Checkouting,
): Promise<boolean> {
  // What was bought in another account cannot be asked for in this one.
  if (live === null || live.priceMinor === null || connection.via === null) return false;
  await syncNow(deps, ref, live.id);
  const now = unwrap(await deps.project(ref).billing().checkouting(customerId, deps.nowMs()));
  return now.live?.id !== live.id || now.live.priceId !== live.priceId;
}

/**
 * Sees to the customer's earlier checkout, so that there is never a second one to pay. The same
 * request gets the same page while that is open. `paid`: it was, and is applied now.
 */
async function settleOpen(
  deps: Deps,
  { ref }: CalledCustomer,
  stripe: StripeClient,
  facts: Checkouting,
  request: Page & { fingerprint: string },
): Promise<CheckoutPlace | 'paid' | null> {
  const { open } = facts;
  if (open === null) return null;
  if (open.fingerprint === request.fingerprint) {
    const state = await stripe.fetchObject(open.id);
    const place = state.kind === 'checkout' ? placeOf(deps, ref, facts, state, request) : null;
    if (place !== null) return place;
  }
  const closed = await stripe.expireCheckout(open.id);
  if (closed?.status === 'complete') {
    await syncNow(deps, ref, open.id);
    return 'paid';
  }
  await deps.project(ref).billing().closeCheckout(open.id);
  return null;
}

async function startCheckout(
  deps: Deps,
  { ref, customerId }: CalledCustomer,
  stripe: StripeClient,
  facts: Checkouting,
  { tier, price, meteredPriceIds, trialDays }: Extract<CheckoutDecision, { kind: 'start' }>,
  request: Page & { fingerprint: string },
): Promise<CheckoutPlace | null> {
  const { fingerprint, successUrl, cancelUrl, embedded } = request;
  const nowMs = deps.nowMs();
  if (facts.connection.via === 'platform') await notePlatformSeller(deps, ref);
  const stripeCustomerId = await stripeCustomerOf(deps, ref, customerId, facts);
  const checkout = {
    customerId,
    stripeCustomerId,
    priceId: price.priceId,
    meteredPriceIds,
    trialDays,
    successUrl: withCheckoutParam(successUrl, CHECKOUT_PARAM),
    cancelUrl,
    embedded,
  };
  // Two equal requests at once get one checkout. Stripe also repeats a refusal to the same key, so
  // the key changes with the minute, and what was refused may be tried again.
  const key = `checkout_${customerId}_${facts.turn}_${fingerprint}_${Math.floor(nowMs / 60_000)}`;
  const made = await stripe.startCheckout(checkout, key).catch(async (error: unknown) => {
    if (await isStripeCustomerGone(deps, ref, stripeCustomerId, error)) return null;
    throw error;
  });
  if (made === null) return null;
  const { id } = made;
  const row = { id, customerId, tier, turn: facts.turn, fingerprint };
  const place = placeOf(deps, ref, facts, made, request);
  if (place !== null && (await deps.project(ref).billing().recordCheckout(row, nowMs)))
    return place;
  await stripe.expireCheckout(id);
  return null;
}

/** Where an open checkout is paid; null of one that is over. */
function placeOf(
  deps: Deps,
  ref: CalledCustomer['ref'],
  { connection }: Checkouting,
  { status, url, clientSecret }: CheckoutState,
  { embedded, successUrl }: Page,
): CheckoutPlace | null {
  if (status !== 'open') return null;
  if (!embedded) return url === null ? null : { url };
  if (clientSecret === null) return null;
  const stripePublishableKey = deps.config.stripe[ref.mode].publishableKey;
  const stripeAccountId = connection.stripeAccountId;
  return { url: successUrl, embedded: { clientSecret, stripePublishableKey, stripeAccountId } };
}

function redirectOf(
  call: Pick<Call, 'c' | 'principal'>,
  { ref, environment }: CalledCustomer,
  asked: string | undefined,
  setting: string | null,
): string | null {
  const decided = decideRedirect(asked, setting, {
    mode: ref.mode,
    bySecretKey: isSeller(call.principal),
    listedOrigins: environment.origins,
    pageOrigin: call.c.req.header('origin') ?? null,
  });
  if ('refused' in decided) throw new Fail(decided.refused, { url: asked });
  return decided.url;
}
