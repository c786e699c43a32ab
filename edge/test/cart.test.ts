import { beforeAll, describe, expect, it } from 'vitest';
import { call, checkoutIdOf, manage, Shop, whileStripeIsDown } from './billing-shop.ts';
import { watchEverythingKept } from './everything-kept.ts';
import { newAddress, one, pay, priceOf, Store } from './store.ts';

const everythingKept = await watchEverythingKept();

let store: Store;
beforeAll(async () => {
  store = await Store.open();
});

describe('a cart', () => {
  it('is an order before the buyer is sent to pay, and its pieces are kept meanwhile', async () => {
    const mug = await store.product({ stockUnits: 10 });
    const { status, body } = await store.asGuest([one(mug, 3)], { email: 'ada@example.com' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      url: expect.stringContaining('cs_'),
      orderToken: expect.any(String),
    });
    expect(body.expiresAtMs - Date.now()).toBeLessThan(32 * 60_000);
    expect(await store.order(body.orderId)).toMatchObject({
      status: 'pending',
      totalMinor: 6000,
      email: 'ada@example.com',
      checkoutId: checkoutIdOf(body.url),
    });
    expect(await store.stock(mug)).toEqual({ stockUnits: 10, reservedUnits: 3 });
  });

  it('that is paid is shown so on return, without any webhook, and nothing says who bought', async () => {
    const mug = await store.product({ stockUnits: 10 });
    const { body } = await store.asGuest([one(mug, 3)], { email: 'ada@example.com' });
    await pay(body.url);
    const returned = await store.confirm(body.url);
    expect(returned.body.order).toMatchObject({
      id: body.orderId,
      status: 'paid',
      totalMinor: 6000,
      lines: [{ name: 'Mug', quantity: 3, priceMinor: 2000, totalMinor: 6000 }],
      receiptUrl: expect.stringMatching(/^http/),
      paidAtMs: expect.any(Number),
    });
    expect(JSON.stringify(returned.body)).not.toContain('ada@example.com');
    expect(await store.stock(mug)).toEqual({ stockUnits: 7, reservedUnits: 0 });
  });

  it('of another environment is not shown to anybody who has its checkout id', async () => {
    const other = await Store.open();
    const mug = await store.product({});
    const { body } = await store.asGuest([one(mug)]);
    await pay(body.url);
    for (const answer of [
      await other.confirm(body.url),
      await other.shop.bySecretKey('GET', `/api/orders/${body.orderId}`),
    ]) {
      expect(answer.status).toBe(404);
      expect(JSON.stringify(answer.body)).not.toContain('Mug');
    }
    expect(await store.order(body.orderId)).toMatchObject({ status: 'pending' });
  });

  it('of which a price has changed is shown line by line, and nothing is charged or kept', async () => {
    const mug = await store.product({ name: 'Mug', priceMinor: 900 });
    const hat = await store.product({ name: 'Hat', stockUnits: 1 });
    const items = [one(mug), one(hat, 2)];
    const { variants, name } = mug;
    await manage('PUT', `${store.shop.base}/products/${mug.id}`, {
      name,
      variants: [{ id: variants[0]?.id, prices: [{ priceMinor: 1000, currency: 'usd' }] }],
    });
    const { product: now } = await manage('GET', `${store.shop.base}/products/${mug.id}`);
    const { status, body } = await store.asServer(items);
    expect([status, body.code]).toEqual([409, 'cart_changed']);
    expect(body.lines).toEqual([
      expect.objectContaining({
        problem: 'price_changed',
        price: 900,
        newPrice: 1000,
        newPriceId: now.variants[0].prices[0].priceId,
      }),
      expect.objectContaining({ problem: 'not_enough', available: 1, quantity: 2 }),
    ]);
    expect(await store.stock(hat)).toMatchObject({ reservedUnits: 0 });
  });

  it('of which a price is being changed is told so, and sold again once Stripe has the new one', async () => {
    const mug = await store.product({ priceMinor: 900 });
    const path = `${store.shop.base}/products/${mug.id}`;
    const prices = [{ priceMinor: 1000, currency: 'usd' }];
    const variants = [{ id: mug.variants[0]?.id, prices }];
    await whileStripeIsDown(() => manage('PUT', path, { name: mug.name, variants }));
    const [line] = (await store.asGuest([one(mug)])).body.lines;
    expect(line).toMatchObject({ problem: 'price_changed', price: 900, newPrice: 1000 });
    expect(line).not.toHaveProperty('newPriceId');
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 0 });
    await manage('PUT', path, { name: mug.name, variants });
    const newPriceIdNow = async () => (await store.asGuest([one(mug)])).body.lines[0].newPriceId;
    await expect.poll(newPriceIdNow, { timeout: 20_000 }).toEqual(expect.any(String));
    const items = [{ priceId: await newPriceIdNow(), quantity: 1 }];
    expect((await store.asGuest(items)).status).toBe(200);
  });

  it('of what was removed from sale is shown so, and nothing is charged or kept', async () => {
    const [gone, hidden] = [await store.product({}), await store.product({})];
    const items = [one(gone), one(hidden)];
    await manage('DELETE', `${store.shop.base}/products/${gone.id}`);
    await manage('PUT', `${store.shop.base}/products/${hidden.id}`, {
      name: 'Mug',
      visible: false,
      variants: [{ id: hidden.variants[0]?.id, prices: [{ priceMinor: 2000, currency: 'usd' }] }],
    });
    const { body } = await store.asGuest(items);
    expect(body.lines).toMatchObject([{ problem: 'removed' }, { problem: 'removed' }]);
  });
});

describe('a cart that nobody could mean is a clear error, and nothing is kept:', () => {
  it.each([
    ['0 pieces', 0],
    ['−1 pieces', -1],
    ['10^6 pieces', 1_000_000],
    ['half a piece', 0.5],
  ])('%s', async (_, quantity) => {
    const mug = await store.product({});
    const { status, body } = await store.asGuest([one(mug, quantity)]);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.issues[0].path).toBe('items.0.quantity');
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 0 });
  });

  it('500 lines', async () => {
    const mug = await store.product({});
    const { body } = await store.asGuest(Array.from({ length: 500 }, () => one(mug)));
    expect(body).toMatchObject({ code: 'invalid_request', issues: [{ path: 'items' }] });
  });

  it("made-up prices, another project's and another mode's", async () => {
    const [live, other] = [
      await Store.open(await Shop.open({ connected: true, mode: 'live' })),
      await Store.open(),
    ];
    const own = await store.product({});
    const tier = (await store.shop.bySecretKey('GET', '/api/tiers')).body.tiers.find(
      (one: { priceId: string | null }) => one.priceId,
    );
    const foreign = [
      'price_none',
      priceOf(await live.product({})),
      priceOf(await other.product({})),
      tier.priceId,
    ];
    for (const priceId of foreign) {
      const { status, body } = await store.asGuest([one(own), { priceId, quantity: 1 }]);
      expect([status, body.code]).toEqual([400, 'price_not_found']);
      expect(body.priceIds).toEqual([priceId]);
    }
    expect(await store.stock(own)).toMatchObject({ reservedUnits: 0 });
  });

  it('mixed currencies', async () => {
    const mug = await store.product({});
    const prices = [{ priceMinor: 1000, currency: 'eur' }];
    const hat = await store.product({ variants: [{ stockUnits: 5, prices }] });
    const { body } = await store.asGuest([one(mug), one(hat)]);
    expect(body).toMatchObject({ code: 'currencies_mixed', currencies: ['usd', 'eur'] });
  });

  it("less than the store's least, or Stripe's", async () => {
    const cheap = await store.product({ priceMinor: 30 });
    expect((await store.asGuest([one(cheap)])).body).toMatchObject({
      code: 'below_minimum',
      minimumMinor: 50,
    });
    await store.settings({ minimumOrder: [{ priceMinor: 500, currency: 'usd' }] });
    const { body } = await store.asGuest([one(cheap, 5)]);
    expect(body).toMatchObject({ code: 'below_minimum', minimumMinor: 500, currency: 'usd' });
    await store.settings({});
  });
});

describe('a buyer has one open cart:', () => {
  it('the same request of a signed-in customer gets the same page', async () => {
    const mug = await store.product({});
    const customer = await store.shop.newCustomer();
    const [first, second] = [
      (await store.asCustomer(customer, [one(mug, 2)])).body,
      (await store.asCustomer(customer, [one(mug, 2)])).body,
    ];
    expect(second).toMatchObject({ url: first.url, orderId: first.orderId });
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 2 });
  });

  it('another request closes the page of before first, and its pieces count for it', async () => {
    const mug = await store.product({ stockUnits: 3 });
    const customer = await store.shop.newCustomer();
    const first = (await store.asCustomer(customer, [one(mug, 2)])).body;
    const second = await store.asCustomer(customer, [one(mug, 3)]);
    expect(second.status).toBe(200);
    expect(await store.order(first.orderId)).toMatchObject({ status: 'canceled' });
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 3 });
    const session = await store.shop.stripe.checkout.sessions.retrieve(
      checkoutIdOf(first.url),
      {},
      store.shop.onAccount,
    );
    expect(session.status).toBe('expired');
  });

  it("a guest's page replaces its own order by its token, and nobody else's", async () => {
    const mug = await store.product({ stockUnits: 10 });
    const { orderId, orderToken } = (await store.asGuest([one(mug, 2)])).body;
    const wrong = { replaces: { orderId, orderToken: 'ot_guessed' } };
    await store.asGuest([one(mug, 1)], wrong);
    expect(await store.order(orderId)).toMatchObject({ status: 'pending' });
    const { body } = await store.asGuest([one(mug, 1)], { replaces: { orderId, orderToken } });
    expect(body.orderId).not.toBe(orderId);
    expect(await store.order(orderId)).toMatchObject({ status: 'canceled' });
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 2 });
  });

  it("a guest's page that asks again gets the same page and the same token", async () => {
    const mug = await store.product({});
    const first = (await store.asGuest([one(mug)])).body;
    const { orderId, orderToken } = first;
    const again = (await store.asGuest([one(mug)], { replaces: { orderId, orderToken } })).body;
    expect(again).toEqual(first);
  });

  it("a guest's page whose answer was lost asks again with its key, and holds nothing twice", async () => {
    const mug = await store.product({ stockUnits: 10 });
    const [address, other] = [newAddress(), newAddress()];
    const key = { 'idempotency-key': crypto.randomUUID() };
    const ask = (from: string, units = 2) => store.asGuest([one(mug, units)], {}, from, key);
    const first = (await ask(address)).body;
    expect((await Promise.all([ask(address), ask(address)])).map(({ body }) => body)).toEqual([
      first,
      first,
    ]);
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 2 });
    // Another cart takes its place, and the same key of somebody else is another guest's.
    expect((await ask(address, 3)).body.orderId).not.toBe(first.orderId);
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 3 });
    const others = (await ask(other)).body;
    expect(others.orderToken).not.toBe(first.orderToken);
    await pay(others.url);
    await store.confirm(others.url);
    const paid = await ask(other);
    expect([paid.status, paid.body]).toEqual([
      409,
      expect.objectContaining({ code: 'cart_paid', orderId: others.orderId }),
    ]);
  });

  it('a server or customer who repeats its key gets the same answer, and its token is kept nowhere', async () => {
    const mug = await store.product({ stockUnits: 10 });
    const { accessToken } = (
      await store.shop.bySecretKey('POST', '/api/sessions', {
        customer: await store.shop.newCustomer(),
      })
    ).body;
    for (const credential of [store.shop.sk, accessToken]) {
      const ask = (more: object, key: string) =>
        call(
          'POST',
          '/api/cart/checkout',
          credential,
          { items: [one(mug)], ...more },
          {
            'idempotency-key': key,
          },
        );
      const first = await ask({}, 'one');
      expect(first.body).toMatchObject({ orderToken: expect.stringMatching(/^ot_/) });
      expect(await ask({}, 'one')).toEqual(first);
      const { orderId, orderToken } = first.body;
      const replaces = { orderId, orderToken };
      expect((await ask({ replaces }, 'two')).body).toEqual(first.body);
      expect((await ask({ replaces }, 'two')).body).toEqual(first.body);
      expect((await ask({ email: 'a@b.example' }, 'one')).body.code).toBe('idempotency_conflict');
      expect(await everythingKept()).not.toContain(orderToken);
    }
    expect(await store.stock(mug)).toMatchObject({ reservedUnits: 2 });
  });

  it('one that was paid meanwhile is not charged again', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const customer = await store.shop.newCustomer();
    for (const ask of [
      (replaces?: object) => store.asGuest([one(mug, 2)], replaces && { replaces }),
      () => store.asCustomer(customer, [one(mug, 2)]),
    ]) {
      const { url, orderId, orderToken } = (await ask()).body;
      await pay(url);
      const { status, body } = await ask({ orderId, orderToken });
      expect([status, body.code, body.orderId]).toEqual([409, 'cart_paid', orderId]);
    }
    expect(await store.stock(mug)).toEqual({ stockUnits: 1, reservedUnits: 0 });
  });

  it('two tabs that ask for different carts at once are left with one that can be paid', async () => {
    const mug = await store.product({ stockUnits: 9 });
    const customer = await store.shop.newCustomer();
    await Promise.all(
      [1, 2, 3].map((quantity) => store.asCustomer(customer, [one(mug, quantity)])),
    );
    const { body } = await store.shop.bySecretKey('GET', `/api/orders?customer=${customer}`);
    const open = await Promise.all(
      body.orders.map(async ({ checkoutId }: { checkoutId: string | null }) =>
        checkoutId === null
          ? 'none'
          : (
              await store.shop.stripe.checkout.sessions.retrieve(
                checkoutId,
                {},
                store.shop.onAccount,
              )
            ).status,
      ),
    );
    expect(open.filter((status) => status === 'open').length).toBeLessThanOrEqual(1);
  });
});

describe('guests', () => {
  it('from one address have three open orders at most, and are told to wait', async () => {
    const mug = await store.product({ stockUnits: null });
    const address = newAddress();
    const answers = [];
    for (let begun = 0; begun < 4; begun++)
      answers.push(await store.asGuest([one(mug)], {}, address));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]).toMatchObject({ body: { code: 'too_many_attempts' }, retryAfter: '1860' });
    expect((await store.asGuest([one(mug)])).status).toBe(200);
  });

  it('in a loop with a public key cannot empty the shop, from however many addresses', async () => {
    const mug = await store.product({ stockUnits: 10 });
    const statuses: number[] = [];
    for (let begun = 0; begun < 14; begun++)
      statuses.push((await store.asGuest([one(mug)])).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    expect((await store.asGuest([one(mug)])).body).toMatchObject({
      code: 'cart_changed',
      lines: [{ problem: 'sold_out', available: 0 }],
    });
    // Of what is left of the share fewer are said to be there, as of any stock.
    const hat = await store.product({ stockUnits: 10 });
    expect((await store.asGuest([one(hat, 9)])).body.lines).toMatchObject([
      { problem: 'not_enough', available: 8 },
    ]);
    const customer = await store.shop.newCustomer();
    expect((await store.asCustomer(customer, [one(mug, 2)])).status).toBe(200);
  });

  it('a page learns nothing of the customer it names beside a public key', async () => {
    const mug = await store.product({});
    const customer = await store.shop.newCustomer();
    const { pk } = store;
    const { body } = await store.page('/api/cart/checkout', { items: [one(mug)] });
    expect(body.orderId).toMatch(/^ord_/);
    expect(pk).toMatch(/^pk_/);
    const { orders } = (await store.shop.bySecretKey('GET', `/api/orders?customer=${customer}`))
      .body;
    expect(orders).toEqual([]);
  });
});

describe('when Stripe', () => {
  it('cannot be reached the buyer is told to try again, and nothing stays reserved for ever', async () => {
    const mug = await store.product({ stockUnits: 5 });
    const { status, body } = await whileStripeIsDown(() => store.asGuest([one(mug)]));
    expect([status, body.code]).toEqual([503, 'provider_unavailable']);
    await expect
      .poll(() => store.stock(mug), { timeout: 20_000 })
      .toEqual({
        stockUnits: 5,
        reservedUnits: 0,
      });
  });

  it('refuses the order, its pieces are free at once and the reason is told', async () => {
    const mug = await store.product({ stockUnits: 5 });
    await store.shop.stripe.prices.update(priceOf(mug), { active: false }, store.shop.onAccount);
    const { status, body } = await store.asServer([one(mug)]);
    expect([status, body.code]).toEqual([502, 'provider_refused']);
    expect(await store.stock(mug)).toEqual({ stockUnits: 5, reservedUnits: 0 });
  });
});
