import { beforeEach, describe, expect, it } from 'vitest';
import { call, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

const price = (priceMinor: number, currency: string, interval: string) => ({
  priceMinor,
  currency,
  interval,
});
const PRICES = [
  price(1900, 'usd', 'month'),
  price(19_000, 'usd', 'year'),
  price(2900, 'jpy', 'month'),
];
const soft = (name: string, perUnits: number, usd: number, limitUnits = 10) => ({
  kind: 'metered',
  name,
  limitUnits,
  overage: {
    perUnits,
    prices: [
      { priceMinor: usd, currency: 'usd' },
      { priceMinor: 300, currency: 'jpy' },
    ],
  },
});
const requests = soft('requests', 1000, 200);

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});

const save = (tier: string, features: object[], fields: object = {}) =>
  manage('PUT', `${shop.base}/tiers/${tier}`, {
    displayName: 'Gold',
    features,
    prices: PRICES,
    ...fields,
  });
const meters = async () =>
  (await shop.stripe.billing.meters.list({ limit: 100 }, shop.onAccount)).data;
/** What bills use and is sold: feature, interval, currency, amount, units for it. */
const metered = async () => {
  const { data } = await shop.stripe.prices.list({ active: true, limit: 100 }, shop.onAccount);
  const names = new Map((await meters()).map((meter) => [meter.id, meter.event_name]));
  return data
    .filter((one) => one.recurring?.usage_type === 'metered')
    .map(({ recurring, currency, unit_amount, transform_quantity }) =>
      [
        names
          .get(recurring?.meter ?? '')
          ?.split('_')
          .at(-1),
        recurring?.interval,
        currency,
        unit_amount,
        transform_quantity?.divide_by,
      ].join(' '),
    )
    .toSorted();
};
/** The prices of a customer's subscription, as Stripe has it: per unit, or by use. */
const bought = async (id: string) => {
  const [{ id: subscriptionId } = { id: '' }] = await shop.subscriptionsAtStripe(id);
  const found = await shop.stripe.subscriptions.retrieve(subscriptionId, {}, shop.onAccount);
  return found.items.data
    .map(
      ({ price: of }) => `${of.recurring?.usage_type} ${of.recurring?.interval} ${of.unit_amount}`,
    )
    .toSorted();
};

describe('a tier with overage', () => {
  it('has a meter for the feature, and a price for each currency and interval it is sold in', async () => {
    await save('gold', [requests]);
    const event = `dream_${shop.ref.projectId}_test_requests`;
    expect(await meters()).toMatchObject([
      {
        event_name: event,
        status: 'active',
        default_aggregation: { formula: 'sum' },
        customer_mapping: { event_payload_key: 'stripe_customer_id', type: 'by_id' },
        value_settings: { event_payload_key: 'value' },
      },
    ]);
    expect(await metered()).toEqual([
      'requests month jpy 300 1000',
      'requests month usd 200 1000',
      'requests year usd 200 1000',
    ]);
  });

  it('saved again, also at the same time as another, makes nothing twice', async () => {
    await Promise.all([save('gold', [requests]), save('silver', [requests])]);
    const before = await metered();
    expect(before).toHaveLength(6);
    await save('gold', [requests]);
    expect(await metered()).toEqual(before);
    expect(await meters()).toHaveLength(1);
  });

  it('replaces a price that changed, and archives what is removed', async () => {
    await save('gold', [requests]);
    await save('gold', [soft('requests', 500, 200)]);
    expect(await metered()).toEqual([
      'requests month jpy 300 500',
      'requests month usd 200 500',
      'requests year usd 200 500',
    ]);
    await save('gold', [{ ...requests, overage: null }]);
    expect(await metered()).toEqual([]);
    await save('gold', [requests]);
    expect(await metered()).toHaveLength(3);
    await manage('DELETE', `${shop.base}/tiers/gold`);
    expect(await metered()).toEqual([]);
  });

  it('is published by the next change when Stripe could not be reached, and not sold before', async () => {
    await save('gold', []);
    const operator = deps.config.operatorSecret;
    const body = { displayName: 'Gold', features: [requests], prices: PRICES };
    const refused = await whileStripeIsDown(() =>
      call('PUT', `${shop.base}/tiers/gold`, operator, body),
    );
    expect(refused.body.code).toBe('provider_unavailable');
    const id = await shop.newCustomer();
    const early = await shop.checkout(id, { tier: 'gold' });
    expect(early.body.code).toBe('tier_not_for_sale');
    await save('gold', [requests]);
    expect(await metered()).toHaveLength(3);
    expect((await shop.checkout(id, { tier: 'gold' })).status).toBe(200);
  });

  it('shows what each currency it is sold in costs', async () => {
    await save('gold', [requests, soft('seats', 1, 50), { kind: 'boolean', name: 'sso' }], {
      prices: [PRICES[0]],
    });
    const { body } = await shop.bySecretKey('GET', '/api/tiers');
    const gold = body.tiers.find(({ name }: { name: string }) => name === 'gold');
    expect(gold.overage).toEqual([
      { feature: 'requests', perUnits: 1000, price: 200, currency: 'usd' },
      { feature: 'seats', perUnits: 1, price: 50, currency: 'usd' },
    ]);
    expect(gold).not.toHaveProperty('overagePrices');
  });
});

describe('a subscription', () => {
  it('has the overage prices of what was bought, and those of another plan after a change', async () => {
    await save('gold', [requests, soft('seats', 1, 50)]);
    await save('silver', [soft('requests', 100, 70)]);
    const id = await shop.newCustomer();
    await shop.buy(id, 'gold');
    expect(await bought(id)).toEqual([
      'licensed month 1900',
      'metered month 200',
      'metered month 50',
    ]);
    await shop.checkout(id, { tier: 'silver' });
    expect(await bought(id)).toEqual(['licensed month 1900', 'metered month 70']);
    await shop.checkout(id, { tier: 'team' });
    expect(await bought(id)).toEqual(['licensed month 4900']);
    expect((await shop.customer(id)).plan).toBe('team');
  });
});
