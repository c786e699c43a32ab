import { describe, expect, it } from 'vitest';
import type { TierRecord } from '../catalog/tier.ts';
import { type CheckoutFacts, decideCheckout, type LiveFacts } from './checkout.ts';

const tier = (name: string, given: Partial<TierRecord> = {}): TierRecord => ({
  name,
  displayName: name,
  description: '',
  prices: [],
  taxBehavior: 'unspecified',
  features: [],
  credits: null,
  highlights: [],
  popular: false,
  listed: true,
  isDefault: false,
  trialDays: 0,
  rateLimitPerMinute: null,
  position: 0,
  stripeProductId: null,
  archived: false,
  overagePrices: [],
  ...given,
});
const price = (priceId: string | null, interval: 'month' | 'year' = 'month', currency = 'usd') => ({
  priceId,
  priceMinor: 1900,
  currency,
  interval,
});

const tiers = [
  tier('free'),
  tier('pro', {
    prices: [price('pro_month'), price('pro_year', 'year'), price('pro_eur', 'month', 'eur')],
    trialDays: 14,
  }),
  tier('team', { prices: [price('team_month'), price('team_year', 'year')] }),
  tier('secret', { prices: [price('secret_month')], listed: false }),
  tier('old', { prices: [price('old_month')], archived: true }),
  tier('unpublished', { prices: [price(null)] }),
];
const facts = (given: Partial<CheckoutFacts> = {}): CheckoutFacts => ({
  tiers,
  saleBlock: null,
  live: null,
  hadSubscription: false,
  ...given,
});
const decide = (
  given: Partial<CheckoutFacts>,
  asked: { tier: string; priceId?: string; bySecretKey?: boolean },
) => decideCheckout(facts(given), { bySecretKey: false, ...asked });
const live: LiveFacts = {
  id: 'sub_1',
  tier: 'pro',
  priceId: 'pro_year',
  status: 'active',
  priceMinor: 19_000,
  currency: 'usd',
  interval: 'year',
};
const onPro = { live, hadSubscription: true };

describe('a checkout', () => {
  it('starts at the first price of the tier, with its trial', () => {
    expect(decide({}, { tier: 'pro' })).toEqual({
      kind: 'start',
      tier: 'pro',
      price: price('pro_month'),
      meteredPriceIds: [],
      trialDays: 14,
    });
  });

  it('starts at the price that is named', () => {
    expect(decide({}, { tier: 'pro', priceId: 'pro_year' })).toMatchObject({
      kind: 'start',
      price: { priceId: 'pro_year' },
    });
  });

  it('comes with the overage prices of its currency and interval, and waits until there are all', () => {
    const over = (currency: string, interval: 'month' | 'year', priceId: string | null) =>
      ['calls', 'seats'].map((feature, index) => ({
        feature,
        currency,
        interval,
        priceId: index === 0 ? `${interval}_${currency}_${feature}` : priceId,
      }));
    const soft = tier('soft', {
      prices: [price('soft_month'), price('soft_year', 'year'), price('soft_eur', 'month', 'eur')],
      overagePrices: [
        ...over('usd', 'month', 'month_usd_seats'),
        ...over('usd', 'year', null),
        ...over('eur', 'month', 'month_eur_seats'),
      ],
    });
    const given = { tiers: [...tiers, soft] };
    const metered = ['month_eur_calls', 'month_eur_seats'];
    expect(decide(given, { tier: 'soft', priceId: 'soft_eur' })).toMatchObject({
      meteredPriceIds: metered,
    });
    expect(decide(given, { tier: 'soft', priceId: 'soft_year' })).toMatchObject({
      code: 'tier_not_for_sale',
    });
    const inEuro = { ...live, priceId: 'pro_eur', currency: 'eur', interval: 'month' as const };
    expect(decide({ ...given, live: inEuro }, { tier: 'soft' })).toMatchObject({
      kind: 'change',
      price: { priceId: 'soft_eur' },
      meteredPriceIds: metered,
    });
  });

  it('gives a trial to nobody twice', () => {
    expect(decide({ hadSubscription: true }, { tier: 'pro' })).toMatchObject({
      kind: 'start',
      trialDays: 0,
    });
  });

  it('of an unlisted tier needs a secret key', () => {
    expect(decide({}, { tier: 'secret', bySecretKey: true })).toMatchObject({
      kind: 'start',
      tier: 'secret',
    });
    expect(decide({}, { tier: 'secret' })).toMatchObject({
      kind: 'refused',
      code: 'tier_not_found',
    });
  });

  it.each([
    ['an unknown tier', { tier: 'nope' }, 'tier_not_found'],
    ['an archived tier', { tier: 'old' }, 'tier_not_found'],
    ['a free tier', { tier: 'free' }, 'tier_not_for_sale'],
    ['a tier that is not in Stripe yet', { tier: 'unpublished' }, 'tier_not_for_sale'],
    ['a price of another tier', { tier: 'pro', priceId: 'team_month' }, 'price_not_found'],
  ])('of %s is refused', (_, asked, code) => {
    expect(decide({}, asked)).toMatchObject({ kind: 'refused', code });
  });

  it('of a priced tier needs a Stripe account; a free one is not for sale with or without', () => {
    expect(decide({ saleBlock: 'stripe_not_connected' }, { tier: 'pro' })).toMatchObject({
      code: 'stripe_not_connected',
    });
    expect(decide({ saleBlock: 'stripe_not_connected' }, { tier: 'unpublished' })).toMatchObject({
      code: 'stripe_not_connected',
    });
    expect(decide({ saleBlock: 'stripe_not_connected' }, { tier: 'free' })).toMatchObject({
      code: 'tier_not_for_sale',
    });
  });

  it('does not name unlisted tiers when it refuses', () => {
    expect(decide({}, { tier: 'nope' })).toMatchObject({
      details: { tiers: ['free', 'pro', 'team', 'unpublished'] },
    });
  });
});

describe("a subscriber's checkout", () => {
  it('of the same tier is refused', () => {
    expect(decide(onPro, { tier: 'pro' })).toMatchObject({
      kind: 'refused',
      code: 'already_subscribed',
    });
    expect(decide(onPro, { tier: 'pro', priceId: 'pro_year' })).toMatchObject({
      code: 'already_subscribed',
    });
  });

  it('of another tier is a change that keeps currency and interval', () => {
    expect(decide(onPro, { tier: 'team' })).toEqual({
      kind: 'change',
      live,
      tier: 'team',
      price: price('team_year', 'year'),
      meteredPriceIds: [],
    });
  });

  it('of the same tier at another named price is a change', () => {
    expect(decide(onPro, { tier: 'pro', priceId: 'pro_month' })).toMatchObject({
      kind: 'change',
      price: { priceId: 'pro_month' },
    });
  });

  it('stays in the currency that is paid, and says which when it is asked for another', () => {
    expect(decide(onPro, { tier: 'pro', priceId: 'pro_eur' })).toMatchObject({
      code: 'currency_fixed',
      details: { currency: 'usd' },
    });
    const inEuro = { ...onPro, live: { ...live, currency: 'eur' } };
    expect(decide(inEuro, { tier: 'team' })).toMatchObject({ code: 'currency_fixed' });
  });

  it('waits for a payment that is missing', () => {
    const pastDue = { ...onPro, live: { ...live, status: 'past_due' as const } };
    expect(decide(pastDue, { tier: 'team' })).toMatchObject({ code: 'payment_past_due' });
  });

  it('of the default tier, where that is free, is the end of the subscription', () => {
    const withDefault = tiers.map((one) => ({ ...one, isDefault: one.name === 'free' }));
    expect(decide({ ...onPro, tiers: withDefault }, { tier: 'free' })).toMatchObject({
      kind: 'end',
      tier: 'free',
    });
    expect(decide(onPro, { tier: 'free' })).toMatchObject({ code: 'tier_not_for_sale' });
  });
});
