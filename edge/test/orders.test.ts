import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '@dream/contract';
import { call, checkoutIdOf, control, deps, manage, Shop } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { Receiver } from './receiver.ts';
import { one, pay, Store } from './store.ts';

const everythingKept = await watchEverythingKept();

const REFUND_FAILS = '4000000000005126';

let store: Store;
let mug: Product;
beforeAll(async () => {
  store = await Store.open();
  mug = await store.product({ name: 'Mug', stockUnits: 1000 });
});

/** An order that is paid and known to be. */
async function paidOrder(quantity = 1, card?: string, product = mug): Promise<string> {
  const { orderId, url } = await store.buy([one(product, quantity)], card);
  await store.confirm(url);
  return orderId;
}

describe('a refund', () => {
  it('gives back all that is left, once, however often it is clicked at the same time', async () => {
    const hat = await store.product({ name: 'Hat', stockUnits: 5 });
    const id = await paidOrder(2, undefined, hat);
    const answers = await Promise.all([1, 2, 3].map(() => store.refund(id, { restock: true })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await store.order(id)).toMatchObject({
      status: 'refunded',
      refundedMinor: 4000,
      restocked: true,
    });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    const again = await store.refund(id, { restock: true });
    expect(again.body).toMatchObject({ code: 'order_not_refundable', leftMinor: 0 });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });

  it('in parts is never more than was paid, whatever is clicked at once', async () => {
    const id = await paidOrder();
    const parts = await Promise.all([1, 2, 3, 4].map(() => store.refund(id, { amountMinor: 600 })));
    expect(parts.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(parts.find(({ status }) => status === 400)?.body).toMatchObject({
      code: 'refund_too_large',
      leftMinor: 200,
    });
    expect(await store.order(id)).toMatchObject({
      status: 'partially_refunded',
      refundedMinor: 1800,
    });
  });

  it('with the same idempotency key is made once', async () => {
    const id = await paidOrder();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    for (let click = 0; click < 2; click++) {
      const { status } = await store.refund(id, { amountMinor: 500 }, headers);
      expect(status).toBe(200);
    }
    expect(await store.order(id)).toMatchObject({ refundedMinor: 500 });
  });

  it('of a part puts nothing back in stock', async () => {
    const { body } = await store.refund(await paidOrder(), { amountMinor: 1, restock: true });
    expect(body).toMatchObject({ code: 'restock_not_possible', leftMinor: 2000 });
  });

  it("made in Stripe's dashboard is known, and the pieces come back if the store says so", async () => {
    const hat = await store.product({ name: 'Hat', stockUnits: 5 });
    await store.settings({ restockOnRefund: true });
    const id = await paidOrder(2, undefined, hat);
    const { chargeId } = await store.order(id);
    const charge = String(chargeId);
    await store.shop.stripe.refunds.create({ charge }, store.shop.onAccount);
    const told = await store.shop.stripe.charges.retrieve(charge, {}, store.shop.onAccount);
    for (let times = 0; times < 2; times++)
      expect((await store.shop.hear('charge.refunded', told)).status).toBe(200);
    const { events } = await manage('GET', `${store.shop.base}/stripe-events`);
    expect(events[0]).toMatchObject({ objectId: charge, state: 'applied' });
    expect(await store.order(id)).toMatchObject({ status: 'refunded', restocked: true });
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    await store.settings({});
  });

  it('that the bank sends back can be made again, and moves no piece twice', async () => {
    const hat = await store.product({ name: 'Hat', stockUnits: 5 });
    const id = await paidOrder(1, REFUND_FAILS, hat);
    for (let times = 0; times < 2; times++)
      expect((await store.refund(id, { restock: true })).status).toBe(200);
    expect(await store.order(id)).toMatchObject({ status: 'paid', refundedMinor: 0 });
    expect(await store.stock(hat)).toEqual({ stockUnits: 4, reservedUnits: 0 });
  });

  it('of what nobody paid is refused', async () => {
    const { body } = await store.asServer([one(mug)]);
    expect((await store.refund(body.orderId)).body).toMatchObject({
      code: 'order_not_refundable',
      status: 'pending',
    });
  });
});

describe('an order', () => {
  it('nobody paid is cancelled, and its page sells nothing any more', async () => {
    const hat = await store.product({ name: 'Hat', stockUnits: 5 });
    const { orderId, url } = (await store.asServer([one(hat, 2)])).body;
    const path = `/api/orders/${orderId}/cancel`;
    const { status, body } = await store.shop.bySecretKey('POST', path);
    expect([status, body.order.status]).toEqual([200, 'canceled']);
    expect(await store.stock(hat)).toEqual({ stockUnits: 5, reservedUnits: 0 });
    expect(await pay(url)).toMatchObject({ error: expect.anything() });
    expect((await store.shop.bySecretKey('POST', path)).status).toBe(200);
  });

  it('that was paid while it was being cancelled stays paid', async () => {
    const { orderId, url } = (await store.asServer([one(mug)])).body;
    await pay(url);
    const { status, body } = await store.shop.bySecretKey('POST', `/api/orders/${orderId}/cancel`);
    expect([status, body.code, body.status]).toEqual([409, 'order_not_cancelable', 'paid']);
    expect(await store.order(orderId)).toMatchObject({ status: 'paid' });
  });

  it('is noted as sent, with its tracking, and that is taken back', async () => {
    const id = await paidOrder();
    const path = `/api/orders/${id}/fulfil`;
    const trackingUrl = 'https://post.example/1';
    const { body } = await store.shop.bySecretKey('POST', path, { carrier: 'Post', trackingUrl });
    expect(body.order.fulfilled).toEqual({
      atMs: expect.any(Number),
      carrier: 'Post',
      trackingUrl,
    });
    const undone = await store.shop.bySecretKey('DELETE', path);
    expect(undone.body.order.fulfilled).toBeNull();
    const open = (await store.asServer([one(mug)])).body.orderId;
    const early = await store.shop.bySecretKey('POST', `/api/orders/${open}/fulfil`, {});
    expect(early.body).toMatchObject({ code: 'order_not_fulfillable', status: 'pending' });
  });

  it('says what happened to it, in its order', async () => {
    const id = await paidOrder();
    await store.refund(id, { amountMinor: 100 });
    const { body } = await store.shop.bySecretKey('GET', `/api/orders/${id}`);
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      'created',
      'paid',
      'refund_asked',
      'refunded',
    ]);
  });

  it('has the amounts that Stripe charged, and the address it was told', async () => {
    await store.settings({
      shippingCountries: ['DE', 'US'],
      shippingOptions: [
        { name: 'Post', minDays: 2, maxDays: 4, prices: [{ priceMinor: 500, currency: 'usd' }] },
      ],
      automaticTax: true,
      collectPhone: true,
    });
    const { orderId, url } = (await store.asGuest([one(mug, 2)])).body;
    await pay(url);
    await store.confirm(url);
    const session = await store.shop.stripe.checkout.sessions.retrieve(
      checkoutIdOf(url),
      {},
      store.shop.onAccount,
    );
    const order = await store.order(orderId);
    expect(order).toMatchObject({
      status: 'paid',
      totalMinor: session.amount_total,
      taxMinor: session.total_details?.amount_tax,
      shippingMinor: 500,
      phone: expect.any(String),
      shippingAddress: { country: 'DE', line1: expect.any(String), name: expect.any(String) },
    });
    expect(order.taxMinor).toBeGreaterThan(0);
    await store.settings({});
  });

  it('is refused when its store cannot say what sending it costs in its currency', async () => {
    const prices = [{ priceMinor: 500, currency: 'eur' }];
    await store.settings({
      shippingCountries: ['DE'],
      shippingOptions: [{ name: 'Post', prices }],
    });
    const { body } = await store.asGuest([one(mug)]);
    expect(body).toMatchObject({ code: 'shipping_not_priced', currency: 'usd' });
    const card = await store.product({ name: 'Gift card', shippable: false });
    expect((await store.asGuest([one(card)])).status).toBe(200);
    await store.settings({});
  });
});

describe('orders', () => {
  it('are found by number, e-mail, name of a product and status, page by page, by server and manager', async () => {
    const own = await Store.open();
    const [cup, bowl] = [
      await own.product({ name: 'Cup 100%_', stockUnits: null }),
      await own.product({ name: 'Bowl', stockUnits: null }),
    ];
    for (const product of [cup, bowl, cup])
      await own.asServer([one(product)], { email: 'ada@x.example' });
    const { orderId, url } = await own.buy([one(bowl)]);
    await own.confirm(url);
    const numbers = async (query: string) => {
      const [byKey, managed] = [
        (await own.shop.bySecretKey('GET', `/api/orders?${query}`)).body,
        await manage('GET', `${own.shop.base}/orders?${query}`),
      ];
      expect(managed).toEqual(byKey);
      return byKey.orders.map(({ number }: { number: number }) => number);
    };
    expect(await numbers('')).toEqual([1004, 1003, 1002, 1001]);
    expect(await numbers('q=1002')).toEqual([1002]);
    expect(await numbers('q=%231002')).toEqual([1002]);
    expect(await numbers(`q=${orderId}`)).toEqual([1004]);
    expect(await numbers('q=ADA@x')).toEqual([1003, 1002, 1001]);
    expect(await numbers('q=100%25_')).toEqual([1003, 1001]);
    expect(await numbers('q=100%25%25')).toEqual([]);
    expect(await numbers('status=paid')).toEqual([1004]);
    expect(await numbers('customer=nobody')).toEqual([]);
    const first = await manage('GET', `${own.shop.base}/orders?limit=3`);
    const cursor: string = first.nextCursor;
    expect(await numbers(`limit=3&cursor=${cursor}`)).toEqual([1001]);
  });

  it('of one project are shown to no other: not by key, nor in another mode', async () => {
    const other = await Store.open();
    const id = await paidOrder();
    for (const [method, path] of [
      ['GET', `/api/orders/${id}`],
      ['POST', `/api/orders/${id}/refund`],
      ['POST', `/api/orders/${id}/fulfil`],
      ['DELETE', `/api/orders/${id}/fulfil`],
      ['POST', `/api/orders/${id}/cancel`],
    ] as const) {
      const { status, body } = await other.shop.bySecretKey(method, path);
      expect([status, body.code]).toEqual([404, 'order_not_found']);
      const managed = path.replace('/api/', `${other.shop.base}/`);
      expect((await call(method, managed, deps.config.operatorSecret)).status).toBe(404);
    }
    expect((await other.shop.bySecretKey('GET', '/api/orders')).body.orders).toEqual([]);
    expect(await store.order(id)).toMatchObject({ status: 'paid', refundedMinor: 0 });
  });

  it('are shown to the customer who made them, and to nobody else', async () => {
    const [ada, eve] = [await store.shop.newCustomer(), await store.shop.newCustomer()];
    const { url } = (await store.asCustomer(ada, [one(mug)])).body;
    await pay(url);
    await store.confirm(url);
    const ordersOf = async (customer: string) => {
      const { body } = await store.shop.bySecretKey('POST', '/api/sessions', { customer });
      return (await call('GET', '/api/me/orders', body.accessToken)).body.orders;
    };
    const [mine] = await ordersOf(ada);
    expect(mine).toMatchObject({ status: 'paid', lines: [{ name: 'Mug' }] });
    expect(mine).not.toHaveProperty('email');
    expect(await ordersOf(eve)).toEqual([]);
  });

  it('come as a table in which nothing runs, however many there are', async () => {
    const own = await Store.open();
    const evil = await own.product({ name: '=HYPERLINK("http://evil.example")', stockUnits: null });
    await own.asServer([one(evil)]);
    await own.copyOrders(3000);
    const text = await own.csv();
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(3002);
    expect(rows[0]).toMatch(/^\ufeff"number","id","status"/);
    expect(rows[1]).toContain('"1 × =HYPERLINK(""http://evil.example"")"');
    const [first, last] = [rows[1], rows.at(-1)].map((row) => Number(row?.slice(1, 5)));
    expect([first, last]).toEqual([4001, 1001]);
    for (const cell of text.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^"?[=+@-]/);
  });
});

describe('erasing a customer', () => {
  it('takes e-mail, name and address from the orders, for good, and keeps the sums', async () => {
    const own = await Store.open();
    const cup = await own.product({ name: 'Cup' });
    await own.settings({ shippingCountries: ['DE'] });
    const { body } = await own.shop.bySecretKey('POST', '/api/customers', {
      email: 'grace.hopper@example.com',
    });
    const customer = body.customer.id;
    const paid = (await own.asCustomer(customer, [one(cup, 2)])).body;
    await pay(paid.url);
    await own.confirm(paid.url);
    expect(await own.order(paid.orderId)).toMatchObject({
      email: 'grace.hopper@example.com',
      shippingAddress: { country: 'DE' },
    });
    const later = (await own.asCustomer(customer, [one(cup)])).body;
    await own.shop.bySecretKey('DELETE', `/api/customers/${customer}`);
    await pay(later.url);
    await own.confirm(later.url);
    const nobody = {
      customerId: null,
      email: null,
      name: null,
      phone: null,
      shippingAddress: { name: null, line1: null, postalCode: null, country: 'DE' },
    };
    expect(await own.order(paid.orderId)).toMatchObject({
      ...nobody,
      totalMinor: 4000,
      lines: [{ name: 'Cup', quantity: 2 }],
    });
    expect(await own.order(later.orderId)).toMatchObject(nobody);
    const kept = await everythingKept();
    expect(kept).not.toContain('grace.hopper@example.com');
  });
});

describe("erasing a guest's order", () => {
  const email = 'one.guest@example.com';
  const trackingUrl = 'https://post.example/who-lives-there';
  const erase = (own: Store, id: string) =>
    own.shop.bySecretKey('DELETE', `/api/orders/${id}/personal-data`);

  it('forgets the person everywhere and for good, and keeps what was sold, paid and given back', async () => {
    const own = await Store.open();
    const cup = await own.product({ name: 'Cup' });
    await own.settings({ shippingCountries: ['DE'] });
    const receiver = new Receiver();
    await manage('POST', `${own.shop.base}/webhooks`, { url: receiver.url });
    const { orderId, url } = (await own.asGuest([one(cup, 2)], { email })).body;
    await pay(url);
    await own.confirm(url);
    const key = { 'idempotency-key': 'a-part' };
    await own.refund(orderId, { amountMinor: 500 }, key);
    const before = await own.order(orderId);
    expect(before).toMatchObject({ email, shippingAddress: { country: 'DE' } });
    const names = [email, String(before.shippingAddress?.line1), trackingUrl];
    await own.shop.bySecretKey('POST', `/api/orders/${orderId}/fulfil`, { trackingUrl });
    const { status, body } = await erase(own, orderId);
    expect(status).toBe(200);
    const kept = {
      number: before.number,
      status: 'partially_refunded',
      totalMinor: before.totalMinor,
      refundedMinor: 500,
      lines: before.lines,
      customerId: null,
      email: null,
      name: null,
      phone: null,
      shippingAddress: { name: null, line1: null, city: null, postalCode: null, country: 'DE' },
      fulfilled: { trackingUrl: null },
    };
    expect(body.order).toMatchObject(kept);
    // What Stripe says again brings nothing back, a repeat does nothing twice, and the rest is refunded.
    await erase(own, orderId);
    const { stripe, onAccount } = own.shop;
    const told = await stripe.checkout.sessions.retrieve(checkoutIdOf(url), {}, onAccount);
    await own.shop.hear('checkout.session.completed', told);
    const again = await own.refund(orderId, { amountMinor: 500 }, key);
    expect(again.body.order).toMatchObject({ refundedMinor: 500, email: null });
    expect(await own.order(orderId)).toMatchObject(kept);
    expect((await own.refund(orderId)).body.order).toMatchObject({
      status: 'refunded',
      email: null,
    });
    const text = await own.csv();
    for (const name of names) expect(text).not.toContain(name);
    expect((await own.shop.bySecretKey('GET', `/api/orders?q=${email}`)).body.orders).toEqual([]);
    const everything = await everythingKept();
    // The street is every buyer's of the sandbox.
    for (const name of [email, trackingUrl]) expect(everything).not.toContain(name);
    const { events } = (await own.shop.bySecretKey('GET', `/api/orders/${orderId}`)).body;
    expect(events.filter(({ type }: { type: string }) => type === 'erased')).toHaveLength(1);
    const { entries } = await manage('GET', `${own.shop.base}/audit`);
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'order.erased', subject: orderId }),
    );
  });

  it('waits until it cannot be paid any more, and is sent', async () => {
    const own = await Store.open();
    const cup = await own.product({ name: 'Cup' });
    await own.settings({ shippingCountries: ['DE'] });
    const { orderId, url } = (await own.asGuest([one(cup)], { email })).body;
    const refused = { status: 409, body: { code: 'order_not_erasable' } };
    expect(await erase(own, orderId)).toMatchObject(refused);
    await pay(url);
    await own.confirm(url);
    expect(await erase(own, orderId)).toMatchObject(refused);
    expect(await own.order(orderId)).toMatchObject({ email });
    await own.shop.bySecretKey('POST', `/api/orders/${orderId}/fulfil`, {});
    expect((await erase(own, orderId)).body.order).toMatchObject({ status: 'paid', email: null });
    const other = await Store.open();
    expect((await erase(other, orderId)).body.code).toBe('order_not_found');
  });
});

describe('webhooks', () => {
  it('are told once of each thing that became of an order', async () => {
    const own = await Store.open();
    const cup = await own.product({ name: 'Cup' });
    const receiver = new Receiver();
    await manage('POST', `${own.shop.base}/webhooks`, { url: receiver.url });
    const { orderId, url } = await own.buy([one(cup)]);
    for (let times = 0; times < 2; times++) await own.confirm(url);
    await own.shop.bySecretKey('POST', `/api/orders/${orderId}/fulfil`, {});
    await own.refund(orderId, { amountMinor: 100 });
    await own.refund(orderId);
    const left = (await own.asServer([one(cup)])).body.url;
    await own.shop.stripe.checkout.sessions.expire(checkoutIdOf(left), {}, own.shop.onAccount);
    await own.confirm(left);
    const types = async () =>
      (await receiver.events()).map(({ type, data }) => [type, data.order?.refundedMinor]);
    await expect.poll(types, { timeout: 20_000 }).toEqual(
      expect.arrayContaining([
        ['order.paid', 0],
        ['order.fulfilled', 0],
        ['order.refunded', 100],
        ['order.refunded', 2000],
        ['order.expired', 0],
      ]),
    );
    expect(await types()).toHaveLength(5);
    const [event] = await receiver.events();
    expect(event.data).toMatchObject({ customer: null, order: { id: orderId, number: 1001 } });
  });
});

describe('without an account of its own', () => {
  it('a store sells through the shared test account, and hears of what was paid', async () => {
    const own = await Store.open(await Shop.open({ connected: false }));
    const cup = await own.product({ name: 'Cup' });
    const { orderId, url } = await own.buy([one(cup)]);
    const paid = await own.shop.stripe.checkout.sessions.retrieve(checkoutIdOf(url));
    const asPlatform = { account: null, secret: deps.config.stripe.test.webhookSecret };
    const heard = await own.shop.hear('checkout.session.completed', paid, asPlatform);
    expect(heard.status).toBe(200);
    const { chargeId, status } = await own.order(orderId);
    expect(status).toBe('paid');
    await own.shop.stripe.refunds.create({ charge: String(chargeId) });
    const charge = await own.shop.stripe.charges.retrieve(String(chargeId));
    await own.shop.hear('charge.refunded', charge, asPlatform);
    expect(await own.order(orderId)).toMatchObject({ status: 'refunded', refundedMinor: 2000 });
  });
});

describe('what a tenant writes into its own Stripe account', () => {
  it('changes nothing of another project: no order, no stock', async () => {
    const [victim, tenant] = [await Store.open(), await Store.open()];
    const cup = await victim.product({ name: 'Cup' });
    const { orderId, url } = (await victim.asServer([one(cup, 2)])).body;
    const forged = await tenant.shop.stripe.checkout.sessions.create(
      {
        mode: 'payment',
        success_url: 'https://shop.example/',
        client_reference_id: orderId,
        metadata: { dream_order: orderId, dream_project: victim.shop.ref.projectId },
        line_items: [
          {
            quantity: 2,
            price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'Cup' } },
          },
        ],
      },
      tenant.shop.onAccount,
    );
    await control(`checkout/${forged.id}/pay`, {});
    const paid = await tenant.shop.stripe.checkout.sessions.retrieve(
      forged.id,
      {},
      tenant.shop.onAccount,
    );
    const heard = [
      await tenant.shop.hear('checkout.session.completed', paid),
      await tenant.shop.hear('checkout.session.completed', { ...paid, id: checkoutIdOf(url) }),
      await victim.shop.hear('checkout.session.completed', paid),
    ];
    expect(heard.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await victim.order(orderId)).toMatchObject({ status: 'pending' });
    expect((await tenant.shop.bySecretKey('GET', '/api/orders')).body.orders).toEqual([]);
    expect((await victim.confirm(forged.url ?? forged.id)).status).toBe(404);
    expect(await victim.stock(cup)).toEqual({ stockUnits: 10, reservedUnits: 2 });
  });
});
