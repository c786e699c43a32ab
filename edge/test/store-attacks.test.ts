import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '@dream/contract';
import type { CartRequest } from '../src/orders/cart.rpc.ts';
import { closeOrder } from '../src/orders/close.job.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { hashSecret } from '../src/auth/keys.ts';
import { checkoutIdOf, control, deps, manage } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { Receiver } from './receiver.ts';
import { newAddress, one, pay, Store } from './store.ts';

const everythingKept = await watchEverythingKept();

let store: Store;
beforeAll(async () => {
  store = await Store.open();
});

const payByBank = (url: string) =>
  control(`checkout/${checkoutIdOf(url)}/pay`, { bank: 'succeeds' });
const bankPays = (url: string) =>
  control(`checkout/${checkoutIdOf(url)}/settle`, { outcome: 'succeeds' });

/** An order that is paid and known to be. */
async function paidOrder(product: Product, quantity = 1): Promise<string> {
  const { orderId, url } = await store.buy([one(product, quantity)]);
  await store.confirm(url);
  return orderId;
}

/** Gives all of an order's charge back in Stripe's dashboard, and hears of it as often as told. */
async function refundAtStripe(charge: string, times = 1): Promise<void> {
  const { stripe, onAccount } = store.shop;
  await stripe.refunds.create({ charge }, onAccount);
  await hearOf(charge, times);
}

async function hearOf(charge: string, times = 1): Promise<void> {
  const { stripe, onAccount } = store.shop;
  const told = await stripe.charges.retrieve(charge, {}, onAccount);
  for (let time = 0; time < times; time++)
    expect((await store.shop.hear('charge.refunded', told)).status).toBe(200);
}

const chargeOf = async (orderId: string) => String((await store.order(orderId)).chargeId);

/** Writes an order as the Worker does, and dies before Stripe is asked. */
async function beginAndDie(product: Product, more: Partial<CartRequest> = {}, nowMs = Date.now()) {
  const ids = {
    orderId: deps.newId('ord_'),
    tokenHash: await hashSecret('x'),
    jobId: deps.newId('job_'),
  };
  const request: CartRequest = {
    items: [one(product, 2)],
    buyer: { kind: 'server' },
    email: null,
    successUrl: 'https://shop.example/done?dream_order={CHECKOUT_SESSION_ID}',
    cancelUrl: null,
    fingerprint: ids.orderId,
    replaces: null,
    settledId: null,
    ...more,
  };
  const begun = await deps.project(store.shop.ref).cart().begin(request, ids, nowMs);
  if (!begun.ok || begun.value.kind !== 'open') throw new Error('The cart was not ordered');
  return { ...ids, toOpen: begun.value.toOpen };
}

describe('what a full refund does to the stock', () => {
  it('is decided when it is made: a setting changed later moves no piece of it', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const id = await paidOrder(hat, 2);
    const charge = await chargeOf(id);
    await refundAtStripe(charge);
    expect(await store.order(id)).toMatchObject({ status: 'refunded', restocked: false });
    await store.settings({ restockOnRefund: true });
    await hearOf(charge);
    await store.settings({});
    expect(await store.order(id)).toMatchObject({ status: 'refunded', restocked: false });
    expect(await store.stock(hat)).toEqual({ stockUnits: 3, reservedUnits: 0 });
  });

  it('is what it says itself, whatever a refund of a part said before', async () => {
    const hat = await store.product({ stockUnits: 5 });
    await store.settings({ restockOnRefund: true });
    const id = await paidOrder(hat, 2);
    expect((await store.refund(id, { amountMinor: 100, restock: false })).status).toBe(200);
    expect((await store.refund(id)).status).toBe(200);
    await store.settings({});
    expect(await store.order(id)).toMatchObject({ status: 'refunded', restocked: true });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });

  it('is taken back when the bank sends the money back, and done again with the next one', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const id = await paidOrder(hat, 2);
    const charge = await chargeOf(id);
    const billing = deps.project(store.shop.ref).billing();
    // What Stripe says of the charge until the bank sends the money back, which is the truth by then.
    const { turn } = await billing.beginSync(charge, deps.newId('job_'), Date.now());
    const { stripeAccountId } = await billing.connection();
    const state = await deps.stripe(store.shop.ref, stripeAccountId).fetchObject(charge);
    if (state.kind !== 'payment') throw new Error('It is no payment');
    await store.settings({ restockOnRefund: true });
    const refunded = { ...state, refundedMinor: state.amountMinor };
    await billing.applySync(turn, refunded, deps.newId('job_'), Date.now());
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    await hearOf(charge, 2);
    expect(await store.order(id)).toMatchObject({
      status: 'paid',
      refundedMinor: 0,
      restocked: false,
    });
    expect(await store.stock(hat)).toEqual({ stockUnits: 3, reservedUnits: 0 });
    const { body } = await store.shop.bySecretKey('GET', `/api/orders/${id}`);
    expect(body.events.at(-1)).toMatchObject({
      type: 'refund_refused',
      details: { amountMinor: 4000 },
    });
    await refundAtStripe(charge, 2);
    await store.settings({});
    expect(await store.order(id)).toMatchObject({ status: 'refunded', restocked: true });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });
});

describe('a payment that came days later', () => {
  it('and was given back before anybody heard of it is told as paid, then as refunded', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const receiver = new Receiver();
    await manage('POST', `${store.shop.base}/webhooks`, { url: receiver.url });
    const { orderId, url } = (await store.asServer([one(hat, 2)])).body;
    await payByBank(url);
    expect((await store.confirm(url)).body.order.status).toBe('processing');
    await bankPays(url);
    const charge = await chargeOf(orderId);
    await refundAtStripe(charge);
    expect((await store.confirm(url)).body.order).toMatchObject({ refundedMinor: 4000 });
    const { body } = await store.shop.bySecretKey('GET', `/api/orders/${orderId}`);
    expect(body.order.status).toBe('refunded');
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      'created',
      'processing',
      'paid',
      'refunded',
    ]);
    const told = async () =>
      (await receiver.events())
        .filter(({ data }) => data.order?.id === orderId)
        .map(({ type, data }) => `${type} ${data.order.status}`)
        .toSorted();
    await expect
      .poll(told, { timeout: 20_000 })
      .toEqual(['order.paid paid', 'order.processing processing', 'order.refunded refunded']);
  });
});

describe('guests whose banks take days', () => {
  it('hold no more of a product than guests whose pages are open', async () => {
    const hat = await store.product({ stockUnits: 10 });
    const answers = [];
    for (let buyer = 0; buyer < 10; buyer++) {
      const { status, body } = await store.asGuest([one(hat)]);
      answers.push(status);
      if (status !== 200) continue;
      await payByBank(body.url);
      expect((await store.confirm(body.url)).body.order.status).toBe('processing');
    }
    expect(answers.filter((status) => status === 200)).toHaveLength(8);
    expect((await store.asServer([one(hat, 2)])).status).toBe(200);
  });

  it('have no more unpaid orders from one address than others', async () => {
    const hat = await store.product({ stockUnits: 1000 });
    const address = newAddress();
    const codes = [];
    for (let round = 0; round < 12; round++) {
      const { body } = await store.asGuest([one(hat)], {}, address);
      codes.push(body.code);
      if (body.url === undefined) continue;
      await payByBank(body.url);
      await store.confirm(body.url);
    }
    expect(codes.filter((code) => code === undefined)).toHaveLength(10);
    expect(codes.slice(10)).toEqual(['too_many_attempts', 'too_many_attempts']);
  });
});

describe('cancelling an order', () => {
  it('whose page is opened at that moment closes that page, too', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const { ref } = store.shop;
    const opening = () => deps.project(ref).opening();
    const { orderId, toOpen } = await beginAndDie(hat);
    const act = { actor: 'key', nowMs: Date.now() };
    const closing = await deps.project(ref).orders().askCancel(orderId, act);
    if (!closing.ok || closing.value === null) throw new Error('There is nothing to close');
    const made = await deps.stripe(ref, toOpen.stripeAccountId).openOrder(toOpen.request);
    const session = { id: made.id, expiresAtMs: toOpen.request.expiresAtMs };
    expect(await opening().opened(orderId, session, deps.newId('job_'), Date.now())).toBe(true);
    await closeOrder(deps, ref, closing.value);
    expect(await store.order(orderId)).toMatchObject({ status: 'canceled' });
    expect(await pay(made.url ?? '')).toMatchObject({ error: expect.anything() });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });
});

describe('an order', () => {
  it('that is cancelled, replaced, expired, confirmed and paid at once ends as one thing', async () => {
    const hat = await store.product({ stockUnits: 50 });
    const { stripe, onAccount } = store.shop;
    const expire = (url: string) =>
      stripe.checkout.sessions.expire(checkoutIdOf(url), {}, onAccount).catch(() => null);
    let paid = 0;
    for (let round = 0; round < 4; round++) {
      const { orderId, orderToken, url } = (await store.asGuest([one(hat, 2)])).body;
      const told = await stripe.checkout.sessions.retrieve(checkoutIdOf(url), {}, onAccount);
      const [next] = await Promise.all([
        store.asGuest([one(hat, 3)], { replaces: { orderId, orderToken } }),
        store.shop.bySecretKey('POST', `/api/orders/${orderId}/cancel`, {}),
        expire(url),
        store.shop.hear('checkout.session.expired', told),
        store.confirm(url),
        round % 2 === 0 ? null : pay(url),
      ]);
      const { status } = await store.order(orderId);
      expect(['paid', 'canceled', 'expired']).toContain(status);
      if (status === 'paid') paid += 1;
      expect(next.body.code).toBe(status === 'paid' ? 'cart_paid' : undefined);
      if (next.body.url === undefined) continue;
      await expire(next.body.url);
      await store.confirm(next.body.url);
    }
    expect(await store.stock(hat)).toEqual({ stockUnits: 50 - 2 * paid, reservedUnits: 0 });
  });

  it.each([10 * 60_000, 22 * 3_600_000, 24 * 3_600_000])(
    'that was begun %i ms ago and never opened, which Stripe takes no more, frees its pieces',
    async (agoMs) => {
      const hat = await store.product({ stockUnits: 5 });
      const { orderId, jobId } = await beginAndDie(hat, {}, Date.now() - agoMs);
      await deliverJobs(deps, store.shop.ref, [jobId], { throwFirst: true });
      expect(await store.order(orderId)).toMatchObject({ status: 'expired', checkoutId: null });
      expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    },
  );

  it('that a promotion code makes free is paid, sold, and gives its pieces back when it is cancelled', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const { stripe, onAccount } = store.shop;
    const { id: coupon } = await stripe.coupons.create({ percent_off: 100 }, onAccount);
    const promotion = { type: 'coupon' as const, coupon };
    await stripe.promotionCodes.create({ promotion, code: 'FREE' }, onAccount);
    await store.settings({ promotionCodes: true });
    const { orderId, url } = (await store.asGuest([one(hat, 2)])).body;
    await store.settings({});
    await control(`checkout/${checkoutIdOf(url)}/pay`, { promotionCode: 'FREE' });
    expect((await store.confirm(url)).body.order).toMatchObject({
      status: 'paid',
      discountMinor: 4000,
      totalMinor: 0,
    });
    expect(await store.stock(hat)).toEqual({ stockUnits: 3, reservedUnits: 0 });
    expect((await store.refund(orderId)).body.code).toBe('order_not_refundable');
    const post = (verb: string) =>
      store.shop.bySecretKey('POST', `/api/orders/${orderId}/${verb}`, {});
    await post('fulfil');
    expect((await post('cancel')).body).toMatchObject({ code: 'order_not_cancelable' });
    await store.shop.bySecretKey('DELETE', `/api/orders/${orderId}/fulfil`);
    // Cancelled, also twice and whatever its session goes on saying, it gives its pieces back once.
    const canceled = { status: 'canceled', restocked: true, refundedMinor: 0 };
    for (let times = 0; times < 2; times++)
      expect((await post('cancel')).body.order).toMatchObject(canceled);
    const told = await stripe.checkout.sessions.retrieve(checkoutIdOf(url), {}, onAccount);
    await store.shop.hear('checkout.session.completed', told);
    expect(await store.order(orderId)).toMatchObject(canceled);
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    const { events } = (await store.shop.bySecretKey('GET', `/api/orders/${orderId}`)).body;
    expect(events.at(-1)).toMatchObject({ type: 'canceled', by: expect.stringMatching(/^key /) });
  });
});

describe('erasing a customer', () => {
  it('whose order Stripe was not asked for yet leaves nothing of them, and no piece held', async () => {
    const hat = await store.product({ stockUnits: 5 });
    const { url } = (await store.asCustomer('leaver', [one(hat)])).body;
    const { orders } = (await store.shop.bySecretKey('GET', '/api/orders?customer=leaver')).body;
    const { customerId } = orders[0];
    await store.shop.stripe.checkout.sessions.expire(checkoutIdOf(url), {}, store.shop.onAccount);
    await store.confirm(url);
    const { orderId, toOpen } = await beginAndDie(hat, {
      buyer: { kind: 'customer', customerId, stripeCustomerId: 'cus_x' },
      email: 'typed-by-leaver@example.com',
    });
    await store.shop.bySecretKey('DELETE', `/api/customers/${customerId}`);
    expect(await everythingKept()).not.toContain('typed-by-leaver@example.com');
    expect(await store.order(orderId)).toMatchObject({ status: 'expired', customerId: null });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    const late = { id: 'cs_test_late', expiresAtMs: toOpen.request.expiresAtMs };
    const opening = deps.project(store.shop.ref).opening();
    expect(await opening.opened(orderId, late, deps.newId('job_'), Date.now())).toBe(false);
  });
});

describe('looking for', () => {
  it('orders takes long texts, and signs that mean something to a database as they are', async () => {
    const email = `${'a-long_name%'.repeat(4)}@a-rather-long-domain.example.com`;
    const hat = await store.product({ stockUnits: null });
    const { orderId } = (await store.asServer([one(hat)], { email })).body;
    const found = async (q: string) => {
      const path = `/api/orders?q=${encodeURIComponent(q)}`;
      const { status, body } = await store.shop.bySecretKey('GET', path);
      return status === 200 ? body.orders.map(({ id }: { id: string }) => id) : body;
    };
    expect(await found(email.toUpperCase())).toEqual([orderId]);
    for (const q of ['x'.repeat(120), 'a-long%domain', 'a-long-name%', "'", '\\'])
      expect(await found(q)).toEqual([]);
  });

  it('products takes long texts, and signs that mean something to a database as they are', async () => {
    const name = `A ${'very '.repeat(20)}wide_hat, 100 %`;
    const { id } = await store.product({ name });
    const found = async (q: string) => {
      const path = `${store.shop.base}/products?q=${encodeURIComponent(q)}`;
      const { products } = await manage('GET', path);
      return products.map((product: Product) => product.id);
    };
    expect(await found(name)).toEqual([id]);
    expect(await found('WIDE_HAT, 100 %')).toEqual([id]);
    for (const q of ['x'.repeat(120), 'widexhat', 'wide%100', '\\'])
      expect(await found(q)).toEqual([]);
  });

  it('orders behind a cursor that no page gave is refused', async () => {
    for (const cursor of ['x', '1e3', '-1', 'Infinity', '1001 OR 1=1']) {
      const path = `/api/orders?cursor=${encodeURIComponent(cursor)}`;
      expect((await store.shop.bySecretKey('GET', path)).body).toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'cursor' }],
      });
    }
  });
});
