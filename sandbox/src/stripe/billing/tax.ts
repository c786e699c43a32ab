import { percentMinor } from './amount.ts';

/** What of a tax rate says how much is due. */
export interface TaxRate {
  id: string;
  percentage: number;
  inclusive: boolean;
}

/** A tax of a line or of an invoice, as the wire has it. */
export interface Tax {
  amount: number;
  tax_behavior: 'inclusive' | 'exclusive';
  tax_rate_details: { tax_rate: string };
  taxability_reason: string;
  taxable_amount: number;
  type: 'tax_rate_details';
}

/**
 * The taxes of one amount. An inclusive rate is a part of the amount, an exclusive one comes on top
 * of what the inclusive ones leave.
 */
export function taxesOf(amountMinor: number, rates: readonly TaxRate[]): Tax[] {
  const inclusive = rates.filter((rate) => rate.inclusive);
  const percentage = inclusive.reduce((sum, rate) => sum + rate.percentage, 0);
  const included = percentMinor(amountMinor, percentage, 'gross');
  const net = amountMinor - included;
  let left = included;
  return rates.map((rate) => {
    const isLast = rate === inclusive.at(-1);
    const share = isLast ? left : percentMinor(net, rate.percentage, 'net');
    if (rate.inclusive) left -= share;
    return {
      amount: share,
      tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive',
      tax_rate_details: { tax_rate: rate.id },
      taxability_reason: rate.percentage === 0 ? 'zero_rated' : 'standard_rated',
      taxable_amount: net,
      type: 'tax_rate_details',
    };
  });
}

/** Taxes of several lines, added up for each rate. */
export function addedTaxes(taxes: readonly Tax[]): Tax[] {
  const sums = new Map<string, Tax>();
  for (const tax of taxes) {
    const rate = tax.tax_rate_details.tax_rate;
    const sum = sums.get(rate);
    if (!sum) sums.set(rate, { ...tax });
    else {
      sum.amount += tax.amount;
      sum.taxable_amount += tax.taxable_amount;
    }
  }
  return [...sums.values()];
}

/** The sum of the taxes of one kind. */
export const taxMinor = (taxes: readonly Tax[], behavior: Tax['tax_behavior']): number =>
  taxes.reduce((sum, tax) => (tax.tax_behavior === behavior ? sum + tax.amount : sum), 0);
