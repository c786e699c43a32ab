import { beforeAll, expect, it, vi } from 'vitest';
import { control, deps, manage, Shop } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await manage('PATCH', `${shop.base}/settings`, { period: 'subscription' });
});

const track = async (id: string, amount: number) =>
  (await shop.bySecretKey('POST', '/api/usage', { amount }, id)).body.usage;

/** The subscription as Stripe has it, and the bounds of its period. */
async function atStripe(id: string) {
  const [bought] = await shop.subscriptionsAtStripe(id);
  const { items } = await shop.stripe.subscriptions.retrieve(bought?.id ?? '', {}, shop.onAccount);
  const [item] = items.data;
  if (!bought || !item) throw new Error('nothing was bought');
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  return {
    id: bought.id,
    periodStart: day(item.current_period_start),
    resetsAtMs: item.current_period_end * 1000,
  };
}

/** Looks at a subscription, as an event of it makes the edge do. */
const hear = async (id: string) => {
  const object = await shop.stripe.subscriptions.retrieve(id, {}, shop.onAccount);
  await shop.hear('customer.subscription.updated', object);
};

it('counts by the calendar month before anything is bought, and carries the count into what is', async () => {
  const id = await shop.newCustomer();
  const nextMonth = new Date();
  nextMonth.setUTCMonth(nextMonth.getUTCMonth() + 1, 1);
  const before = await track(id, 2);
  expect(before.resetsAtMs).toBe(nextMonth.setUTCHours(0, 0, 0, 0));
  await shop.buy(id, 'pro');
  const { periodStart, resetsAtMs } = await atStripe(id);
  expect(await track(id, 3)).toMatchObject({ count: 5, plan: 'pro', periodStart, resetsAtMs });
});

it('starts anew with a renewal, and carries the count through a change of plan', async () => {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const boughtMs = Date.now();
  await track(id, 7);
  const { id: subscriptionId } = await atStripe(id);
  // Stripe counts in seconds: a renewal in the second of the purchase would be none.
  await vi.waitUntil(() => Date.now() >= boughtMs + 1000, { timeout: 10_000 });
  await control(`subscriptions/${subscriptionId}/period-end`, {});
  await hear(subscriptionId);
  const { periodStart, resetsAtMs } = await atStripe(id);
  expect(await track(id, 2)).toMatchObject({ count: 2, periodStart, resetsAtMs });
  await shop.checkout(id, { tier: 'team' });
  expect(await track(id, 1)).toMatchObject({ count: 3, plan: 'team', limit: 9000 });
});

it('tells the shard of a period once, whatever is heard of it', async () => {
  const id = await shop.newCustomer();
  await shop.buy(id, 'pro');
  const { id: subscriptionId } = await atStripe(id);
  const version = async () =>
    (await deps.project(shop.ref).customers().snapshot(id, Date.now())) as object;
  const before = await version();
  await hear(subscriptionId);
  await hear(subscriptionId);
  expect(await version()).toEqual(before);
});
