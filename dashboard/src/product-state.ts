import type { Connection, Product } from '@dream/contract';
import { isLow, stockOf } from './product-preview.ts';

/** One thing to know of a product at a glance, and what to do about it where there is something. */
export interface Mark {
  words: string;
  tone: 'good' | 'amber' | 'bad' | '';
  advice?: string;
}

/** What there is of a product: over all its variants. */
export function stockMark({ variants, lowStockUnits }: Product): Mark {
  const free = variants.map(stockOf);
  const out = free.filter((units) => units === 0).length;
  if (out === free.length) return { words: 'Sold out', tone: 'bad' };
  if (out > 0) return { words: `${out} of ${free.length} sold out`, tone: 'amber' };
  if (free.includes('unlimited')) return { words: 'Unlimited', tone: '' };
  const sum = (free as number[]).reduce((total, units) => total + units, 0);
  const low = free.some((units) => isLow(units, lowStockUnits));
  return low
    ? { words: `${sum.toLocaleString()} left`, tone: 'amber' }
    : { words: `${sum.toLocaleString()} in stock`, tone: '' };
}

/** Whether a product is sold as it was saved, and if not, what is missing. */
export function saleMark(product: Product, via: Connection['via']): Mark {
  if (product.archivedAtMs !== null) return { words: 'Archived', tone: '' };
  const refusal = product.variants.find((variant) => variant.refusal !== null)?.refusal;
  if (refusal)
    return {
      words: 'Refused by Stripe',
      tone: 'bad',
      advice: `Stripe says: ${refusal} Correct it and save again.`,
    };
  if (!product.published)
    return via === null
      ? {
          words: 'Not published',
          tone: 'amber',
          advice: 'Connect Stripe; then it is published by itself.',
        }
      : {
          words: 'Publishing…',
          tone: 'amber',
          advice: 'Stripe does not have all of it yet. It is tried until it does.',
        };
  return product.visible
    ? { words: 'On sale', tone: 'good' }
    : { words: 'Hidden', tone: '', advice: 'Pages do not show it.' };
}
