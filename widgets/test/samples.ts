import type { Bootstrap, Customer, PublicTier, Subscription, UsageStatus } from '@dream/contract';

/** A free tier, as the API shows it. */
export const free: PublicTier = {
  name: 'free',
  displayName: 'Free',
  description: 'To try it out.',
  price: 0,
  currency: null,
  interval: null,
  limit: 10,
  features: ['10 poems'],
  popular: false,
  priceId: null,
  prices: [],
  trialDays: 0,
  overage: [],
};

/** A tier on sale by the month and by the year, in two currencies. */
export const pro: PublicTier = {
  ...free,
  name: 'pro',
  displayName: 'Pro',
  description: 'For people who write every day.',
  price: 1900,
  currency: 'usd',
  interval: 'month',
  limit: 1000,
  features: ['1,000 poems', 'Every style'],
  popular: true,
  priceId: 'price_month',
  prices: [
    { priceId: 'price_month', price: 1900, currency: 'usd', interval: 'month' },
    { priceId: 'price_year', price: 19_000, currency: 'usd', interval: 'year' },
    { priceId: 'price_month_eur', price: 1700, currency: 'eur', interval: 'month' },
  ],
};

/** A dearer tier than Pro. */
export const studio: PublicTier = {
  ...pro,
  name: 'studio',
  displayName: 'Studio',
  description: 'For houses with many pens.',
  popular: false,
  prices: [
    { priceId: 'price_studio', price: 4900, currency: 'usd', interval: 'month' },
    { priceId: 'price_studio_year', price: 49_000, currency: 'usd', interval: 'year' },
  ],
};

/** What a page loads first. */
export const bootstrap: Bootstrap = {
  mode: 'test',
  branding: {
    name: 'Versa',
    logoUrl: null,
    accentColor: null,
    look: {},
    locale: null,
    supportEmail: null,
  },
  tiers: [free, pro],
  signIn: {
    clerkPublishableKey: 'pk_test_clerk',
    emailCode: true,
    password: true,
    oauth: ['google', 'github'],
    turnstileSiteKey: null,
  },
  sells: true,
};

/** Somebody on the free plan. */
export const ada: Customer = {
  id: 'cust_00aaaaaaaaaaaaaaaaaaaa',
  email: 'ada@example.com',
  emailVerified: true,
  firstName: null,
  lastName: null,
  externalId: null,
  plan: 'free',
  planSource: 'default',
  subscription: null,
  hadTrial: false,
  hasPassword: false,
  banned: false,
  createdAtMs: Date.UTC(2026, 10, 1),
};

const monthly = {
  price: { priceId: 'price_month', priceMinor: 1900, currency: 'usd', interval: 'month' as const },
  trialEndsAtMs: null,
  graceEndsAtMs: null,
  next: null,
};

/** Somebody who pays for Pro. */
export const subscriber: Customer = {
  ...ada,
  plan: 'pro',
  planSource: 'subscription',
  hadTrial: true,
  subscription: {
    status: 'active',
    plan: 'pro',
    ...monthly,
    renewsAtMs: Date.UTC(2026, 11, 21),
    endsAtMs: null,
  },
};

/** Somebody who paid for Pro and cancelled. */
export const leaving: Customer = {
  ...subscriber,
  subscription: {
    status: 'active',
    plan: 'pro',
    ...monthly,
    renewsAtMs: null,
    endsAtMs: Date.UTC(2026, 11, 21),
  },
};

/** Somebody whose plan changes to Studio, a cheaper one, when the month is over. */
export const comingDown: Customer = withSubscription({
  next: { plan: 'studio', priceId: 'price_studio', atMs: Date.UTC(2026, 11, 21) },
});

/** Somebody whose last payment failed. */
export const owing: Customer = withSubscription({
  status: 'past_due',
  graceEndsAtMs: Date.UTC(2026, 10, 28),
});

/** Somebody in the free time before the first payment. */
export const trying: Customer = withSubscription({
  status: 'trialing',
  trialEndsAtMs: Date.UTC(2026, 11, 21),
});

function withSubscription(part: Partial<Subscription>): Customer {
  return { ...subscriber, subscription: { ...subscriber.subscription!, ...part } };
}

/** A usage of the default feature. */
export const usageOf = (usageCount: number, limit: number | 'unlimited' = 10): UsageStatus => ({
  userId: ada.id,
  plan: 'free',
  feature: 'requests',
  usageCount,
  limit,
  remaining: limit === 'unlimited' ? 'unlimited' : Math.max(0, limit - usageCount),
  periodStart: '2026-11-01',
  periodEnd: '2026-11-30',
  resetsAtMs: Date.UTC(2026, 11, 1),
});
