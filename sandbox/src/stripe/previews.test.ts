import type { Stripe } from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
let prices: Record<'month' | 'team' | 'year' | 'seat', string>;
beforeAll(async () => {
  sandbox = await startTestStripe();
  shop = await openShop(sandbox);
  const price = async (unit_amount: number, interval: 'month' | 'year') =>
    (
      await shop.stripe.prices.create(
        { product: shop.product.id, unit_amount, currency: 'usd', recurring: { interval } },
        shop.on,
      )
    ).id;
  prices = {
    month: shop.price.id,
    team: await price(4900, 'month'),
    year: await price(19_000, 'year'),
    seat: await price(333, 'month'),
  };
});
afterAll(() => sandbox.close());

type Name = keyof typeof prices;
type Behavior = 'always_invoice' | 'create_prorations' | 'none';
const BEHAVIORS: Behavior[] = ['always_invoice', 'create_prorations', 'none'];

/** What is had, with quantities, and what it becomes; `null` takes an item away. */
const CHANGES: [name: string, from: [Name, number][], to: [Name | null, number][]][] = [
  ['a dearer price', [['month', 1]], [['team', 1]]],
  ['a cheaper price', [['team', 1]], [['month', 1]]],
  ['more of it', [['month', 2]], [['month', 7]]],
  ['less of it', [['month', 7]], [['month', 2]]],
  ['month to year', [['month', 1]], [['year', 1]]],
  ['year to month', [['year', 1]], [['month', 1]]],
  ['one more item', [['month', 1]], [['month', 1], ['seat', 3]]], // biome-ignore format: a row
  ['one item less', [['month', 1], ['seat', 3]], [['month', 1], [null, 0]]], // biome-ignore format: a row
  ['another of two', [['month', 1], ['seat', 3]], [['team', 1], ['seat', 3]]], // biome-ignore format: a row
];

const cases = CHANGES.flatMap((change) =>
  BEHAVIORS.flatMap((behavior) =>
    [0, 20].map((tax) => [change[0], behavior, tax, change[1], change[2]] as const),
  ),
);

test.each(cases)('%s with %s at %i %% tax costs what its preview says', async (...given) => {
  const [, proration_behavior, tax, from, to] = given;
  const { stripe, on } = shop;
  const clock = await stripe.testHelpers.testClocks.create(
    { frozen_time: Date.parse('2026-01-31T12:00:00Z') / 1000 },
    on,
  );
  const customer = await stripe.customers.create({ test_clock: clock.id }, on);
  const rate = await stripe.taxRates.create(
    { display_name: 'VAT', percentage: tax, inclusive: false },
    on,
  );
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id }, on);
  const before = await stripe.subscriptions.create(
    {
      customer: customer.id,
      default_payment_method: method.id,
      default_tax_rates: [rate.id],
      items: from.map(([name, quantity]) => ({ price: prices[name], quantity })),
    },
    on,
  );
  const items = to.map(([name, quantity], index) => {
    const id = before.items.data[index]?.id;
    if (name === null) return { id, deleted: true };
    return { ...(id && { id }), price: prices[name], quantity };
  }) as Stripe.SubscriptionUpdateParams.Item[];
  const how = { items, proration_behavior, proration_date: before.created + 1_000_000 };
  const preview = await stripe.invoices.createPreview(
    { subscription: before.id, subscription_details: how },
    on,
  );
  const latest = async () => {
    const { latest_invoice } = await stripe.subscriptions.retrieve(before.id, {}, on);
    return stripe.invoices.retrieve(String(latest_invoice), {}, on);
  };
  const first = (await latest()).id;
  await stripe.subscriptions.update(before.id, how, on);
  if ((await latest()).id === first)
    await sandbox.control('POST', `subscriptions/${before.id}/period-end`);
  const made = await latest();
  const sums = ({
    subtotal,
    total,
    amount_due,
    starting_balance,
    ending_balance,
  }: Stripe.Invoice) => ({
    subtotal,
    total,
    amount_due,
    starting_balance,
    ending_balance,
  });
  expect(sums(made)).toEqual(sums(preview));
  const amounts = ({ lines }: Stripe.Invoice) =>
    lines.data.map(({ amount }) => amount).toSorted((a, b) => a - b);
  expect(amounts(made)).toEqual(amounts(preview));
  expect(made.id).not.toBe(first);
});
