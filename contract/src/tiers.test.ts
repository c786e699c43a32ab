import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { TierInput } from './tiers.ts';

describe('tiers', () => {
  const smallest = { displayName: 'Free', features: [] };
  const price = { priceMinor: 1900, currency: 'usd', interval: 'month' };

  it('are free, listed, rate-limited to 100 a minute and without a trial when nothing is said', () => {
    expect(v.parse(TierInput, smallest)).toEqual({
      ...smallest,
      description: '',
      prices: [],
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
    ['a field it does not have', { priceMinor: 1900 }],
  ])('cannot have %s', (_, fields) => {
    expect(v.is(TierInput, { ...smallest, ...fields })).toBe(false);
  });
});
