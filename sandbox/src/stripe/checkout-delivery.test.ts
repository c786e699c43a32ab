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
beforeAll(async () => {
  sandbox = await startTestStripe();
  shop = await openShop(sandbox);
});
afterAll(() => sandbox.close());

type SessionParams = Stripe.Checkout.SessionCreateParams;
type TaxBehavior = 'inclusive' | 'exclusive';

const lamp = (unit_amount = 2000, tax_behavior?: TaxBehavior, tax_code?: string) => ({
  quantity: 1,
  price_data: {
    currency: 'eur',
    unit_amount,
    ...(tax_behavior && { tax_behavior }),
    product_data: { name: 'Lamp', ...(tax_code && { tax_code }) },
  },
});
const start = (more: Partial<SessionParams> = {}) =>
  shop.stripe.checkout.sessions.create(
    { mode: 'payment', line_items: [lamp()], success_url: 'http://shop.test/done', ...more },
    shop.on,
  );
const session = (id: string, expand: string[] = []) =>
  shop.stripe.checkout.sessions.retrieve(id, { expand }, shop.on);
const sent = (more: Partial<SessionParams> = {}) =>
  start({ shipping_address_collection: { allowed_countries: ['DE', 'FR'] }, ...more });
const option = (display_name: string, amount: number, tax_behavior?: TaxBehavior) => ({
  shipping_rate_data: {
    display_name,
    type: 'fixed_amount' as const,
    fixed_amount: { amount, currency: 'eur' },
    ...(tax_behavior && { tax_behavior }),
    delivery_estimate: {
      minimum: { unit: 'business_day' as const, value: 2 },
      maximum: { unit: 'business_day' as const, value: 4 },
    },
  },
});
const CARD = {
  email: 'ada@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 40',
  cardCvc: '123',
  billingName: 'Ada Lovelace',
};
const TO_BERLIN = {
  shippingName: 'Ada Lovelace',
  shippingCountry: 'DE',
  shippingLine1: 'Unter den Linden 1',
  shippingCity: 'Berlin',
  shippingPostal: '10117',
};

describe('shipping', () => {
  test('the page asks where to send it, and the session, the payment and the charge say so', async () => {
    const { id, url } = await sent();
    const refused = await submit(url ?? '', CARD);
    expect(refused.status).toBe(402);
    expect(await refused.text()).toContain('Your shipping address is incomplete.');
    expect((await submit(url ?? '', { ...CARD, ...TO_BERLIN })).status).toBe(303);
    const done = await session(id, ['payment_intent.latest_charge']);
    const address = { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' };
    const shipping = { name: 'Ada Lovelace', address };
    expect(done).toMatchObject({
      collected_information: { shipping_details: shipping },
      customer_details: { name: 'Ada Lovelace', address },
      payment_intent: { shipping, latest_charge: { shipping } },
    });
  });

  test('nothing is sent to a country the seller does not send to', async () => {
    const { id, url } = await sent();
    const refused = await submit(url ?? '', { ...CARD, ...TO_BERLIN, shippingCountry: 'US' });
    expect(refused.status).toBe(402);
    expect((await session(id)).status).toBe('open');
  });

  test('the first way of sending is chosen until the buyer chooses another', async () => {
    const shipping_options = [option('Parcel', 490), option('Express', 1290)];
    const open = await sent({ shipping_options });
    expect(open).toMatchObject({
      amount_subtotal: 2000,
      amount_total: 2490,
      shipping_cost: { amount_subtotal: 490, amount_tax: 0, amount_total: 490 },
      total_details: { amount_shipping: 490 },
    });
    const express = String(open.shipping_options[1]?.shipping_rate);
    const page = await submit(open.url ?? '', { reckon: '1', shippingRate: express });
    const text = await page.text();
    expect(text).toContain('€32.90');
    expect(text).toContain('2 to 4 business days');
    await submit(open.url ?? '', { ...CARD, ...TO_BERLIN, shippingRate: express });
    expect(await session(open.id, ['payment_intent', 'shipping_cost.shipping_rate'])).toMatchObject(
      {
        status: 'complete',
        amount_total: 3290,
        shipping_cost: { amount_total: 1290, shipping_rate: { display_name: 'Express' } },
        payment_intent: { amount: 3290 },
      },
    );
  });

  test('a rate made once is offered by many sessions, in each of its currencies', async () => {
    const rate = await shop.stripe.shippingRates.create(
      {
        display_name: 'Letter',
        type: 'fixed_amount',
        fixed_amount: { amount: 200, currency: 'usd', currency_options: { eur: { amount: 180 } } },
      },
      shop.on,
    );
    const shipping_options = [{ shipping_rate: rate.id }];
    expect((await start({ shipping_options })).amount_total).toBe(2180);
    const yen = { ...lamp(), price_data: { ...lamp().price_data, currency: 'jpy' } };
    await expect(start({ shipping_options, line_items: [yen] })).rejects.toMatchObject({
      param: 'shipping_options[0][shipping_rate]',
    });
    await shop.stripe.shippingRates.update(rate.id, { active: false }, shop.on);
    await expect(start({ shipping_options })).rejects.toMatchObject({
      param: 'shipping_options[0][shipping_rate]',
    });
    const { data } = await shop.stripe.shippingRates.list({ active: true }, shop.on);
    expect(data.map(({ id }) => id)).not.toContain(rate.id);
  });

  test('a phone number is asked for where the seller wants one', async () => {
    const { id, url } = await start({ phone_number_collection: { enabled: true } });
    expect(await (await submit(url ?? '', CARD)).text()).toContain('phone number is incomplete');
    await submit(url ?? '', { ...CARD, phone: '+49 30 1234' });
    expect((await session(id)).customer_details?.phone).toBe('+49 30 1234');
  });

  test('what is not said when paying by the API is filled in, in the country it names', async () => {
    const { id } = await sent();
    await sandbox.control('POST', `checkout/${id}/pay`, { country: 'FR' });
    const { collected_information: collected } = await session(id);
    expect(collected?.shipping_details?.address.country).toBe('FR');
  });
});

describe('automatic tax', () => {
  const taxed = (more: Partial<SessionParams> = {}) =>
    sent({ automatic_tax: { enabled: true }, ...more });

  test.each([
    ['exclusive', 2380, 380],
    ['inclusive', 2000, 319],
    [undefined, 2000, 319],
  ] as const)('of a price that is %s comes with the address', async (behavior, total, tax) => {
    const open = await taxed({ line_items: [lamp(2000, behavior)] });
    expect(open).toMatchObject({
      amount_total: 2000,
      automatic_tax: { status: 'requires_location_inputs' },
    });
    await submit(open.url ?? '', { ...CARD, ...TO_BERLIN });
    const done = await session(open.id, ['total_details.breakdown', 'line_items']);
    expect(done).toMatchObject({
      amount_subtotal: 2000,
      amount_total: total,
      automatic_tax: { status: 'complete' },
      total_details: {
        amount_tax: tax,
        breakdown: { taxes: [{ amount: tax, rate: { percentage: 19, country: 'DE' } }] },
      },
    });
    expect(done.line_items?.data[0]).toMatchObject({ amount_tax: tax, amount_total: total });
  });

  test('is of the shipping, too, and not of what is never taxed', async () => {
    const open = await taxed({
      line_items: [lamp(2000, 'exclusive'), lamp(1000, 'exclusive', 'txcd_00000000')],
      shipping_options: [option('Parcel', 500, 'exclusive')],
    });
    await submit(open.url ?? '', { ...CARD, ...TO_BERLIN });
    expect(await session(open.id)).toMatchObject({
      amount_subtotal: 3000,
      amount_total: 3975,
      shipping_cost: { amount_subtotal: 500, amount_tax: 95, amount_total: 595 },
      total_details: { amount_shipping: 500, amount_tax: 475 },
    });
  });

  test('needs an address of a known customer, or leave to keep the one it gives', async () => {
    const { customer } = shop;
    await expect(
      start({ customer: customer.id, automatic_tax: { enabled: true } }),
    ).rejects.toMatchObject({ code: 'customer_tax_location_invalid' });
    const { url } = await taxed({
      customer: customer.id,
      customer_update: { shipping: 'auto', name: 'auto' },
    });
    await submit(url ?? '', { ...CARD, ...TO_BERLIN });
    const kept = await shop.stripe.customers.retrieve(customer.id, {}, shop.on);
    expect(kept).toMatchObject({
      name: 'Ada Lovelace',
      address: null,
      shipping: { address: { country: 'DE' } },
    });
    const known = await start({ customer: customer.id, automatic_tax: { enabled: true } });
    expect(known).toMatchObject({
      automatic_tax: { status: 'complete' },
      total_details: { amount_tax: 319 },
    });
  });

  test('of a subscription is on its invoices, for as much as the page said', async () => {
    const price_data = {
      ...lamp(2000, 'exclusive').price_data,
      recurring: { interval: 'month' as const },
    };
    const { id, url } = await start({
      mode: 'subscription',
      line_items: [{ quantity: 1, price_data }],
      automatic_tax: { enabled: true },
    });
    await submit(url ?? '', { ...CARD, billingCountry: 'FR' });
    const done = await session(id, ['invoice']);
    expect(done).toMatchObject({
      amount_total: 2400,
      invoice: { total: 2400, subtotal: 2000, total_taxes: [{ amount: 400 }] },
    });
    const next = await shop.stripe.invoices.createPreview(
      { subscription: String(done.subscription) },
      shop.on,
    );
    expect(next.total).toBe(2400);
  });
});
