import type { Tier } from '@dream/contract';
import { MAX_TIERS } from '@dream/contract/tiers';
import { beforeAll, describe, expect, it } from 'vitest';
import { call as billing, deps, Shop, whileStripeIsDown } from './billing-shop.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const price = { priceMinor: 1900, currency: 'usd', interval: 'month' };
const metered = { kind: 'metered', name: 'exports', limitUnits: 10 };
const soft = (perUnits?: number, ...currencies: string[]) => ({
  perUnits,
  prices: (currencies.length > 0 ? currencies : ['usd']).map((currency) => ({
    priceMinor: 2,
    currency,
  })),
});
const times = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index));

describe('a tier that cannot be saved', () => {
  let shop: TestEnvironment;
  beforeAll(async () => {
    shop = await createEnvironment();
  });

  const unknown = 'Is not a field of this call. Check its spelling, or leave it out.';
  const named = 'Must be 1 to 40 lower-case letters, digits, "-" or "_", starting with a letter.';
  const limited = 'Must be a whole number from 0 to 1000000000000, or null for no limit.';
  const rated = 'Must be a whole number from 1 to 1000000, or null for no rate limit.';
  const priced = 'Must be a whole number from 1 to 99999999.';

  it.each<[object, string, string]>([
    [{ displayName: undefined }, 'displayName', 'Is required.'],
    [{ displayName: ' ' }, 'displayName', 'Must not be empty.'],
    [{ displayName: null }, 'displayName', 'Must be a text.'],
    [{ displayName: 'x'.repeat(61) }, 'displayName', 'Must have at most 60 characters.'],
    [{ description: 'two\nlines' }, 'description', 'Must not contain control characters.'],
    [{ description: null }, 'description', 'Must be a text.'],
    [{ prices: null }, 'prices', 'Must be a list.'],
    [{ prices: { month: 1900 } }, 'prices', 'Must be a list.'],
    [{ prices: [1900] }, 'prices.0', 'Must be an object.'],
    [{ prices: [{ ...price, priceMinor: undefined }] }, 'prices.0.priceMinor', 'Is required.'],
    [{ prices: [{ ...price, priceMinor: 19.99 }] }, 'prices.0.priceMinor', priced],
    [{ prices: [{ ...price, priceMinor: '1900' }] }, 'prices.0.priceMinor', priced],
    [{ prices: [{ ...price, priceMinor: 0 }] }, 'prices.0.priceMinor', priced],
    [
      { prices: [{ ...price, currency: 'dollar' }] },
      'prices.0.currency',
      'Must be a three-letter currency code, like "usd".',
    ],
    [
      { prices: [{ ...price, currency: null }] },
      'prices.0.currency',
      'Must be a three-letter currency code, like "usd".',
    ],
    [
      { prices: [{ ...price, interval: 'week' }] },
      'prices.0.interval',
      'Must be "month" or "year".',
    ],
    [{ prices: [{ ...price, amount: 1900 }] }, 'prices.0.amount', unknown],
    [
      { prices: [price, { ...price, currency: 'USD' }] },
      'prices',
      'Must have one price for each currency and interval.',
    ],
    [
      {
        prices: times(21, (n) => ({ ...price, currency: `us${String.fromCharCode(97 + n)}` })),
      },
      'prices',
      'Must have at most 20 prices.',
    ],
    [{ features: undefined }, 'features', 'Is required.'],
    [{ features: null }, 'features', 'Must be a list.'],
    [{ features: ['sso'] }, 'features.0', 'Must be an object.'],
    [{ features: [{ name: 'sso' }] }, 'features.0.kind', 'Is required.'],
    [
      { features: [{ ...metered, kind: 'meter' }] },
      'features.0.kind',
      'Must be "metered" or "boolean" or "credits".',
    ],
    [{ features: [{ ...metered, name: 'API calls' }] }, 'features.0.name', named],
    [
      { features: [{ ...metered, limitUnits: undefined }] },
      'features.0.limitUnits',
      'Is required.',
    ],
    [{ features: [{ ...metered, limitUnits: 'unlimited' }] }, 'features.0.limitUnits', limited],
    [{ features: [{ ...metered, limitUnits: -1 }] }, 'features.0.limitUnits', limited],
    [{ features: [{ ...metered, kind: 'boolean' }] }, 'features.0.limitUnits', unknown],
    [{ features: [metered, metered] }, 'features', 'Must name each feature once.'],
    [
      { features: times(51, (n) => ({ ...metered, name: `f${n}` })) },
      'features',
      'Must have at most 50 features.',
    ],
    [
      { features: [{ ...metered, overage: soft(undefined) }] },
      'features.0.overage.perUnits',
      'Is required.',
    ],
    [
      { features: [{ ...metered, overage: soft(0) }] },
      'features.0.overage.perUnits',
      'Must be a whole number from 1 to 1000000.',
    ],
    [
      { features: [{ ...metered, overage: { perUnits: 1, prices: [] } }] },
      'features.0.overage.prices',
      'Must have a price.',
    ],
    [
      { features: [{ ...metered, overage: soft(1, 'usd', 'usd') }] },
      'features.0.overage.prices',
      'Must have one price for each currency.',
    ],
    [
      { prices: [price], features: [{ ...metered, limitUnits: null, overage: soft(1) }] },
      'features.0.overage',
      'Must be of a feature with a limit: overage is what is above it.',
    ],
    [
      { features: [{ ...metered, overage: soft(1) }] },
      'features.0.overage',
      'Must be of a tier with prices: overage is billed with the subscription.',
    ],
    [
      {
        prices: [price, { ...price, currency: 'EUR' }],
        features: [
          { ...metered, name: 'x' },
          { ...metered, overage: soft(1) },
        ],
      },
      'features.1.overage',
      'Must have a price in eur, as the tier has one.',
    ],
    [
      { prices: [{ ...price, currency: 'KWD', priceMinor: 5991 }] },
      'prices.0.priceMinor',
      'Must be a multiple of 10 in this currency: Stripe charges no finer steps.',
    ],
    [
      { features: [{ ...metered, overage: soft(1, 'isk') }] },
      'features.0.overage.prices.0.priceMinor',
      'Must be a multiple of 100 in this currency: Stripe charges no finer steps.',
    ],
    [{ highlights: 'Fast' }, 'highlights', 'Must be a list.'],
    [{ highlights: ['Fast', ''] }, 'highlights.1', 'Must not be empty.'],
    [{ highlights: times(21, String) }, 'highlights', 'Must have at most 20 lines.'],
    [{ popular: 'yes' }, 'popular', 'Must be true or false.'],
    [{ listed: 1 }, 'listed', 'Must be true or false.'],
    [{ isDefault: null }, 'isDefault', 'Must be true or false.'],
    [{ trialDays: 731 }, 'trialDays', 'Must be a whole number from 0 to 730.'],
    [{ trialDays: null }, 'trialDays', 'Must be a whole number from 0 to 730.'],
    [{ rateLimitPerMinute: 0 }, 'rateLimitPerMinute', rated],
    [{ rateLimitPerMinute: '100' }, 'rateLimitPerMinute', rated],
    [{ position: -1 }, 'position', 'Must be a whole number from 0 to 1000.'],
    [{ limit: 100 }, 'limit', unknown],
  ])('with %j names the field and says what to send', async (fields, path, message) => {
    const answer = await call('PUT', `/api/projects/${shop.id}/test/tiers/gold`, {
      key: OPERATOR,
      body: { displayName: 'Gold', features: [metered], ...fields },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', issues: [{ path, message }] },
    });
    expect(answer.body.issues).toHaveLength(1);
  });

  it.each(['Gold', '2nd', 'x'.repeat(41)])(
    'under the name %j says which names there are',
    async (name) => {
      const answer = await call('PUT', `/api/projects/${shop.id}/test/tiers/${name}`, {
        key: OPERATOR,
        body: { displayName: 'Gold', features: [] },
      });
      expect(answer.body).toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'name', message: named }],
      });
    },
  );

  it('is not there afterwards', async () => {
    const { tiers } = await manage('GET', `/api/projects/${shop.id}/test/tiers`);
    expect(tiers.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'big',
      'free',
      'team',
    ]);
  });
});

it('shows first the price that was written first, whichever of them was there before', async () => {
  const { id, mode, sk } = await createEnvironment();
  const base = `/api/projects/${id}/${mode}`;
  const year = { ...price, priceMinor: 19_000, interval: 'year' };
  const euros = { ...price, currency: 'eur' };
  const shown = async (...prices: object[]) => {
    const tier = { displayName: 'Pro', features: [metered], prices };
    const saved = await manage('PUT', `${base}/tiers/pro`, tier);
    const { body } = await call('GET', '/api/tiers', { key: sk });
    const { price: first } = body.tiers.find(({ name }: { name: string }) => name === 'pro');
    return [first, ...saved.tier.prices.map(({ interval, currency }: any) => interval + currency)];
  };
  expect(await shown(price, year)).toEqual([1900, 'monthusd', 'yearusd']);
  const dearer = { ...price, priceMinor: 2500 };
  expect(await shown(dearer, year)).toEqual([2500, 'monthusd', 'yearusd']);
  expect(await shown(euros, year, dearer)).toEqual([1900, 'montheur', 'yearusd', 'monthusd']);
});

describe('a price that was replaced', () => {
  const save = (shop: Shop, priceMinor: number) =>
    billing('PUT', `${shop.base}/tiers/pro`, OPERATOR, {
      displayName: 'Pro',
      features: [metered],
      prices: [{ ...price, priceMinor }],
    });
  const retired = async (shop: Shop) =>
    (await deps.project(shop.ref).catalog().toPublish('pro'))?.retired;
  const sold = async (shop: Shop) => {
    const { data } = await shop.stripe.prices.list({ active: true, limit: 100 }, shop.onAccount);
    return data.map((one) => one.unit_amount ?? 0).toSorted((a, b) => a - b);
  };

  it('is archived at Stripe, and not once more with every later change', async () => {
    const shop = await Shop.open();
    await save(shop, 2900);
    await save(shop, 3900);
    expect(await sold(shop)).toEqual([3900, 4900]);
    expect(await retired(shop)).toEqual([]);
  });

  it('is archived with the next change when Stripe could not be reached', async () => {
    const shop = await Shop.open();
    const refused = await whileStripeIsDown(() => save(shop, 2900));
    expect(refused.body.code).toBe('provider_unavailable');
    await save(shop, 2900);
    expect(await sold(shop)).toEqual([2900, 4900]);
    expect(await retired(shop)).toEqual([]);
  });
});

describe('of the tiers of an environment', () => {
  it('an archived one is told apart, and is offered again when it is written again', async () => {
    const { id, mode } = await createEnvironment();
    const base = `/api/projects/${id}/${mode}`;
    const body = { displayName: 'Gold', features: [] };
    const archived = async () => {
      const { tiers } = await manage('GET', `${base}/tiers`);
      return tiers.filter((tier: Tier) => tier.archived).map(({ name }: Tier) => name);
    };
    await manage('PUT', `${base}/tiers/gold`, body);
    expect(await archived()).toEqual([]);
    await manage('DELETE', `${base}/tiers/gold`);
    expect(await archived()).toEqual(['gold']);
    await manage('PUT', `${base}/tiers/gold`, body);
    expect(await archived()).toEqual([]);
  });

  it('there are at most a hundred, archived ones too; each of these can still be written', async () => {
    const { id, mode } = await createEnvironment();
    const base = `/api/projects/${id}/${mode}`;
    const write = (name: string) =>
      call('PUT', `${base}/tiers/${name}`, {
        key: OPERATOR,
        body: { displayName: name, features: [] },
      });
    const { tiers } = await manage('GET', `${base}/tiers`);
    for (let number = tiers.length; number < MAX_TIERS; number++) await write(`tier-${number}`);
    await manage('DELETE', `${base}/tiers/tier-50`);
    const { status, body } = await write('one-more');
    expect([status, body.code, body.atMost]).toEqual([409, 'too_many_tiers', MAX_TIERS]);
    expect((await write('tier-50')).status).toBe(200);
    expect((await write('tier-60')).status).toBe(200);
    expect((await manage('GET', `${base}/tiers`)).tiers).toHaveLength(MAX_TIERS);
  });
});
