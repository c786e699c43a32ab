import type { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
beforeEach(async () => {
  shop = await openShop(sandbox);
});
afterAll(() => sandbox.close());

const invoices = () => shop.stripe.invoices;
const draft = (more: Stripe.InvoiceCreateParams = {}) =>
  invoices().create({ customer: shop.customer.id, currency: 'usd', ...more }, shop.on);
const addItem = (invoice: string | undefined, amount: number, more: object = {}) =>
  shop.stripe.invoiceItems.create(
    { customer: shop.customer.id, currency: 'usd', amount, ...(invoice && { invoice }), ...more },
    shop.on,
  );
const invoice = (id: string) => invoices().retrieve(id, {}, shop.on);

/** A card that pays, attached to the customer by a purchase. */
async function card(): Promise<string> {
  const { default_payment_method } = await shop.subscribe();
  return String(default_payment_method);
}

test('an invoice by hand is a draft, gets its lines, a number, and is paid', async () => {
  const { id, status, billing_reason } = await draft({ metadata: { order: '7' } });
  expect({ status, billing_reason }).toEqual({ status: 'draft', billing_reason: 'manual' });
  await addItem(id, 1000, { description: 'Setup' });
  await addItem(id, 250);
  expect(await invoice(id)).toMatchObject({ total: 1250, amount_due: 1250, number: null });
  const open = await invoices().finalizeInvoice(id, {}, shop.on);
  expect(open).toMatchObject({ status: 'open', total: 1250, amount_remaining: 1250 });
  expect(open.number).toMatch(/-0001$/);
  await expect(addItem(id, 1)).rejects.toMatchObject({ param: 'invoice' });
  const paid = await invoices().pay(id, { payment_method: await card() }, shop.on);
  expect(paid).toMatchObject({ status: 'paid', amount_paid: 1250, amount_remaining: 0 });
  const payments = await shop.stripe.invoicePayments.list({ invoice: id }, shop.on);
  expect(payments.data).toMatchObject([{ amount_paid: 1250, status: 'paid' }]);
  await expect(invoices().pay(id, {}, shop.on)).rejects.toThrow('already paid');
});

test('items that wait are on the next invoice that includes them, once', async () => {
  const { id } = await addItem(undefined, 700);
  const first = await draft({ pending_invoice_items_behavior: 'include' });
  expect(first.lines.data).toMatchObject([
    { amount: 700, parent: { invoice_item_details: { invoice_item: id } } },
  ]);
  const second = await draft({ pending_invoice_items_behavior: 'include' });
  expect(second.total).toBe(0);
  await invoices().del(first.id, {}, shop.on);
  const third = await draft({ pending_invoice_items_behavior: 'include' });
  expect(third.total).toBe(700);
  await shop.stripe.invoiceItems.del(id, {}, shop.on);
  expect(await invoice(third.id)).toMatchObject({ total: 0, lines: { data: [] } });
});

test('an open invoice can be voided or given up, and then is asked for no more', async () => {
  const make = async () => {
    const { id } = await draft();
    await addItem(id, 500);
    await invoices().finalizeInvoice(id, {}, shop.on);
    return id;
  };
  const voided = await invoices().voidInvoice(await make(), {}, shop.on);
  expect(voided).toMatchObject({ status: 'void', amount_remaining: 0 });
  await expect(invoices().pay(voided.id, {}, shop.on)).rejects.toMatchObject({ statusCode: 400 });
  const given = await invoices().markUncollectible(await make(), {}, shop.on);
  expect(given).toMatchObject({ status: 'uncollectible' });
  expect(await invoices().pay(given.id, { paid_out_of_band: true }, shop.on)).toMatchObject({
    status: 'paid',
  });
});

test('an invoice that advances by itself is finalized and tried an hour later', async () => {
  await card();
  const { id } = await draft({ auto_advance: true });
  await addItem(id, 500);
  await sandbox.control('POST', 'clock', { advanceMs: 3_600_000 });
  expect(await invoice(id)).toMatchObject({ status: 'open', attempted: true });
});

test('lists filter by customer, status, subscription and time', async () => {
  const { id, latest_invoice, created } = await shop.subscribe();
  const open = await draft();
  const list = async (more: Stripe.InvoiceListParams) =>
    (await invoices().list(more, shop.on)).data.map((one) => one.id);
  expect(await list({ customer: shop.customer.id })).toEqual([open.id, latest_invoice]);
  expect(await list({ status: 'draft' })).toEqual([open.id]);
  expect(await list({ subscription: id })).toEqual([latest_invoice]);
  expect(await list({ created: { gt: created + 60 } })).toEqual([]);
});

const taxRate = (percentage: number, inclusive: boolean) =>
  shop.stripe.taxRates.create({ display_name: 'VAT', percentage, inclusive }, shop.on);

test.each([
  ['exclusive', false, { subtotal: 1900, total: 2280, total_excluding_tax: 1900 }, 380],
  ['inclusive', true, { subtotal: 1900, total: 1900, total_excluding_tax: 1583 }, 317],
] as const)('%s tax is stated in the totals, and paid', async (_, inclusive, totals, taxMinor) => {
  const rate = await taxRate(20, inclusive);
  const default_payment_method = await card();
  const made = await shop.stripe.subscriptions.create(
    {
      customer: shop.customer.id,
      items: [{ price: shop.price.id }],
      default_payment_method,
      default_tax_rates: [rate.id],
      expand: ['latest_invoice'],
    },
    shop.on,
  );
  expect(made.latest_invoice).toMatchObject({
    ...totals,
    amount_paid: totals.total,
    total_taxes: [{ amount: taxMinor, tax_rate_details: { tax_rate: rate.id } }],
  });
});

test('the proration of a taxed subscription is taxed, and previewed so', async () => {
  const rate = await taxRate(8.875, false);
  const before = await shop.subscribe();
  await shop.stripe.subscriptions.update(before.id, { default_tax_rates: [rate.id] }, shop.on);
  const team = await shop.monthly(4900);
  const how = {
    items: [{ id: before.items.data[0]?.id ?? '', price: team.id }],
    proration_behavior: 'always_invoice' as const,
    proration_date: before.created,
  };
  const preview = await invoices().createPreview(
    { subscription: before.id, subscription_details: how },
    shop.on,
  );
  expect(preview).toMatchObject({ subtotal: 3000, total: 3266 });
  const after = await shop.stripe.subscriptions.update(before.id, how, shop.on);
  expect((await invoice(String(after.latest_invoice))).total).toBe(3266);
});

test.each([
  ['jpy', 1000, 333],
  ['kwd', 10_000, 3330],
  ['usd', 1000, 333],
] as const)(
  'a third of a period in %s is rounded as the currency is',
  async (currency, unit, part) => {
    const price = (unit_amount: number) =>
      shop.stripe.prices.create(
        { product: shop.product.id, unit_amount, currency, recurring: { interval: 'day' } },
        shop.on,
      );
    const [small, large] = [await price(0), await price(unit)];
    const before = await shop.subscribe(undefined, {
      line_items: [{ price: small.id, quantity: 1 }],
    });
    const preview = await invoices().createPreview(
      {
        subscription: before.id,
        subscription_details: {
          items: [{ id: before.items.data[0]?.id ?? '', price: large.id }],
          proration_behavior: 'always_invoice',
          proration_date: before.created + 57_600,
        },
      },
      shop.on,
    );
    expect(preview.total).toBe(part);
  },
);
