import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import type { SubscriptionState } from '../src/providers/stripe/state.ts';
import { deps, Shop, whileStripeIsDown } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterEach(() => {
  vi.useRealTimers();
});

const billing = () => deps.project(shop.ref).billing();
const inbox = () => deps.project(shop.ref).inbox();
const source = () => ({ accountId: shop.account, via: 'webhook' as const });

/** A customer on pro, and the subscription as Stripe has it. */
async function subscriber(): Promise<{ id: string; state: SubscriptionState }> {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const [bought] = await shop.subscriptionsAtStripe(id);
  const state = await deps.stripe(shop.ref, shop.account).fetchObject(bought?.id ?? '');
  if (state.kind !== 'subscription') throw new Error('no subscription');
  return { id, state };
}

describe('looking at an object', () => {
  it('drops an answer that comes later than the answer to a later question', async () => {
    const { id, state } = await subscriber();
    const earlier = await billing().beginSync(state.id, 'job_a', Date.now());
    const later = await billing().beginSync(state.id, 'job_b', Date.now());
    await billing().applySync(
      later.turn,
      { ...state, status: 'canceled' },
      'job_later',
      Date.now(),
    );
    const dropped = await billing().applySync(earlier.turn, state, 'job_earlier', Date.now());
    expect(dropped).toMatchObject({ jobIds: [], again: false });
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it('looks again when the object was marked meanwhile, and not when somebody else does', async () => {
    const { state } = await subscriber();
    const { turn } = await billing().beginSync(state.id, 'job_c', Date.now());
    await billing().mark(state.id, 'job_mark', Date.now());
    expect(await billing().applySync(turn, state, 'job_d', Date.now())).toMatchObject({
      again: true,
    });
    const mine = await billing().beginSync(state.id, 'job_e', Date.now());
    await billing().mark(state.id, 'job_mark_again', Date.now());
    await billing().beginSync(state.id, 'job_f', Date.now());
    expect(await billing().applySync(mine.turn, state, 'job_g', Date.now())).toMatchObject({
      again: false,
    });
  });

  it('applies nothing of a customer or a price that is not ours', async () => {
    const { id, state } = await subscriber();
    for (const foreign of [
      { ...state, id: 'sub_foreign', stripeCustomerId: 'cus_foreign' },
      {
        ...state,
        id: 'sub_foreign',
        items: state.items.map((item) => ({ ...item, priceId: 'price_foreign' })),
      },
    ]) {
      const { turn } = await billing().beginSync('sub_foreign', 'job_h', Date.now());
      expect(await billing().applySync(turn, foreign, 'job_i', Date.now())).toMatchObject({
        jobIds: [],
        surplus: null,
      });
    }
    expect((await shop.customer(id)).plan).toBe('pro');
  });
});

describe('an event', () => {
  it('is taken once, however often it comes', async () => {
    const { state } = await subscriber();
    const event = {
      id: 'evt_once',
      type: 'customer.subscription.updated',
      subjects: [{ objectId: state.id, stripeCustomerId: state.stripeCustomerId }],
    };
    const first = await inbox().receiveEvents([event], source(), 'job_event', Date.now());
    const second = await inbox().receiveEvents([event], source(), 'job_event_again', Date.now());
    expect([first.length, second.length]).toEqual([1, 0]);
  });

  it('of objects that are nobody’s here marks nothing', async () => {
    const event = {
      id: 'evt_foreign',
      type: 'customer.subscription.updated',
      subjects: [{ objectId: 'sub_nobodys', stripeCustomerId: 'cus_nobodys' }],
    };
    expect(await inbox().receiveEvents([event], source(), 'job_foreign', Date.now())).toEqual([]);
  });

  it('whose Worker died is looked at by the outbox', async () => {
    const { id, state } = await subscriber();
    await shop.stripe.subscriptions.cancel(state.id, {}, shop.onAccount);
    const event = {
      id: 'evt_crash',
      type: 'customer.subscription.deleted',
      subjects: [{ objectId: state.id, stripeCustomerId: state.stripeCustomerId }],
    };
    await inbox().receiveEvents([event], source(), 'job_crash', Date.now());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await deliverJobs(deps, shop.ref);
    expect(await shop.shardPlan(id)).toBe('free');
  });
});

describe('a cancelled subscription', () => {
  it('gives the plan to its end and not longer, with Stripe down and no event ever', async () => {
    const { id, state } = await subscriber();
    await shop.stripe.subscriptions.update(
      state.id,
      { cancel_at_period_end: true },
      shop.onAccount,
    );
    await shop.hear('customer.subscription.updated', {
      id: state.id,
      object: 'subscription',
      customer: state.stripeCustomerId,
    });
    const endsAtMs = (await shop.customer(id)).subscription?.endsAtMs ?? 0;
    await whileStripeIsDown(async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: endsAtMs - 1000 });
      await deliverJobs(deps, shop.ref);
      expect(await shop.shardPlan(id)).toBe('pro');
      vi.setSystemTime(endsAtMs);
      await deliverJobs(deps, shop.ref);
      expect(await shop.shardPlan(id)).toBe('free');
      expect((await shop.customer(id)).plan).toBe('free');
    });
  });

  it('tells the shard so even when the clock of the object is behind', async () => {
    const { id, state } = await subscriber();
    const endsAtMs = Date.now() + 60_000;
    const { turn } = await billing().beginSync(state.id, 'job_ends', Date.now());
    await billing().applySync(turn, { ...state, endsAtMs }, 'job_ends_at', Date.now());
    const { jobIds } = await billing().beginSync(state.id, 'job_ended', endsAtMs);
    await deliverJobs(deps, shop.ref, jobIds);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('is over for a caller by the clock of the caller', async () => {
    const { id, state } = await subscriber();
    const endsAtMs = Date.now() + 60_000;
    const { turn } = await billing().beginSync(state.id, 'job_until', Date.now());
    await billing().applySync(turn, { ...state, endsAtMs }, 'job_until_at', Date.now());
    const plans = [endsAtMs - 1, endsAtMs].map(async (nowMs) =>
      deps.project(shop.ref).customers().get(id, nowMs),
    );
    expect(await Promise.all(plans)).toMatchObject([
      { value: { plan: 'pro' } },
      { value: { plan: 'free' } },
    ]);
  });
});
