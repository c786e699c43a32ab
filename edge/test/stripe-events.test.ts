import { beforeAll, describe, expect, it } from 'vitest';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { call, control, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

const operator = deps.config.operatorSecret;
const platformSecret = deps.config.stripe.test.webhookSecret;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

type Base = Pick<Shop, 'base'>;
const newId = () => `evt_${crypto.randomUUID()}`;
const inboxOf = ({ base }: Base, query = 'limit=100') =>
  manage('GET', `${base}/stripe-events?${query}`);
const eventIn = async (of: Base, id: string) =>
  (await inboxOf(of)).events.find((event: { id: string }) => event.id === id);
const retry = ({ base }: Base, id: string) =>
  call('POST', `${base}/stripe-events/${id}/retry`, operator);

/** A customer on pro whose subscription ended at Stripe, unnoticed. */
async function endedUnnoticed(of: Shop) {
  const id = await of.newCustomer();
  await of.buy(id, 'pro');
  const [bought] = await of.subscriptionsAtStripe(id);
  const { id: objectId = '', customer } = bought ?? {};
  await of.stripe.subscriptions.cancel(objectId, {}, of.onAccount);
  return { id, object: { id: objectId, object: 'subscription', customer } };
}

const ENDED = 'customer.subscription.deleted';

describe('the inbox of an environment', () => {
  it('shows an event once, with what it is about and that it was applied, however often it comes', async () => {
    const { id, object } = await endedUnnoticed(shop);
    const eventId = newId();
    const atMs = Date.now();
    for (let times = 0; times < 3; times++) await shop.hear(ENDED, object, { id: eventId });
    const found = (await inboxOf(shop)).events.filter((event: any) => event.id === eventId);
    expect(found).toEqual([
      {
        id: eventId,
        type: ENDED,
        objectId: object.id,
        state: 'applied',
        via: 'webhook',
        receivedAtMs: expect.any(Number),
      },
    ]);
    expect(found[0].receivedAtMs - atMs).toBeLessThan(60_000);
    expect(await shop.shardPlan(id)).toBe('free');
  });

  it('says that an event waits until Stripe was asked, and a retry asks and waits', async () => {
    const { id, object } = await endedUnnoticed(shop);
    const eventId = newId();
    await whileStripeIsDown(async () => {
      await shop.hear(ENDED, object, { id: eventId });
      expect(await eventIn(shop, eventId)).toMatchObject({ state: 'waiting' });
      const failed = await retry(shop, eventId);
      expect([failed.status, failed.body.code]).toEqual([503, 'provider_unavailable']);
      expect(await eventIn(shop, eventId)).toMatchObject({ state: 'waiting' });
    });
    expect(await shop.shardPlan(id)).toBe('pro');
    const { body } = await retry(shop, eventId);
    expect(body.event).toMatchObject({ id: eventId, objectId: object.id, state: 'applied' });
    expect(await shop.shardPlan(id)).toBe('free');
    const { entries } = await manage('GET', `${shop.base}/audit`);
    expect(entries[0]).toMatchObject({ action: 'stripe_event.retried', subject: eventId });
  });

  it('does not call an event applied by an answer that was asked for before it came', async () => {
    const { object } = await endedUnnoticed(shop);
    const billing = deps.project(shop.ref).billing();
    const asked = await billing.beginSync(object.id, 'job_early', Date.now());
    const state = await deps.stripe(shop.ref, shop.account).fetchObject(object.id);
    const eventId = newId();
    const subjects = [{ objectId: object.id, stripeCustomerId: null }];
    const source = { accountId: shop.account, via: 'webhook' as const };
    const event = { id: eventId, type: ENDED, subjects };
    await deps.project(shop.ref).inbox().receiveEvents([event], source, 'job_late', Date.now());
    await billing.applySync(asked.turn, state, 'job_early_answer', Date.now());
    expect(await eventIn(shop, eventId)).toMatchObject({ state: 'waiting' });
  });

  it('keeps nothing but id and type of what is not ours, calls it ignored, and a retry leaves it so', async () => {
    const foreign = { id: 'sub_theirs', object: 'subscription', customer: 'cus_theirs' };
    const { latest_charge: charge } = await shop.stripe.paymentIntents.create(
      { amount: 500, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      shop.onAccount,
    );
    const [ofForeign, ofCharge] = [newId(), newId()];
    await shop.hear(ENDED, foreign, { id: ofForeign });
    const refund = { id: 're_1', object: 'refund', charge };
    await shop.hear('refund.updated', refund, { id: ofCharge });
    for (const _ of ['before', 'after the retry']) {
      expect(await eventIn(shop, ofForeign)).toMatchObject({ objectId: null, state: 'ignored' });
      expect(await eventIn(shop, ofCharge)).toMatchObject({ state: 'ignored' });
      expect((await retry(shop, ofForeign)).body.event.state).toBe('ignored');
      expect((await retry(shop, ofCharge)).body.event.state).toBe('ignored');
    }
  });

  it('does not take in events of kinds that mean nothing here', async () => {
    const eventId = newId();
    await shop.hear('price.created', { id: 'price_1', object: 'price' }, { id: eventId });
    expect(await eventIn(shop, eventId)).toBeUndefined();
    const missing = await retry(shop, eventId);
    expect([missing.status, missing.body.code]).toEqual([404, 'stripe_event_not_found']);
  });

  it('says which events were found in Stripe’s list', async () => {
    const lost = await Shop.open();
    await endedUnnoticed(lost);
    await reconcileBilling(deps);
    const { events } = await inboxOf(lost);
    const ended = events.filter(({ type }: { type: string }) => type === ENDED);
    expect(ended).toMatchObject([{ state: 'applied', via: 'reconciliation' }]);
    // The webhook that comes after all is the same event.
    await lost.hear(ENDED, { id: ended[0].objectId, object: 'subscription' }, { id: ended[0].id });
    expect((await inboxOf(lost)).events).toEqual(events);
  });

  it('goes back page by page, newest first, also over events of the same instant', async () => {
    const busy = await Shop.open();
    const subjects = [{ objectId: 'sub_nobodys', stripeCustomerId: 'cus_nobodys' }];
    const source = { accountId: busy.account, via: 'webhook' as const };
    const ids = ['evt_d', 'evt_c', 'evt_b', 'evt_a'];
    const events = ids.map((id) => ({ id, type: ENDED, subjects }));
    const inbox = deps.project(busy.ref).inbox();
    await inbox.receiveEvents(events.slice(1), source, 'job_1', 1000);
    await inbox.receiveEvents(events.slice(0, 1), source, 'job_2', 2000);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await inboxOf(
        busy,
        `limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.events).toHaveLength(1);
      seen.push(page.events[0].id);
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });

  it('looks at nothing of an account that is not the one of now', async () => {
    const moved = await Shop.open();
    const { object } = await endedUnnoticed(moved);
    const eventId = newId();
    await moved.hear(ENDED, object, { id: eventId });
    await manage('DELETE', `${moved.base}/stripe`);
    expect((await retry(moved, eventId)).body.code).toBe('stripe_not_connected');
    await moved.connect();
    expect((await retry(moved, eventId)).body.code).toBe('stripe_not_connected');
    expect(await eventIn(moved, eventId)).toMatchObject({ state: 'applied' });
  });

  it('of an erased customer keeps no event, neither of before nor by what comes late', async () => {
    const { id, object } = await endedUnnoticed(shop);
    await shop.hear(ENDED, object, { id: newId() });
    await shop.bySecretKey('DELETE', `/api/customers/${id}`);
    const late = newId();
    await shop.hear('customer.deleted', { id: object.customer, object: 'customer' }, { id: late });
    expect(await eventIn(shop, late)).toMatchObject({ objectId: null, state: 'ignored' });
    const text = JSON.stringify(await inboxOf(shop));
    expect([text.includes(object.id), text.includes(object.customer ?? '?')]).toEqual([
      false,
      false,
    ]);
  });
});

describe('whose inbox', () => {
  it('is opened by an operator or the developer of the project, and by no key', async () => {
    for (const method of ['GET', 'POST']) {
      const path = `${shop.base}/stripe-events${method === 'POST' ? '/evt_1/retry' : ''}`;
      for (const key of [shop.sk, null]) {
        const { status, body } = await call(method, path, key);
        expect([status, body.code]).toEqual([401, 'developer_required']);
      }
    }
  });

  it('shows nothing of another project, of the other mode, or of an account nobody holds', async () => {
    const other = await Shop.open();
    const { object } = await endedUnnoticed(shop);
    const [ours, nobodys] = [newId(), newId()];
    await shop.hear(ENDED, object, { id: ours });
    await shop.hear(ENDED, object, { id: nobodys, account: 'acct_nobodys' });
    expect(await eventIn(shop, ours)).toBeDefined();
    const live = { base: shop.base.replace(/test$/, 'live') };
    for (const one of [other, live]) expect((await inboxOf(one)).events).toEqual([]);
    for (const one of [other, live])
      expect((await retry(one, ours)).body.code).toBe('stripe_event_not_found');
    expect(await eventIn(shop, nobodys)).toBeUndefined();
  });

  it('shows of the shared test account what was sold here, and nothing that others sold', async () => {
    const [mine, theirs] = [
      await Shop.open({ connected: false }),
      await Shop.open({ connected: false }),
    ];
    const paid: string[] = [];
    for (const one of [mine, theirs]) {
      const id = await one.newCustomer();
      const { body } = await one.checkout(id, { tier: 'pro' });
      const checkoutId = String(/cs_\w+/.exec(body.url)?.[0]);
      await control(`checkout/${checkoutId}/pay`, {});
      paid.push(checkoutId);
    }
    const charge = await theirs.stripe.charges.list({ limit: 1 });
    const refund = { id: 're_2', object: 'refund', charge: charge.data[0]?.id };
    const hint = { metadata: { dream_project: mine.ref.projectId } };
    const given = { account: null, secret: platformSecret };
    await mine.hear('refund.updated', { ...refund, ...hint }, given);
    await reconcileBilling(deps);
    const { events } = await inboxOf(mine);
    const text = JSON.stringify(events);
    expect([text.includes(paid[0] ?? '?'), text.includes(paid[1] ?? '?')]).toEqual([true, false]);
    expect(text).not.toContain(refund.charge);
    expect(events.map(({ state }: { state: string }) => state)).not.toContain('ignored');
  });
});
