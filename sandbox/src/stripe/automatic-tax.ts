import { taxOfCountry } from './billing/country-taxes.ts';
import type { TaxRate } from './billing/tax.ts';
import type { Entity, Scope } from './scope.ts';

/** Stripe's code for what is never taxed. */
const NONTAXABLE = 'txcd_00000000';

/** What says how something is taxed. */
interface Taxed {
  country: string | null;
  currency: string;
  /** `inclusive`, `exclusive`, or `unspecified`. */
  behavior: unknown;
  code: unknown;
  /** `none` unless the customer is exempt. */
  exempt: unknown;
}

/** The rates of automatic tax for one thing: those of its buyer's country, or none. */
export function automaticRates(scope: Scope, of: Taxed): TaxRate[] {
  const tax = of.country === null ? undefined : taxOfCountry(of.country);
  if (!tax || of.code === NONTAXABLE || (of.exempt ?? 'none') !== 'none') return [];
  const inclusive = isInclusive(of);
  const id = `txr_auto${String(of.country)}${inclusive ? 'inclusive' : 'exclusive'}`;
  const known = scope.get('tax_rate', id);
  const rate =
    known ??
    scope.put('tax_rate', {
      id,
      object: 'tax_rate',
      active: false,
      country: of.country,
      created: scope.nowSeconds(),
      description: null,
      display_name: tax.name,
      effective_percentage: tax.percentage,
      flat_amount: null,
      inclusive,
      jurisdiction: of.country,
      jurisdiction_level: 'country',
      livemode: scope.livemode,
      metadata: {},
      percentage: tax.percentage,
      rate_type: 'percentage',
      state: null,
      tax_type: tax.type,
    });
  return [rate as unknown as TaxRate];
}

/** Prices that do not say it have their tax on top in dollars of the US and Canada, else within. */
const isInclusive = ({ behavior, currency }: Taxed): boolean =>
  behavior === 'inclusive' ||
  (behavior !== 'exclusive' && currency !== 'usd' && currency !== 'cad');

/** Where a customer is taxed, by what is known of it. */
export function countryOf(customer: Entity | undefined): string | null {
  const shipping = customer?.shipping as { address?: { country?: string | null } } | null;
  const address = customer?.address as { country?: string | null } | null;
  return shipping?.address?.country ?? address?.country ?? null;
}
