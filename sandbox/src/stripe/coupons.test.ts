import type { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openShop,
  startTestStripe,
  submit,
  type TestShop,
  type TestStripe,
} from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
let pen: string;
beforeAll(async () => {
  sandbox = await startTestStripe();
  shop = await openShop(sandbox);
  pen = (await shop.stripe.products.create({ name: 'Pen' }, shop.on)).id;
});
afterAll(() => sandbox.close());

type SessionParams = Stripe.Checkout.SessionCreateParams;

const coupon = (params: Stripe.CouponCreateParams) => shop.stripe.coupons.create(params, shop.on);
const code = (of: string, params: Partial<Stripe.PromotionCodeCreateParams> = {}) =>
  shop.stripe.promotionCodes.create(
    { promotion: { type: 'coupon', coupon: of }, ...params },
    shop.on,
  );
const ink = (unit_amount: number, currency = 'eur') => ({
  quantity: 1,
  price_data: { currency, unit_amount, product_data: { name: 'Ink' } },
});
const pens = (unit_amount: number) => ({
  quantity: 1,
  price_data: { currency: 'eur', unit_amount, product: pen },
});
const start = (more: Partial<SessionParams> = {}) =>
  shop.stripe.checkout.sessions.create(
    { mode: 'payment', line_items: [ink(1000)], success_url: 'http://shop.test/done', ...more },
    shop.on,
  );
const session = (id: string, expand: string[] = []) =>
  shop.stripe.checkout.sessions.retrieve(id, { expand }, shop.on);
const pay = (id: string, body: object = {}) => sandbox.control('POST', `checkout/${id}/pay`, body);
const periodEnd = (id: string) => sandbox.control('POST', `subscriptions/${id}/period-end`);
const preview = (subscription: string, more: Partial<Stripe.InvoiceCreatePreviewParams> = {}) =>
  shop.stripe.invoices.createPreview({ subscription, ...more }, shop.on);
async function latest(subscription: string): Promise<Stripe.Invoice> {
  const { latest_invoice } = await shop.subscription(subscription);
  return shop.stripe.invoices.retrieve(String(latest_invoice), {}, shop.on);
}

describe('a single payment', () => {
  test('has a percentage off every line, before taxes', async () => {
    const { id: of } = await coupon({ percent_off: 15 });
    const open = await start({ line_items: [ink(1000), pens(333)], discounts: [{ coupon: of }] });
    expect(open).toMatchObject({
      amount_subtotal: 1333,
      amount_total: 1133,
      discounts: [{ coupon: of, promotion_code: null }],
      total_details: { amount_discount: 200 },
    });
    await pay(open.id);
    const done = await session(open.id, [
      'total_details.breakdown',
      'line_items',
      'payment_intent',
    ]);
    expect(done).toMatchObject({
      payment_intent: { amount: 1133 },
      total_details: { breakdown: { discounts: [{ amount: 200 }] } },
    });
    expect(done.line_items?.data.map((line) => line.amount_discount)).toEqual([150, 50]);
    expect((await shop.stripe.coupons.retrieve(of, {}, shop.on)).times_redeemed).toBe(1);
  });

  test('has an amount off in each currency the coupon knows', async () => {
    const { id: of } = await coupon({
      amount_off: 300,
      currency: 'eur',
      currency_options: { usd: { amount_off: 350 } },
    });
    const discounts = [{ coupon: of }];
    expect((await start({ discounts })).amount_total).toBe(700);
    expect((await start({ discounts, line_items: [ink(1000, 'usd')] })).amount_total).toBe(650);
    await expect(start({ discounts, line_items: [ink(1000, 'gbp')] })).rejects.toMatchObject({
      param: 'discounts[0][coupon]',
    });
  });

  test('has it off the products the coupon is for', async () => {
    const { id: of } = await coupon({ percent_off: 50, applies_to: { products: [pen] } });
    const open = await start({ line_items: [ink(1000), pens(400)], discounts: [{ coupon: of }] });
    expect(open.total_details?.amount_discount).toBe(200);
  });

  test('that nothing is left of needs no card, and one of which too little is left is refused', async () => {
    const all = await coupon({ percent_off: 100 });
    const { id } = await start({ discounts: [{ coupon: all.id }] });
    await pay(id);
    expect(await session(id)).toMatchObject({
      payment_status: 'no_payment_required',
      payment_intent: null,
    });
    const most = await coupon({ percent_off: 99 });
    await expect(start({ discounts: [{ coupon: most.id }] })).rejects.toMatchObject({
      code: 'amount_too_small',
    });
  });
});

describe('a promotion code', () => {
  const card = {
    email: 'ada@example.com',
    cardNumber: '4242 4242 4242 4242',
    cardExpiry: '12 / 40',
    cardCvc: '123',
    billingName: 'Ada',
  };

  test('is typed on the page in any case, seen in the sums, and taken back', async () => {
    const { id: of } = await coupon({ percent_off: 20 });
    const { id: promotion } = await code(of, { code: 'SUMMER' });
    const open = await start({ allow_promotion_codes: true });
    const url = open.url ?? '';
    const wrong = await submit(url, { reckon: '1', promotionCode: 'winter' });
    expect(await wrong.text()).toContain('This code is invalid.');
    const right = await (await submit(url, { reckon: '1', promotionCode: 'summer' })).text();
    expect(right).toContain('Remove the code SUMMER');
    expect(right).toContain('Pay €8.00');
    expect((await session(open.id)).discounts).toEqual([
      { coupon: null, promotion_code: promotion },
    ]);
    const without = await (await submit(url, { withoutCode: '1' })).text();
    expect(without).toContain('Pay €10.00');
    expect((await submit(url, { ...card, promotionCode: 'SUMMER' })).status).toBe(303);
    expect(await session(open.id)).toMatchObject({ status: 'complete', amount_total: 800 });
    const used = await shop.stripe.promotionCodes.retrieve(promotion, {}, shop.on);
    expect(used.times_redeemed).toBe(1);
  });

  test('is for orders of some size', async () => {
    const { id: of } = await coupon({ percent_off: 20 });
    await code(of, {
      code: 'BIG',
      restrictions: { minimum_amount: 5000, minimum_amount_currency: 'eur' },
    });
    const { id } = await start({ allow_promotion_codes: true });
    const small = await pay(id, { promotionCode: 'BIG' });
    expect(small).toMatchObject({ error: { message: expect.stringContaining('€50.00') } });
    const big = await start({ allow_promotion_codes: true, line_items: [ink(5000)] });
    await pay(big.id, { promotionCode: 'BIG' });
    expect((await session(big.id)).amount_total).toBe(4000);
  });

  test('is for first orders, or for one customer', async () => {
    const { id: of } = await coupon({ percent_off: 20 });
    await code(of, { code: 'FIRST', restrictions: { first_time_transaction: true } });
    const ada = await shop.stripe.customers.create({ email: 'ada@example.com' }, shop.on);
    await code(of, { code: 'FORADA', customer: ada.id });
    const allow = { allow_promotion_codes: true, customer: ada.id };
    await pay((await start(allow)).id, { promotionCode: 'FIRST' });
    const again = await pay((await start(allow)).id, { promotionCode: 'FIRST' });
    expect(again).toMatchObject({ error: { param: 'promotion_code' } });
    const mine = await pay((await start(allow)).id, { promotionCode: 'FORADA' });
    expect(mine).not.toHaveProperty('error');
    const theirs = await pay((await start({ allow_promotion_codes: true })).id, {
      promotionCode: 'FORADA',
    });
    expect(theirs).toMatchObject({ error: { param: 'promotion_code' } });
  });

  test('is over after its last redemption, and after its last day', async () => {
    const { id: of } = await coupon({ percent_off: 20 });
    const once = await code(of, { code: 'ONCE', max_redemptions: 1 });
    const { expires_at } = await start();
    await code(of, { code: 'TODAY', expires_at });
    await pay((await start({ allow_promotion_codes: true })).id, { promotionCode: 'ONCE' });
    expect((await shop.stripe.promotionCodes.retrieve(once.id, {}, shop.on)).active).toBe(false);
    await sandbox.control('POST', 'clock', { advanceMs: 86_400_000 });
    for (const promotionCode of ['ONCE', 'TODAY'])
      expect(
        await pay((await start({ allow_promotion_codes: true })).id, { promotionCode }),
      ).toMatchObject({ error: { message: 'This code is invalid.' } });
    const { data } = await shop.stripe.promotionCodes.list({ code: 'TODAY' }, shop.on);
    expect(data[0]?.active).toBe(false);
  });

  test('cannot be typed where the seller takes none, nor beside a given discount', async () => {
    const { id: of } = await coupon({ percent_off: 20 });
    expect(await pay((await start()).id, { promotionCode: 'SUMMER' })).toHaveProperty('error');
    await expect(
      start({ allow_promotion_codes: true, discounts: [{ coupon: of }] }),
    ).rejects.toMatchObject({ code: 'parameters_exclusive' });
  });
});

describe('a subscription', () => {
  const subscribe = async (params: Stripe.CouponCreateParams) => {
    const { id: of } = await coupon(params);
    return shop.subscribe(undefined, { discounts: [{ coupon: of }] });
  };

  test.each([
    ['once', {}, [950, 1900, 1900]],
    ['repeating', { duration_in_months: 1 }, [950, 1900, 1900]],
    ['forever', {}, [950, 950, 950]],
  ] as const)(
    'has a discount %s, as previews say before each renewal',
    async (duration, more, totals) => {
      const { id } = await subscribe({ percent_off: 50, duration, ...more });
      const first = await latest(id);
      const seen = [first.total];
      expect(first).toMatchObject({ subtotal: 1900, amount_paid: totals[0] });
      expect(first.total_discount_amounts).toMatchObject([{ amount: 950 }]);
      for (let month = 1; month < totals.length; month++) {
        await sandbox.control('POST', 'clock', { advanceMs: 31 * 86_400_000 });
        const { total } = await latest(id);
        seen.push(total);
      }
      expect(seen).toEqual(totals);
      expect((await preview(id)).total).toBe(totals[2]);
      expect((await shop.subscription(id)).discounts).toHaveLength(duration === 'forever' ? 1 : 0);
    },
  );

  test('keeps a discount for once through its trial', async () => {
    const { id: of } = await coupon({ amount_off: 900, currency: 'usd' });
    const { id } = await shop.subscribe(undefined, {
      discounts: [{ coupon: of }],
      subscription_data: { trial_period_days: 7 },
    });
    expect((await preview(id)).total).toBe(1000);
    await periodEnd(id);
    expect((await latest(id)).total).toBe(1000);
    expect((await preview(id)).total).toBe(1900);
  });

  test('shows its discounts expanded, with their coupons', async () => {
    const { id } = await subscribe({ percent_off: 10, duration: 'forever' });
    const { discounts } = await shop.stripe.subscriptions.retrieve(
      id,
      { expand: ['discounts.source.coupon'] },
      shop.on,
    );
    expect(discounts).toMatchObject([
      { object: 'discount', subscription: id, source: { coupon: { percent_off: 10 } } },
    ]);
  });

  test('is changed by what its periods cost with the discount, in the preview as on the invoice', async () => {
    const { id, items } = await subscribe({ percent_off: 50, duration: 'forever' });
    const dearer = await shop.monthly(5900);
    const change = {
      items: [{ id: items.data[0]?.id ?? '', price: dearer.id }],
      proration_behavior: 'always_invoice' as const,
    };
    const seen = await preview(id, { subscription_details: change });
    expect(seen.lines.data.map((line) => line.amount)).toEqual([-950, 2950]);
    await shop.stripe.subscriptions.update(id, change, shop.on);
    expect((await latest(id)).total).toBe(2000);
    expect((await preview(id)).total).toBe(2950);
  });

  test('is given a discount later, and loses it again', async () => {
    const { id } = await shop.subscribe();
    const { id: of } = await coupon({ percent_off: 50, duration: 'forever' });
    expect((await preview(id, { discounts: [{ coupon: of }] })).total).toBe(950);
    expect((await preview(id)).total).toBe(1900);
    await shop.stripe.subscriptions.update(id, { discounts: [{ coupon: of }] }, shop.on);
    expect((await preview(id)).total).toBe(950);
    await shop.stripe.subscriptions.update(id, { discounts: '' }, shop.on);
    expect((await preview(id)).total).toBe(1900);
  });
});

test('a coupon that is over, unknown or two things at once is refused', async () => {
  const { expires_at } = await start();
  const last = await coupon({ percent_off: 20, redeem_by: expires_at });
  await sandbox.control('POST', 'clock', { advanceMs: 86_400_000 });
  expect((await shop.stripe.coupons.retrieve(last.id, {}, shop.on)).valid).toBe(false);
  await expect(start({ discounts: [{ coupon: last.id }] })).rejects.toMatchObject({
    code: 'coupon_expired',
  });
  await expect(start({ discounts: [{ coupon: 'none' }] })).rejects.toMatchObject({
    code: 'resource_missing',
  });
  await expect(coupon({ percent_off: 20, amount_off: 5, currency: 'eur' })).rejects.toMatchObject({
    code: 'parameters_exclusive',
  });
});

test('a deleted coupon is given to nobody else, and those who have it keep it', async () => {
  const { id: of } = await coupon({ percent_off: 50, duration: 'forever' });
  const { id } = await shop.subscribe(undefined, { discounts: [{ coupon: of }] });
  await shop.stripe.coupons.del(of, {}, shop.on);
  await expect(start({ discounts: [{ coupon: of }] })).rejects.toMatchObject({
    code: 'resource_missing',
  });
  expect((await preview(id)).total).toBe(950);
});
