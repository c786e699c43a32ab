import { expect, it } from 'vitest';
import { noShiftCss, type ShownTier } from './no-shift.ts';

const tier: ShownTier = {
  displayName: 'Pro',
  description: 'For teams.',
  prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month', priceId: 'price_1' }],
  features: [{ kind: 'metered', name: 'requests', limitUnits: 10, overage: null }],
  highlights: ['One', 'Two'],
  trialDays: 0,
};
const rooms = (tiers: readonly ShownTier[]) =>
  [...noShiftCss(tiers).matchAll(/dream-pricing \{ min-block-size: ([\d.]+)rem/g)].map(([, room]) =>
    Number(room),
  );

it('keeps less room the more columns there are, down to one row of all', () => {
  const [one = 0, two = 0, three = 0, four] = rooms([tier, tier, tier]);
  expect(one).toBeGreaterThan(two);
  expect(two).toBeGreaterThan(three);
  expect(four).toBeUndefined();
});

it.each([
  ['longer words', { description: 'For teams of every size, in every place, at every hour.' }],
  ['more lines', { highlights: ['One', 'Two', 'Three', 'Four'] }],
  [
    'a yearly price beside the monthly',
    { prices: [...tier.prices, { ...tier.prices[0]!, interval: 'year' as const }] },
  ],
])('keeps more room for %s', (_, change) => {
  const [before = 0] = rooms([tier]);
  expect(rooms([{ ...tier, ...change }])[0]).toBeGreaterThan(before);
});

it('keeps room for the table that has no plans yet', () => {
  expect(rooms([])[0]).toBeGreaterThan(5);
});
