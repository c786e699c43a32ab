import { ProductInput } from '@dream/contract/products';
import { TierInput } from '@dream/contract/tiers';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { type ProjectKind, TEMPLATES } from './templates.ts';
import { draftToInput, tierFaults } from './tier-draft.ts';

const all = Object.entries(TEMPLATES) as [ProjectKind, (typeof TEMPLATES)[ProjectKind]][];

it.each(all)('a %s begins with what the API takes', (_, { tiers, products }) => {
  for (const tier of tiers) {
    expect(tierFaults(tier, [])).toEqual({});
    expect(v.safeParse(TierInput, draftToInput(tier)).issues).toBeUndefined();
  }
  for (const product of products) expect(v.safeParse(ProductInput, product).issues).toBeUndefined();
});

it.each(all.filter(([, { tiers }]) => tiers.length > 0))(
  'a %s has one tier that everybody begins on, and it is free',
  (_, { tiers }) => {
    const defaults = tiers.filter(({ isDefault }) => isDefault);
    expect(defaults).toMatchObject([{ name: 'free', prices: [] }]);
  },
);
