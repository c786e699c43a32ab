import { reduced, type Reduction } from './discount.ts';
import { type Tax, taxesOf, type TaxRate, taxMinor } from './tax.ts';

/** One thing of an order, before discounts and taxes. */
export interface Ordered {
  minor: number;
  /** Null for shipping, which no coupon names. */
  product: string | null;
  taxRates: readonly TaxRate[];
}

/** What one thing costs in the end. A total has the taxes that come on top. */
export interface Priced {
  subtotalMinor: number;
  discountMinor: number;
  discounts: { id: string; minor: number }[];
  taxMinor: number;
  taxes: Tax[];
  totalMinor: number;
}

/** What an order costs; amounts are those of all its lines, `totalMinor` with shipping. */
export interface Order {
  lines: Priced[];
  shipping: Priced | null;
  subtotalMinor: number;
  discountMinor: number;
  taxMinor: number;
  totalMinor: number;
}

/** Prices an order: discounts come off the lines, not the shipping, and taxes are of what is left. */
export function priceOrder(
  lines: readonly Ordered[],
  { reductions, shipping }: { reductions: readonly Reduction[]; shipping: Ordered | null },
): Order {
  const offs = reduced(lines, reductions);
  const priced = lines.map((line, index) =>
    price(
      line,
      offs.map(({ id, offMinor }) => ({ id, minor: offMinor[index] ?? 0 })),
    ),
  );
  const sent = shipping && price(shipping, []);
  const all = sent ? [...priced, sent] : priced;
  return {
    lines: priced,
    shipping: sent,
    subtotalMinor: added(priced, 'subtotalMinor'),
    discountMinor: added(priced, 'discountMinor'),
    taxMinor: added(all, 'taxMinor'),
    totalMinor: added(all, 'totalMinor'),
  };
}

function price({ minor, taxRates }: Ordered, offs: Priced['discounts']): Priced {
  const discounts = offs.filter((off) => off.minor > 0);
  const discountMinor = discounts.reduce((sum, off) => sum + off.minor, 0);
  const taxes = taxesOf(minor - discountMinor, taxRates);
  const onTop = taxMinor(taxes, 'exclusive');
  return {
    subtotalMinor: minor,
    discountMinor,
    discounts,
    taxMinor: onTop + taxMinor(taxes, 'inclusive'),
    taxes,
    totalMinor: minor - discountMinor + onTop,
  };
}

const added = (
  all: readonly Priced[],
  field: 'subtotalMinor' | 'discountMinor' | 'taxMinor' | 'totalMinor',
): number => all.reduce((sum, one) => sum + one[field], 0);
