import type { Customer, Interval, PublicTier } from '@dream/contract';

/** A tier at the interval and in the currency shown. `price` is null for a free one. */
export interface Offer {
  tier: PublicTier;
  price: PublicTier['prices'][number] | null;
}

/** What the button of a tier does for this visitor. */
export type PlanAction =
  | 'sign-up'
  | 'choose'
  | 'change'
  | 'current'
  | 'manage'
  | 'pay'
  | 'resume'
  | 'none';

/** The intervals there is a choice of, month first. */
export function intervalsOf(tiers: readonly PublicTier[]): Interval[] {
  const all = new Set(tiers.flatMap(({ prices }) => prices.map(({ interval }) => interval)));
  return (['month', 'year'] as const).filter((interval) => all.has(interval));
}

/** The currencies there is a choice of, in the order tiers name them. */
export function currenciesOf(tiers: readonly PublicTier[]): string[] {
  return [...new Set(tiers.flatMap(({ prices }) => prices.map(({ currency }) => currency)))];
}

/** A tier's price as shown; where it lacks this interval or currency, the nearest it has. */
export function offerOf(
  tier: PublicTier,
  interval: Interval | undefined,
  currency: string | undefined,
): Offer {
  const inCurrency = tier.prices.filter((price) => price.currency === currency);
  const among = inCurrency.length > 0 ? inCurrency : tier.prices;
  return { tier, price: among.find((price) => price.interval === interval) ?? among[0] ?? null };
}

/** What is saved by paying yearly, in whole per cent: the least over all tiers; 0 for nothing. */
export function yearlySaving(tiers: readonly PublicTier[], currency: string | undefined): number {
  const savings = tiers.flatMap(({ prices }) => {
    const at = (interval: Interval) =>
      prices.find((price) => price.interval === interval && price.currency === currency)?.price;
    const month = at('month');
    const year = at('year');
    return month && year ? [Math.floor((1 - year / (month * 12)) * 100)] : [];
  });
  return savings.length > 0 ? Math.max(0, Math.min(...savings)) : 0;
}

/** Whether an offer begins with a trial for this customer, or for a visitor nobody knows yet. */
export const hasTrial = ({ tier, price }: Offer, customer: Customer | null): boolean =>
  tier.trialDays > 0 && price !== null && !customer?.hadTrial;

/** What the button of an offer does for a customer, or for a visitor who is not signed in. */
export function planAction(
  { tier, price }: Offer,
  customer: Customer | null,
  sells: boolean,
): PlanAction {
  if (!customer) return price && sells ? 'choose' : price ? 'none' : 'sign-up';
  const { subscription, plan } = customer;
  if (!subscription) return tier.name === plan ? 'current' : price && sells ? 'choose' : 'none';
  const { next, endsAtMs, price: paid } = subscription;
  if (tier.name === plan) {
    if (subscription.plan !== plan) return 'current';
    if (subscription.status === 'past_due') return 'pay';
    if (next || endsAtMs !== null) return 'resume';
    return sells && paid && price && price.interval !== paid.interval ? 'change' : 'manage';
  }
  // A subscription stays in its currency, and what is to come already need not be asked for.
  if (next?.plan === tier.name) return 'none';
  if (!price) return endsAtMs === null ? 'change' : 'none';
  return sells && (!paid || paid.currency === price.currency) ? 'change' : 'none';
}
