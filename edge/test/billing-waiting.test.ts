import { beforeEach, describe, expect, it } from 'vitest';
import { keepEvent, MOST_WAITING, WAITS_MS } from '../src/billing/waiting-events.job.ts';
import { control, deps, manage, Shop } from './billing-shop.ts';

let account: string;
beforeEach(() => {
  account = `acct_${crypto.randomUUID().replaceAll('-', '')}`;
});

const subject = { objectId: 'sub_1', stripeCustomerId: 'cus_1' };
const event = (id: string) => ({
  id,
  type: 'customer.subscription.updated',
  mode: 'test' as const,
  accountId: account,
  subjects: [subject],
});

/** The ids of the events that wait for an account, in the order they came. */
async function waiting(of = account): Promise<string[]> {
  const { results } = await deps.directory
    .prepare('SELECT event_id AS id FROM waiting_event WHERE account_id = ? ORDER BY seq')
    .bind(of)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** A customer with a subscription at Stripe of which nobody has told the edge. */
async function boughtUnnoticed(shop: Shop) {
  const id = await shop.newCustomer();
  await shop.checkout(id, { tier: 'pro' });
  const facts = await deps.project(shop.ref).billing().checkouting(id, Date.now());
  const customer = (facts.ok && facts.value.stripeCustomerId) || '';
  const tiers = await deps.project(shop.ref).catalog().tiers();
  const price = tiers.find(({ name }) => name === 'pro')?.prices[0]?.priceId ?? '';
  const session = await shop.stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      customer,
      line_items: [{ price, quantity: 1 }],
      success_url: 'https://shop.example',
    },
    shop.onAccount,
  );
  await control(`checkout/${session.id}/pay`, {});
  const [bought] = await shop.subscriptionsAtStripe(id);
  return { id, object: { id: bought?.id, object: 'subscription', customer } };
}

describe('an event of an account that nobody has connected', () => {
  it('waits, is looked at when an environment connects the account, and waits no more', async () => {
    const shop = await Shop.open();
    const { id, object } = await boughtUnnoticed(shop);
    await manage('DELETE', `${shop.base}/stripe`);
    const heard = await shop.hear('customer.subscription.created', object, { id: 'evt_early' });
    expect(heard.status).toBe(200);
    expect(await waiting(shop.account)).toEqual(['evt_early']);
    expect((await shop.customer(id)).plan).toBe('free');
    await shop.connect(shop.account);
    expect(await shop.shardPlan(id)).toBe('pro');
    expect(await waiting(shop.account)).toEqual([]);
  });

  it('is not handed to an environment that connects another account', async () => {
    await keepEvent(deps, event('evt_1'), Date.now());
    await Shop.open();
    expect(await waiting()).toEqual(['evt_1']);
  });

  it('is kept once, however often it comes', async () => {
    const shop = await Shop.open({ connected: false });
    const object = { id: 'sub_1', object: 'subscription', customer: 'cus_1' };
    for (const id of ['evt_1', 'evt_1'])
      await shop.hear('customer.subscription.updated', object, { id, account });
    expect(await waiting()).toEqual(['evt_1']);
  });

  it('is never kept when it is forged, unsigned, old, or of the other mode', async () => {
    const shop = await Shop.open({ connected: false });
    const object = { id: 'sub_1', object: 'subscription', customer: 'cus_1' };
    const tries = [
      { secret: 'whsec_forged' },
      { secret: deps.config.stripe.test.webhookSecret },
      { atSeconds: Math.floor(Date.now() / 1000) - 3600 },
      { livemode: true },
    ];
    for (const given of tries)
      await shop.hear('customer.subscription.updated', object, { account, ...given });
    expect(await waiting()).toEqual([]);
  });

  it('is not kept when it is about nothing we look at', async () => {
    const shop = await Shop.open({ connected: false });
    await shop.hear('price.created', { id: 'price_1', object: 'price' }, { account });
    expect(await waiting()).toEqual([]);
  });

  it('gives way, the oldest first, so that never more than 1,000 wait for an account', async () => {
    await keepEvent(deps, event('evt_oldest'), Date.now());
    await deps.directory
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO waiting_event (account_id, mode, event_id, type, subjects, received_ms)
         SELECT ?2, 'test', 'evt_' || i, 'customer.subscription.updated', '[]', ?3 FROM n`,
      )
      .bind(MOST_WAITING, account, Date.now())
      .run();
    expect(await waiting()).toHaveLength(1000);
    await keepEvent(deps, event('evt_newest'), Date.now());
    const left = await waiting();
    expect(left).toHaveLength(1000);
    expect([left[0], left.at(-1)]).toEqual(['evt_2', 'evt_newest']);
  });

  it('waits for 7 days and not longer', async () => {
    const nowMs = Date.now();
    await keepEvent(deps, event('evt_week'), nowMs);
    await keepEvent(deps, event('evt_later'), nowMs + WAITS_MS - 1);
    expect(await waiting()).toEqual(['evt_week', 'evt_later']);
    await keepEvent(deps, event('evt_last'), nowMs + WAITS_MS);
    expect(await waiting()).toEqual(['evt_later', 'evt_last']);
  });
});
