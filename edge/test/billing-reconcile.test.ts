import { beforeEach, describe, expect, it, vi } from 'vitest';
import { keepEvent, WAITS_MS } from '../src/billing/waiting-events.job.ts';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { checkoutIdOf, control, deps, Shop, whileStripeIsDown } from './billing-shop.ts';

const HOUR_MS = 3_600_000;
const BOUNDS = { environments: 50, eventPages: 0, objects: 50, objectsInAll: 150 };

let shop: Shop;
beforeEach(async () => {
  // What earlier tests sold is not due.
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
  return () => vi.useRealTimers();
});

const hourLater = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS });

async function subscriber(of = shop): Promise<{ id: string; subscriptionId: string }> {
  const id = await of.newCustomer();
  await of.buy(id, 'pro');
  const [bought] = await of.subscriptionsAtStripe(id);
  return { id, subscriptionId: bought?.id ?? '' };
}

/** A subscriber whose subscription ended at Stripe, of which no event tells. */
async function endedUnnoticed(of = shop): Promise<string> {
  const { id, subscriptionId } = await subscriber(of);
  await of.stripe.subscriptions.cancel(subscriptionId, {}, of.onAccount);
  return id;
}

const plansOf = (ids: string[], of = shop) => Promise.all(ids.map((id) => of.shardPlan(id)));

describe('one reconciliation, with webhooks off and without a return', () => {
  it('applies that a subscription was cancelled', async () => {
    const id = await endedUnnoticed();
    expect(await shop.shardPlan(id)).toBe('pro');
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('free');
    expect((await shop.customer(id)).plan).toBe('free');
  });

  it('applies that a checkout was paid', async () => {
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: 'pro' });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
    expect(await shop.shardPlan(id)).toBe('free');
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('pro');
  });

  it('reaches the platform, which sells without connecting an account', async () => {
    const platform = await Shop.ofPlatform();
    const id = await endedUnnoticed(platform);
    await reconcileBilling(deps);
    expect(await platform.shardPlan(id)).toBe('free');
  });

  it('reads the last minutes of Stripe’s events once more, for those that are listed late', async () => {
    const inbox = deps.project(shop.ref).inbox();
    const nowMs = Date.now();
    const first = await inbox.eventWindow(nowMs);
    await inbox.receiveWindow(
      first,
      { events: [], isLast: true, accountId: shop.account },
      'job_window',
      nowMs,
    );
    const second = await inbox.eventWindow(nowMs + 3_600_000);
    expect(second).toEqual({
      sinceMs: nowMs - 300_000,
      untilMs: nowMs + 3_600_000,
      afterId: null,
    });
    const event = { id: 'evt_first_page', type: 'charge.succeeded', subjects: [] };
    await inbox.receiveWindow(
      second,
      { events: [event], isLast: false, accountId: shop.account },
      'job_page',
      nowMs,
    );
    expect(await inbox.eventWindow(nowMs + 3_700_000)).toEqual({
      ...second,
      afterId: event.id,
    });
  });

  it('leaves to its end what was bought in another account', async () => {
    const { id } = await subscriber();
    await shop.connect();
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('pro');
    expect((await shop.customer(id)).subscription?.endsAtMs).toBeGreaterThan(Date.now());
  });
});

describe('reconciling', () => {
  it('looks at an environment once an hour', async () => {
    await reconcileBilling(deps);
    const id = await endedUnnoticed();
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('pro');
    hourLater();
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('looks at a bounded number of objects in a run, and goes on with the others in the next', async () => {
    const ids = [await endedUnnoticed(), await endedUnnoticed(), await endedUnnoticed()];
    const ended = async () => (await plansOf(ids)).filter((plan) => plan === 'free').length;
    await reconcileBilling(deps, { ...BOUNDS, objects: 2 });
    expect(await ended()).toBe(2);
    await reconcileBilling(deps, { ...BOUNDS, objects: 2 });
    expect(await ended()).toBe(3);
  });

  it('goes on with those that were due longer, so that one with much to look at delays nobody', async () => {
    const other = await Shop.open();
    const ids = [await endedUnnoticed(), await endedUnnoticed()];
    const others = [await endedUnnoticed(other), await endedUnnoticed(other)];
    for (let run = 0; run < 2; run++)
      await reconcileBilling(deps, { ...BOUNDS, objects: 1, objectsInAll: 1 });
    expect(await plansOf(ids)).toContain('free');
    expect(await plansOf(others, other)).toContain('free');
  });

  it('reads more events than one run may take in the runs that follow, until all are read', async () => {
    const { id } = await subscriber();
    const guest = () =>
      shop.stripe.paymentIntents.create(
        {
          amount: 500,
          currency: 'usd',
          payment_method: 'pm_card_visa',
          confirm: true,
          return_url: 'https://shop.example/done',
        },
        shop.onAccount,
      );
    // Newest first, 100 a page: what the customer paid is on the second one.
    await Promise.all(Array.from({ length: 105 }, guest));
    const paid = async () =>
      (await shop.bySecretKey('GET', `/api/customers/${id}/payments`)).body.payments.length;
    const run = () => reconcileBilling(deps, { ...BOUNDS, eventPages: 1, objectsInAll: 500 });
    await run();
    expect(await paid()).toBe(0);
    await run();
    expect(await paid()).toBe(1);
    const later = await endedUnnoticed();
    await run();
    expect(await shop.shardPlan(later)).toBe('pro');
  });

  it('while Stripe is down loses nothing: the outbox looks at it later', async () => {
    const id = await endedUnnoticed();
    await whileStripeIsDown(() => reconcileBilling(deps));
    expect(await shop.shardPlan(id)).toBe('pro');
    hourLater();
    await deliverJobs(deps, shop.ref);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('is stopped by no environment that fails', async () => {
    await deps.directory.batch([
      deps.directory.prepare(
        `INSERT INTO project (id, account_id, name, state, created_ms)
         SELECT 'prj_0broken', id, 'x', 'active', 0 FROM account LIMIT 1`,
      ),
      deps.directory.prepare("INSERT INTO stripe_account VALUES ('acct_1', 'test', 'prj_0broken')"),
    ]);
    const id = await endedUnnoticed();
    await reconcileBilling(deps);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('deletes events that have waited for too long', async () => {
    const event = {
      id: 'evt_1',
      type: 'customer.subscription.updated',
      mode: 'test' as const,
      accountId: 'acct_nobodys',
      subjects: [{ objectId: 'sub_1', stripeCustomerId: 'cus_1' }],
    };
    await keepEvent(deps, event, Date.now() - WAITS_MS);
    await reconcileBilling(deps);
    expect(await deps.directory.prepare('SELECT 1 FROM waiting_event').first()).toBeNull();
  });
});
