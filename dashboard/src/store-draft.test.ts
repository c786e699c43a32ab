import type { StoreSettings as Store } from '@dream/contract';
import { DEFAULT_STORE, StoreSettings } from '@dream/contract/store';
import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { COUNTRIES, EUROPEAN_UNION } from './countries.ts';
import {
  draftToStore,
  MAX_SHIPPING_OPTIONS,
  missingCurrencies,
  type ShippingDraft,
  type StoreDraft,
  storeFaults,
  storeToDraft,
} from './store-draft.ts';

const store: Store = {
  shippingCountries: ['DE', 'US'],
  shippingOptions: [
    {
      name: 'Post',
      minDays: 3,
      maxDays: null,
      prices: [
        { priceMinor: 490, currency: 'eur' },
        { priceMinor: 0, currency: 'usd' },
      ],
    },
  ],
  automaticTax: true,
  promotionCodes: false,
  collectPhone: true,
  minimumOrder: [{ priceMinor: 2000, currency: 'eur' }],
  guestSharePercent: 40,
  restockOnRefund: true,
};
const draft = (part: Partial<StoreDraft> = {}): StoreDraft => ({
  ...storeToDraft(DEFAULT_STORE),
  ...part,
});
const option = (part: Partial<ShippingDraft> = {}): StoreDraft =>
  draft({
    shippingOptions: [
      {
        name: 'Post',
        minDays: '',
        maxDays: '',
        prices: [{ amount: '5', currency: 'usd' }],
        ...part,
      },
    ],
  });
const eur = (amount: string) => ({ amount, currency: 'eur' });

it('gives settings back as they were when nothing was typed', () => {
  expect(draftToStore(storeToDraft(store))).toEqual(store);
});

describe('what the form finds right, the edge takes', () => {
  it.each<[string, StoreDraft]>([
    ['nothing', draft()],
    ['every country there is to choose', draft({ shippingCountries: COUNTRIES })],
    ['a way of sending that is free', option({ prices: [eur('0')] })],
    ['days from one to more', option({ minDays: '1', maxDays: '3' })],
    ['markup and formulas, which are text', option({ name: '=<b>Post</b>' })],
    ['a least order', draft({ minimumOrder: [eur('20'), { amount: '25', currency: 'USD' }] })],
  ])('%s', (_, typed) => {
    expect(storeFaults(typed)).toEqual({});
    expect(() => parse(StoreSettings, draftToStore(typed))).not.toThrow();
  });
});

describe('what the edge would refuse is said beside the field', () => {
  it.each<[string, StoreDraft, string]>([
    ['a way of sending without a name', option({ name: '' }), 'shippingOptions.0.name'],
    [
      'days that are turned round',
      option({ minDays: '5', maxDays: '3' }),
      'shippingOptions.0.maxDays',
    ],
    ['days of no number', option({ minDays: 'soon' }), 'shippingOptions.0.minDays'],
    ['no price', option({ prices: [] }), 'shippingOptions.0.prices'],
    [
      'the same currency twice',
      option({ prices: [eur('1'), eur('2')] }),
      'shippingOptions.0.prices.1',
    ],
    ['a least order of nothing', draft({ minimumOrder: [eur('0')] }), 'minimumOrder.0'],
    [
      'a currency that is none',
      draft({ minimumOrder: [{ amount: '1', currency: 'euro' }] }),
      'minimumOrder.0',
    ],
    ['no share for guests', draft({ guestSharePercent: '0' }), 'guestSharePercent'],
    [
      'more ways than Stripe shows',
      draft({
        shippingOptions: Array.from({ length: MAX_SHIPPING_OPTIONS + 1 }, () => ({
          name: 'Post',
          minDays: '',
          maxDays: '',
          prices: [eur('1')],
        })),
      }),
      'shippingOptions',
    ],
  ])('%s', (_, typed, field) => {
    expect(Object.keys(storeFaults(typed))).toEqual([field]);
    expect(safeParse(StoreSettings, draftToStore(typed)).success).toBe(false);
  });
});

it('knows the currencies that one way of sending has a price in and another has not', () => {
  const [post] = option().shippingOptions as [ShippingDraft];
  const both = draft({ shippingOptions: [post, { ...post, prices: [...post.prices, eur('9')] }] });
  expect(missingCurrencies(both)).toEqual(['EUR']);
  expect(missingCurrencies(option())).toEqual([]);
});

it('offers each country once, by a code that has a name', () => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  expect(new Set(COUNTRIES).size).toBe(COUNTRIES.length);
  expect(COUNTRIES.filter((code) => names.of(code) === undefined)).toEqual([]);
  expect(EUROPEAN_UNION.filter((code) => !COUNTRIES.includes(code))).toEqual([]);
  expect(EUROPEAN_UNION).toHaveLength(27);
});
