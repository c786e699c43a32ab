import { TierInput } from '@dream/contract/tiers';
import type { Tier } from '@dream/contract';
import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { OverageDraft } from './overage-draft.ts';
import {
  draftToInput,
  newDraft,
  previewOf,
  stripeChanges,
  type TierDraft,
  tierFaults,
  tierToDraft,
} from './tier-draft.ts';

const pro: Tier = {
  name: 'pro',
  displayName: 'Pro',
  description: '',
  prices: [{ priceMinor: 1950, currency: 'usd', interval: 'month', priceId: 'price_1' }],
  taxBehavior: 'inclusive',
  features: [
    {
      kind: 'metered',
      name: 'requests',
      limitUnits: 1000,
      overage: { perUnits: 100, prices: [{ priceMinor: 5, currency: 'usd' }] },
    },
    { kind: 'boolean', name: 'export' },
    { kind: 'credits', name: 'images', weight: 25 },
  ],
  credits: { allowanceUnits: 500, rollOverCapUnits: 100 },
  highlights: ['One', '<b>Two</b>'],
  popular: true,
  listed: true,
  isDefault: false,
  trialDays: 14,
  rateLimitPerMinute: null,
  position: 1,
  archived: false,
};
const draft = (part: Partial<TierDraft> = {}): TierDraft => ({
  ...newDraft(0),
  name: 'pro',
  displayName: 'Pro',
  ...part,
});
const price = (amount: string, currency = 'usd', interval: 'month' | 'year' = 'month') => ({
  amount,
  currency,
  interval,
});
const costing = (weight: string) =>
  ({ name: 'images', kind: 'credits', limit: '', weight, overage: null }) as const;

const billed = (part: Partial<OverageDraft> = {}, limit = '10') => [
  {
    name: 'requests',
    kind: 'metered' as const,
    limit,
    weight: '1',
    overage: { perUnits: '1000', prices: [{ amount: '2', currency: 'usd' }], ...part },
  },
];

it('gives a tier back as it was when nothing was typed, overage included', () => {
  const { name: _, isDefault: __, archived: ___, prices, ...rest } = pro;
  const bare = prices.map(({ priceId: ____, ...each }) => each);
  expect(draftToInput(tierToDraft(pro))).toEqual({ ...rest, prices: bare });
});

describe('what the form finds right, the edge takes', () => {
  it.each<[string, Partial<TierDraft>]>([
    ['nothing but names', {}],
    ['a price', { prices: [price('19')] }],
    ['two intervals', { prices: [price('19'), price('190', 'USD', 'year')] }],
    ['credits', { features: [costing('25')], allowance: '500', rollOverCap: '50000' }],
    ['credits that are only bought', { features: [costing('1')] }],
    [
      'no limit',
      { features: [{ name: 'requests', kind: 'metered', limit: '', weight: '1', overage: null }] },
    ],
    ['overage', { prices: [price('19')], features: billed() }],
    [
      'overage in each currency of the tier, and one more',
      {
        prices: [price('19'), price('17', 'EUR')],
        features: billed({ prices: ['usd', 'eur', 'gbp'].map((code) => price('2', code)) }),
      },
    ],
    ['no rate limit', { rateLimit: '' }],
    ['lines', { highlights: 'One\n\n Two ' }],
  ])('%s', (_, part) => {
    expect(tierFaults(draft(part), [])).toEqual({});
    expect(() => parse(TierInput, draftToInput(draft(part)))).not.toThrow();
  });
});

describe('what the edge would refuse is said beside the field', () => {
  it.each<[string, Partial<TierDraft>, string]>([
    ['no display name', { displayName: ' ' }, 'displayName'],
    ['an amount of nothing', { prices: [price('0')] }, 'prices.0'],
    ['the same price twice', { prices: [price('1'), price('2')] }, 'prices.1'],
    ['half a króna', { prices: [price('19.5', 'isk')] }, 'prices.0'],
    ['too long a trial', { trialDays: '731' }, 'trialDays'],
    [
      'a feature with a wrong name',
      { features: [{ name: 'A b', kind: 'boolean', limit: '', weight: '1', overage: null }] },
      'features.0.name',
    ],
    [
      'a limit that is no number',
      { features: [{ name: 'a', kind: 'metered', limit: 'x', weight: '1', overage: null }] },
      'features.0.limit',
    ],
    [
      'overage without a limit',
      { prices: [price('19')], features: billed({}, '') },
      'features.0.limit',
    ],
    ['overage of a free tier', { features: billed() }, 'features.0.overage.prices'],
    [
      'overage without a price in a currency of the tier',
      { prices: [price('19'), price('17', 'eur')], features: billed() },
      'features.0.overage.prices',
    ],
    [
      'overage for no units',
      { prices: [price('19')], features: billed({ perUnits: '0' }) },
      'features.0.overage.perUnits',
    ],
    ['too long a line', { highlights: 'a'.repeat(121) }, 'highlights'],
  ])('%s', (_, part, field) => {
    expect(Object.keys(tierFaults(draft(part), []))).toEqual([field]);
    expect(safeParse(TierInput, draftToInput(draft(part))).success).toBe(false);
  });
});

it('refuses a name that another tier has', () => {
  expect(tierFaults(draft(), ['pro'])).toEqual({ name: 'Another tier has this name.' });
});

describe('what saving does at Stripe', () => {
  const after = (part: Partial<TierDraft>) => draftToInput({ ...tierToDraft(pro), ...part });

  it('is nothing when prices and name stay', () => {
    expect(stripeChanges(pro, after({ description: 'New', trialDays: '0' }))).toEqual([]);
  });

  it('is a product and a price for a tier that had none', () => {
    expect(stripeChanges(null, draftToInput(draft({ prices: [price('19')] })))).toEqual([
      'A product is made for this tier.',
      'A price of $19 a month is made.',
    ]);
  });

  it('is a new price and an archived one when the amount changes, and who pays goes on', () => {
    expect(stripeChanges(pro, after({ prices: [price('25')] }))).toEqual([
      'A price of $25 a month is made and $19.50 a month is archived: who pays it today goes on paying it.',
    ]);
  });

  it('is a metered price for each rate of overage, which replaces the one before', () => {
    const prices = [price('19.50')];
    expect(stripeChanges(null, draftToInput(draft({ prices, features: billed() })))).toEqual([
      'A product is made for this tier.',
      'A price of $19.50 a month is made.',
      'A metered price of $2 for every 1,000 of requests above the limit is made.',
    ]);
    expect(stripeChanges(pro, after({ features: billed() }))).toEqual([
      'A metered price of $2 for every 1,000 of requests above the limit is made.',
      'That of $0.05 for every 100 of requests is archived: who has subscribed keeps it.',
    ]);
  });

  it('is an archived price when one is taken away', () => {
    expect(stripeChanges(pro, after({ prices: [], features: [] }))).toEqual([
      'The price of $19.50 a month is archived: who pays it today goes on paying it.',
      'That of $0.05 for every 100 of requests is archived: who has subscribed keeps it.',
    ]);
  });
});

it('previews what is right already, and leaves out a price that is half typed', () => {
  const shown = previewOf(
    draft({ prices: [price('19'), price('x', 'eur')], highlights: '<b>A</b>' }),
  );
  expect(shown).toMatchObject({
    price: 1900,
    currency: 'usd',
    interval: 'month',
    features: ['<b>A</b>'],
  });
  expect(shown.prices).toHaveLength(1);
});
