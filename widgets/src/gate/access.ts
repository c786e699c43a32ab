import type { Customer, PublicTier } from '@dream/contract';

/** Whether somebody may see what a gate holds: `signed-out` and `upgrade` say what is missing. */
export type Access = 'granted' | 'signed-out' | 'upgrade';

/** The plans an attribute names, separated by spaces. None: being signed in is enough. */
export const plansOf = (plan: string | undefined): string[] =>
  (plan ?? '').split(/\s+/).filter(Boolean);

/** What a customer, or a visitor who is not signed in, gets of content for some plans. */
export function accessOf(customer: Customer | null, plans: readonly string[]): Access {
  if (!customer) return 'signed-out';
  return plans.length === 0 || plans.includes(customer.plan) ? 'granted' : 'upgrade';
}

/** The cheapest of some plans that is on sale; null when none is. */
export function cheapestOf(
  plans: readonly string[],
  tiers: readonly PublicTier[],
): PublicTier | null {
  const onSale = tiers.filter(({ name, prices }) => plans.includes(name) && prices.length > 0);
  return onSale.toSorted((a, b) => a.price - b.price)[0] ?? null;
}
