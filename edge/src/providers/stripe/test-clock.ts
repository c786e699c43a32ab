import { Stripe } from 'stripe';
import { Fail } from '../../http/fail.ts';
import { isMissing, TIMEOUT_MS } from './errors.ts';
import { idOf } from './state.ts';

type Account = { stripeAccount?: string };

/** How long to wait between two looks at a clock that moves. */
const LOOK_MS = 250;

/** Makes a clock that says `atMs`. The same key makes one. */
export async function makeClock(
  stripe: Stripe,
  account: Account,
  { name, atMs }: { name: string; atMs: number },
  idempotencyKey: string,
): Promise<string> {
  const clock = await stripe.testHelpers.testClocks.create(
    { frozen_time: Math.floor(atMs / 1000), name },
    { ...account, idempotencyKey },
  );
  return clock.id;
}

/**
 * Moves the clock of a customer to an instant, as far at once as Stripe moves one, and waits until it
 * is there. Safe to repeat, also while it moves; one that is there or later stays.
 */
export async function moveClock(
  stripe: Stripe,
  account: Account,
  move: { stripeCustomerId: string; targetMs: number; longestMoveMs: number },
): Promise<void> {
  const clocks = stripe.testHelpers.testClocks;
  const id = await clockOf(stripe, account, move.stripeCustomerId);
  if (id === null) throw new Fail('test_clock_missing');
  const target = Math.ceil(move.targetMs / 1000);
  const giveUpAtMs = Date.now() + TIMEOUT_MS;
  while (Date.now() < giveUpAtMs) {
    const clock = await clocks.retrieve(id, {}, account);
    if (clock.status === 'internal_failure') break;
    if (clock.status === 'ready') {
      if (clock.frozen_time >= target) return;
      const furthest = clock.frozen_time + Math.floor(move.longestMoveMs / 1000);
      await clocks.advance(id, { frozen_time: Math.min(target, furthest) }, account);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Fail('provider_unavailable', { provider: 'stripe' });
}

/** Deletes a customer, and the clock it lives by. One that is gone is a success. */
export async function deleteCustomer(
  stripe: Stripe,
  account: Account,
  stripeCustomerId: string,
): Promise<void> {
  try {
    const clock = await clockOf(stripe, account, stripeCustomerId);
    if (clock === null) await stripe.customers.del(stripeCustomerId, {}, account);
    // With a clock go its customers.
    else await stripe.testHelpers.testClocks.del(clock, {}, account);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function clockOf(
  stripe: Stripe,
  account: Account,
  stripeCustomerId: string,
): Promise<string | null> {
  const customer = await stripe.customers.retrieve(stripeCustomerId, {}, account);
  if (customer.deleted || !customer.test_clock) return null;
  return idOf(customer.test_clock);
}
