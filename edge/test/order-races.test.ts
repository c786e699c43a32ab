import { beforeAll, describe, expect, it, vi } from 'vitest';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { hashSecret } from '../src/auth/keys.ts';
import { checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';
import { newAddress, one, pay, priceOf, Store } from './store.ts';

let store: Store;
beforeAll(async () => {
  store = await Store.open();
});

const expire = (url: string) =>
  store.shop.stripe.checkout.sessions
    .expire(checkoutIdOf(url), {}, store.shop.onAccount)
    .catch(() => null);
const settle = (url: string, outcome: 'succeeds' | 'fails') =>
  control(`checkout/${checkoutIdOf(url)}/settle`, { outcome });
const payByBank = (url: string) =>
  control(`checkout/${checkoutIdOf(url)}/pay`, { bank: 'succeeds' });

/** Writes an order as the Worker does, and dies right after. */
async function beginAndDie(items: { priceId: string; quantity: number }[]) {
  const ids = {
    orderId: deps.newId('ord_'),
    tokenHash: await hashSecret('x'),
    jobId: deps.newId('job_'),
  };
  const request = {
    items,
    buyer: { kind: 'server' as const },
    email: null,
    successUrl: 'https://shop.example/done?dream_order={CHECKOUT_SESSION_ID}',
    cancelUrl: null,
    fingerprint: ids.orderId,
    replaces: null,
    settledId: null,
  };
  const begun = await deps.project(store.shop.ref).cart().begin(request, ids, Date.now());
  if (!begun.ok || begun.value.kind !== 'open') throw new Error('The cart was not ordered');
  return { ...ids, toOpen: begun.value.toOpen };
}

describe('200 buyers at once for 20 pieces', () => {
  it('are 20 who can pay, and the others are told before paying', async () => {
    await store.settings({ guestSharePercent: 100 });
    const mug = await store.product({ stockUnits: 20 });
    const customers = await Promise.all(Array.from({ length: 20 }, () => store.shop.newCustomer()));
    const buyers = Array.from({ length: 200 }, (_, index) => {
      const customer = customers[index];
      return () =>
        customer === undefined
          ? store.asGuest([one(mug)], {}, newAddress())
          : store.asCustomer(customer, [one(mug)]);
    });
    const answers = await Promise.all(buyers.map((buy) => buy()));
    const sold = answers.filter(({ status }) => status === 200);
    const told = answers.filter(({ body }) => body.code === 'cart_changed');
    expect([sold.length, told.length]).toEqual([20, 180]);
    expect(told[0]?.body.lines).toMatchObject([{ problem: 'sold_out', available: 0 }]);
    expect(await store.stock(mug)).toEqual({ stockUnits: 20, reservedUnits: 20 });
    await Promise.all(sold.map(({ body }) => pay(body.url)));
    const returned = await Promise.all(sold.map(({ body }) => store.confirm(body.url)));
    expect(returned.map(({ body }) => body.order.status)).toEqual(sold.map(() => 'paid'));
    expect(await store.stock(mug)).toEqual({ stockUnits: 0, reservedUnits: 0 });
    await store.settings({});
  }, 120_000);
});

describe('no piece is lost or sold twice', () => {
  it('when the session expires while the buyer pays and comes back', async () => {
    const mug = await store.product({ stockUnits: 12 });
    const urls = await Promise.all(
      Array.from({ length: 6 }, async () => (await store.asServer([one(mug)])).body.url as string),
    );
    await Promise.all(
      urls.flatMap((url, index) => {
        const both = [() => pay(url), () => expire(url)];
        const inTurn = index % 2 === 0 ? both : both.toReversed();
        return [...inTurn, () => store.confirm(url), () => store.confirm(url)].map((act) => act());
      }),
    );
    const orders = await Promise.all(urls.map((url) => store.confirm(url)));
    const paid = orders.filter(({ body }) => body.order.status === 'paid').length;
    const expired = orders.filter(({ body }) => body.order.status === 'expired').length;
    expect(paid + expired).toBe(6);
    expect(await store.stock(mug)).toEqual({ stockUnits: 12 - paid, reservedUnits: 0 });
  });

  it('when a delayed payment fails, or comes days later', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const [well, badly] = [
      (await store.asServer([one(mug, 2)])).body,
      (await store.asServer([one(mug, 3)])).body,
    ];
    for (const { url } of [well, badly]) {
      await payByBank(url);
      expect((await store.confirm(url)).body.order.status).toBe('processing');
    }
    expect(await store.stock(mug)).toEqual({ stockUnits: 5, reservedUnits: 5 });
    expect((await store.asServer([one(mug)])).body.code).toBe('cart_changed');
    await settle(well.url, 'succeeds');
    await settle(badly.url, 'fails');
    expect((await store.confirm(well.url)).body.order.status).toBe('paid');
    expect((await store.confirm(badly.url)).body.order.status).toBe('failed');
    expect(await store.stock(mug)).toEqual({ stockUnits: 3, reservedUnits: 0 });
  });

  it('when the process dies between reservation and session', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const { orderId, jobId } = await beginAndDie([one(mug, 2)]);
    await store.restart();
    expect(await store.stock(mug)).toEqual({ stockUnits: 5, reservedUnits: 2 });
    await deliverJobs(deps, store.shop.ref, [jobId], { throwFirst: true });
    expect(await store.order(orderId)).toMatchObject({ status: 'expired' });
    expect(await store.stock(mug)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });

  it('when the process dies between session and record', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const { orderId, jobId, toOpen } = await beginAndDie([one(mug, 2)]);
    const made = await deps
      .stripe(store.shop.ref, toOpen.stripeAccountId)
      .openOrder(toOpen.request);
    await store.restart();
    await deliverJobs(deps, store.shop.ref, [jobId], { throwFirst: true });
    expect(await store.order(orderId)).toMatchObject({ status: 'expired', checkoutId: made.id });
    expect(await pay(made.url ?? '')).toMatchObject({ error: expect.anything() });
    expect(await store.stock(mug)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    const late = { id: made.id, expiresAtMs: Date.now() };
    const opening = deps.project(store.shop.ref).opening();
    expect(await opening.opened(orderId, late, deps.newId('job_'), Date.now())).toBe(false);
  });

  it('when the same session was paid although nobody was sent there', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const { orderId, jobId, toOpen } = await beginAndDie([one(mug, 2)]);
    const made = await deps
      .stripe(store.shop.ref, toOpen.stripeAccountId)
      .openOrder(toOpen.request);
    await pay(made.url ?? '');
    await deliverJobs(deps, store.shop.ref, [jobId], { throwFirst: true });
    expect(await store.order(orderId)).toMatchObject({ status: 'paid' });
    expect(await store.stock(mug)).toEqual({ stockUnits: 3, reservedUnits: 0 });
  });

  it('when a product is taken out of sale or its stock is set while it is being paid', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const { url } = (await store.asServer([one(mug, 2)])).body;
    const variant = `${store.shop.base}/products/${mug.id}/variants/${mug.variants[0]?.id}`;
    await manage('POST', `${variant}/stock`, { addUnits: 10 });
    await manage('DELETE', `${store.shop.base}/products/${mug.id}`);
    await pay(url);
    expect((await store.confirm(url)).body.order.status).toBe('paid');
    expect(await store.stock(mug)).toEqual({ stockUnits: 13, reservedUnits: 0 });
  });

  it('when another account is connected while an order is open, nor when Stripe lets us look no more', async () => {
    const own = await Store.open();
    const mug = await own.product({ stockUnits: 9 });
    const [paid, left] = [
      (await own.asServer([one(mug, 1)])).body,
      (await own.asServer([one(mug, 2)])).body,
    ];
    const { account } = own.shop;
    await own.shop.connect();
    await pay(paid.url);
    expect((await own.confirm(paid.url)).body.order.status).toBe('paid');
    await control('disconnect', { account, mode: 'test' });
    expect((await own.confirm(left.url)).body.code).toBe('stripe_not_connected');
    const path = `/api/orders/${left.orderId}/cancel`;
    expect((await own.shop.bySecretKey('POST', path)).body.code).toBe('stripe_not_connected');
    expect(await own.stock(mug)).toEqual({ stockUnits: 8, reservedUnits: 2 });
    const old = await own.asServer([one(mug)]);
    expect(old.body).toMatchObject({ code: 'cart_changed', lines: [{ problem: 'price_changed' }] });
    const { newPriceId } = old.body.lines[0];
    expect((await own.asServer([{ priceId: newPriceId, quantity: 3 }])).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    const closed = await own.shop.bySecretKey('POST', path);
    vi.useRealTimers();
    expect(closed.body.order.status).toBe('canceled');
    expect(await own.stock(mug)).toEqual({ stockUnits: 8, reservedUnits: 3 });
  });

  it('when the account is let go of: what is open is closed first, and what was paid is known', async () => {
    const own = await Store.open();
    const { shop } = own;
    // Another project with the same account keeps it connected, and lets us look.
    const other = await Shop.open({ connected: false });
    await other.connect(shop.account);
    const mug = await own.product({ stockUnits: 9 });
    const left = (await own.asServer([one(mug, 1)])).body;
    const paid = (await own.asServer([one(mug, 2)])).body;
    const tier = (await shop.checkout(await shop.newCustomer(), { tier: 'pro' })).body;
    await pay(paid.url);
    await manage('DELETE', `${shop.base}/stripe`);
    expect(await own.stock(mug)).toEqual({ stockUnits: 7, reservedUnits: 0 });
    expect(await own.order(left.orderId)).toMatchObject({ status: 'expired' });
    expect(await own.order(paid.orderId)).toMatchObject({ status: 'paid' });
    for (const { url } of [left, tier])
      expect(await pay(url)).toMatchObject({ error: expect.anything() });
  });

  it('nor kept for ever when its account is lost: they come back unless a buyer said that it was paid', async () => {
    const own = await Store.open();
    const { shop } = own;
    const { account, onAccount } = shop;
    const mug = await own.product({ stockUnits: 20 });
    const order = async (quantity: number) => (await own.asServer([one(mug, quantity)])).body;
    const [left, back, silent, byBank] = [
      await order(1),
      await order(2),
      await order(4),
      await order(8),
    ];
    await payByBank(byBank.url);
    expect((await own.confirm(byBank.url)).body.order.status).toBe('processing');
    await shop.stripe.checkout.sessions.expire(checkoutIdOf(left.url), {}, onAccount);
    await control('disconnect', { account, mode: 'test' });
    for (const { url } of [back, silent]) await pay(url);
    expect((await own.confirm(back.url)).body.code).toBe('stripe_not_connected');
    const cancel = ({ orderId }: { orderId: string }) =>
      shop.bySecretKey('POST', `/api/orders/${orderId}/cancel`);
    const runJobs = async (ms: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
      await deliverJobs(deps, shop.ref);
    };
    try {
      await runJobs(35 * 60_000);
      expect(await own.stock(mug)).toEqual({ stockUnits: 20, reservedUnits: 15 });
      expect((await cancel(byBank)).body.code).toBe('stripe_not_connected');
      await runJobs(2 * 3_600_000);
      expect(await own.stock(mug)).toEqual({ stockUnits: 20, reservedUnits: 10 });
      expect((await own.order(left.orderId)).status).toBe('expired');
      expect((await own.order(back.orderId)).status).toBe('pending');
      expect((await cancel(byBank)).body.order.status).toBe('canceled');
      expect(await own.stock(mug)).toEqual({ stockUnits: 20, reservedUnits: 2 });
    } finally {
      vi.useRealTimers();
    }
    // Connected again, the account says what became of each.
    await shop.connect(account);
    const orders = [left, back, silent, byBank].map(({ orderId }) => own.order(orderId));
    expect((await Promise.all(orders)).map(({ status }) => status)).toEqual([
      'expired',
      'paid',
      'paid',
      'processing',
    ]);
    expect(await own.stock(mug)).toEqual({ stockUnits: 14, reservedUnits: 8 });
  });

  it('and test and live are stocks of their own', async () => {
    const live = await Store.open(await Shop.open({ connected: true, mode: 'live' }));
    const [here, there] = [await store.product({}), await live.product({})];
    const { body } = await store.asServer([one(here, 3)]);
    expect(body.url).toBeTruthy();
    expect(await live.stock(there)).toEqual({ stockUnits: 10, reservedUnits: 0 });
    const foreign = await live.asServer([{ priceId: priceOf(here), quantity: 1 }]);
    expect(foreign.body.code).toBe('price_not_found');
  });
});
