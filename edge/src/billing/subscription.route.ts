import {
  cancelManagedSubscription,
  changeManagedSubscription,
  previewManagedChange,
  resumeManagedSubscription,
} from '@dream/contract/managed-customers';
import {
  cancelSubscription,
  changeSubscription,
  previewChange,
  resumeSubscription,
} from '@dream/contract/subscription';
import type { Subscription } from '@dream/contract';
import type { Hono } from 'hono';
import { isSeller } from '../auth/principal.ts';
import { type CalledCustomer, customerOf } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Checkouting } from './billing.rpc.ts';
import { type CheckoutDecision, decideCheckout } from './checkout.ts';
import { makeChange, onLive, type PlanChange, previewOf } from './plan-change.client.ts';
import { inAccount } from './stripe.job.ts';

/** How often a change is decided anew because the subscription changed under it. */
const ROUNDS = 3;

/** What a subscriber does with a subscription: change it, cancel it, take that back. */
export function subscriptionRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [previewChange, previewManagedChange])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerOf(call);
      for (let round = 0; round < ROUNDS; round++) {
        const { facts, decision } = await decide(deps, { ref, customerId }, call);
        if (decision.kind === 'start') return firstPurchase(decision, facts.timeMs);
        const preview = await inAccount(deps, ref, facts.connection.stripeAccountId, () =>
          previewOf(deps, { ref, facts, decision }),
        );
        if (preview !== null) return preview;
      }
      throw new Fail('temporarily_unavailable');
    });

  for (const row of [changeSubscription, changeManagedSubscription])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerOf(call);
      await noteManaged(call, { ref, customerId }, 'subscription.changed');
      for (let round = 0; round < ROUNDS; round++) {
        const { facts, decision } = await decide(deps, { ref, customerId }, call);
        if (decision.kind === 'start') throw new Fail('subscription_missing');
        const change: PlanChange = { ref, customerId, facts, decision };
        const isMade = await inAccount(deps, ref, facts.connection.stripeAccountId, () =>
          makeChange(deps, change, call.body.prorationAtMs ?? null),
        );
        if (isMade) return { subscription: await subscriptionOf(deps, { ref, customerId }) };
      }
      throw new Fail('temporarily_unavailable');
    });

  for (const row of [cancelSubscription, cancelManagedSubscription])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerOf(call);
      await noteManaged(call, { ref, customerId }, 'subscription.cancelled');
      return withLive(deps, { ref, customerId }, (stripe, id) => stripe.endWithPeriod(id));
    });

  for (const row of [resumeSubscription, resumeManagedSubscription])
    serve(app, deps, row, async (call) => {
      const { ref, customerId } = await customerOf(call);
      await noteManaged(call, { ref, customerId }, 'subscription.resumed');
      return withLive(deps, { ref, customerId }, (stripe, id) => stripe.keepGoing(id));
    });
}

type Who = Pick<CalledCustomer, 'ref' | 'customerId'>;
type Made = Exclude<CheckoutDecision, { kind: 'refused' }>;

async function decide(
  deps: Deps,
  { ref, customerId }: Who,
  { body, principal }: Call<{ tier: string; priceId?: string | undefined }>,
): Promise<{ facts: Checkouting; decision: Made }> {
  const facts = unwrap(await deps.project(ref).billing().checkouting(customerId, deps.nowMs()));
  const asked = { tier: body.tier, priceId: body.priceId, bySecretKey: isSeller(principal) };
  const decision = decideCheckout(facts, asked);
  if (decision.kind === 'refused') throw new Fail(decision.code, decision.details);
  return { facts, decision };
}

/** What Stripe's page will ask for; a tax is known there only, by the address. */
function firstPurchase(
  { tier, price, trialDays }: Extract<Made, { kind: 'start' }>,
  nowMs: number,
) {
  const dueNowMinor = trialDays > 0 ? 0 : price.priceMinor;
  return {
    kind: 'checkout' as const,
    tier,
    priceId: price.priceId,
    currency: price.currency,
    dueNowMinor,
    taxMinor: 0,
    taxBehavior: 'unspecified' as const,
    creditMinor: 0,
    nextMinor: price.priceMinor,
    startsAtMs: nowMs,
    prorationAtMs: null,
    lines: [],
  };
}

async function withLive(
  deps: Deps,
  { ref, customerId }: Who,
  act: (stripe: ReturnType<Deps['stripe']>, subscriptionId: string) => Promise<void>,
): Promise<{ subscription: Subscription }> {
  for (let round = 0; round < ROUNDS; round++) {
    const facts = unwrap(await deps.project(ref).billing().checkouting(customerId, deps.nowMs()));
    const { live, connection } = facts;
    if (live === null) throw new Fail('subscription_missing');
    if (connection.via === null) throw new Fail('stripe_not_connected');
    const { stripeAccountId } = connection;
    const isDone = await inAccount(deps, ref, stripeAccountId, () =>
      onLive(deps, { ref, customerId, facts }, async () => {
        await deps.project(ref).billing().endUpgrade(live.id);
        await act(deps.stripe(ref, stripeAccountId), live.id);
        return true;
      }),
    );
    if (isDone) return { subscription: await subscriptionOf(deps, { ref, customerId }) };
  }
  throw new Fail('temporarily_unavailable');
}

async function subscriptionOf(deps: Deps, { ref, customerId }: Who): Promise<Subscription> {
  const { subscription } = unwrap(
    await deps.project(ref).customers().get(customerId, deps.nowMs()),
  );
  if (subscription === null) throw new Fail('subscription_missing');
  return subscription;
}
