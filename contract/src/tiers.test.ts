import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { TierInput } from './tiers.ts';

describe('tiers', () => {
  const smallest = { displayName: 'Free', features: [] };
  const price = { priceMinor: 1900, currency: 'usd', interval: 'month' };
  const cent = { priceMinor: 1, currency: 'usd' };
  const soft = (overage: object, feature: object = {}) => ({
    prices: [price, { ...price, interval: 'year' }],
    features: [
      {
        kind: 'metered',
        name: 'requests',
        limitUnits: 10,
        overage: { perUnits: 1000, prices: [cent], ...overage },
        ...feature,
      },
    ],
  });

  it('are free, listed, rate-limited to 100 a minute and without a trial when nothing is said', () => {
    expect(v.parse(TierInput, smallest)).toEqual({
      ...smallest,
      description: '',
      prices: [],
      taxBehavior: 'unspecified',
      credits: null,
      highlights: [],
      popular: false,
      listed: true,
      trialDays: 0,
      rateLimitPerMinute: 100,
      position: 0,
    });
  });

  it.each([
    ['no rate limit', { rateLimitPerMinute: null }],
    [
      'a price by the month and one by the year',
      { prices: [price, { ...price, interval: 'year' }] },
    ],
    ['prices in two currencies', { prices: [price, { ...price, currency: 'eur' }] }],
    ['a limit of 0', { features: [{ kind: 'metered', name: 'requests', limitUnits: 0 }] }],
    ['no limit', { features: [{ kind: 'metered', name: 'requests', limitUnits: null }] }],
    ['overage', soft({})],
    [
      'overage in a currency more than it is sold in',
      soft({ prices: [cent, { ...cent, currency: 'eur' }] }),
    ],
    ['a price in yen', { prices: [{ ...price, currency: 'jpy', priceMinor: 1901 }] }],
    ['a price in dinars', { prices: [{ ...price, currency: 'kwd', priceMinor: 5990 }] }],
    ['a feature that is on', { features: [{ kind: 'boolean', name: 'sso' }] }],
  ])('may have %s', (_, fields) => {
    expect(v.is(TierInput, { ...smallest, ...fields })).toBe(true);
  });

  it.each([
    ['no display name', { displayName: '' }],
    ['a price of 0', { prices: [{ ...price, priceMinor: 0 }] }],
    ['a price with a fraction', { prices: [{ ...price, priceMinor: 19.99 }] }],
    ['a price as text', { prices: [{ ...price, priceMinor: '1900' }] }],
    ['a price by the week', { prices: [{ ...price, interval: 'week' }] }],
    [
      'two prices for one currency and interval',
      { prices: [price, { ...price, currency: 'USD' }] },
    ],
    ['a rate limit of 0', { rateLimitPerMinute: 0 }],
    ['a negative limit', { features: [{ kind: 'metered', name: 'requests', limitUnits: -1 }] }],
    ['a limit as a word', { features: [{ kind: 'metered', name: 'x', limitUnits: 'unlimited' }] }],
    ['a metered feature without a limit', { features: [{ kind: 'metered', name: 'requests' }] }],
    [
      'a boolean feature with a limit',
      { features: [{ kind: 'boolean', name: 'x', limitUnits: 1 }] },
    ],
    [
      'a feature twice',
      {
        features: [
          { kind: 'boolean', name: 'sso' },
          { kind: 'metered', name: 'sso', limitUnits: 1 },
        ],
      },
    ],
    ['overage without a limit', soft({}, { limitUnits: null })],
    ['overage without a price of its own', { ...soft({}), prices: [] }],
    ['overage without a price for it', soft({ prices: [] })],
    ['overage in none of its currencies', soft({ prices: [{ ...cent, currency: 'eur' }] })],
    ['overage twice in a currency', soft({ prices: [cent, { ...cent, currency: 'USD' }] })],
    ['overage by the interval', soft({ prices: [{ ...cent, interval: 'month' }] })],
    ['overage for each 0', soft({ perUnits: 0 })],
    ['overage for nothing', soft({ prices: [{ ...cent, priceMinor: 0 }] })],
    ['overage of a boolean feature', { features: [{ kind: 'boolean', name: 'x', overage: null }] }],
    [
      'a price in thousandths of a dinar',
      { prices: [{ ...price, currency: 'kwd', priceMinor: 5991 }] },
    ],
    [
      'a price in hundredths of a króna',
      { prices: [{ ...price, currency: 'isk', priceMinor: 5990 }] },
    ],
    ['a field it does not have', { priceMinor: 1900 }],
  ])('cannot have %s', (_, fields) => {
    expect(v.is(TierInput, { ...smallest, ...fields })).toBe(false);
  });
});
