import type { Tier } from '@dream/contract';

/** What decides how tall a plan is in the price table. */
export type ShownTier = Pick<
  Tier,
  'description' | 'displayName' | 'features' | 'highlights' | 'prices' | 'trialDays'
>;

/** The table never has a column narrower than this, in em, nor its padding in it. */
const COLUMN = 13;
const PADDING = 3;
const GAP = 1;
/** What a page leaves free beside the table at the least, and beside one column on a phone. */
const MARGINS = 2;
const PHONE = 20;
/** Lines are broken at words, so that few are full: characters of one in an em. */
const CHARACTERS = 1.7;
const LINE = 1.5;

/**
 * The room the elements take with these plans, so that a page does not move when they come: for each
 * number of columns, what is needed where they are narrowest. More than needed moves nothing either.
 */
export function noShiftCss(tiers: readonly ShownTier[]): string {
  const room = (columns: number) => `${Math.ceil(tableHeight(tiers, columns) * 2) / 2}rem`;
  const wider = Array.from({ length: Math.max(0, tiers.length - 1) }, (_, index) => index + 2);
  const steps = wider.map(
    (columns) =>
      `@media (min-width: ${columns * COLUMN + (columns - 1) * GAP + MARGINS}rem) { dream-pricing { min-block-size: ${room(columns)}; } }`,
  );
  return [
    '/* For a table as wide as the page. In a narrower place, take the line of that width. */',
    'dream-signup, dream-usage-meter, dream-pricing { display: block; }',
    'dream-signup[compact] { block-size: 2.75rem; }',
    'dream-usage-meter { min-block-size: 8.5rem; }',
    `dream-pricing { min-block-size: ${room(1)}; }`,
    ...steps,
  ].join('\n');
}

/** The table with so many columns, in em, when they are as narrow as they get. */
function tableHeight(tiers: readonly ShownTier[], columns: number): number {
  const width = columns === 1 ? PHONE - MARGINS : COLUMN;
  const characters = (width - PADDING) * CHARACTERS;
  let height = hasSwitches(tiers) ? 3 + GAP : 0;
  for (let first = 0; first === 0 || first < tiers.length; first += columns)
    height += rowHeight(tiers.slice(first, first + columns), characters) + (first > 0 ? GAP : 0);
  return height;
}

/** What is alike stands level: the tallest of each decides. */
function rowHeight(tiers: readonly ShownTier[], characters: number): number {
  const most = (of: (tier: ShownTier) => number) => Math.max(0, ...tiers.map(of));
  const lines = (text: string, perLine = characters) => Math.ceil(text.length / perLine);
  const name = most(({ displayName }) => lines(displayName, characters / 1.15) * 1.75);
  const words = most(({ description }) => lines(description) * LINE);
  const note = most(({ trialDays }) => (trialDays > 0 ? 2 : 1) * LINE);
  const features = most((tier) =>
    shownLines(tier).reduce((sum, text) => sum + lines(text, characters - 2.5) * LINE + 0.4, 0),
  );
  const [price, button, gaps] = [2.6, 2.75, 6 * 0.6];
  return PADDING + name + words + price + note + button + features + gaps;
}

/** The lines under the button: highlights, else a line for each feature; and what is billed above limits. */
function shownLines({ highlights, features }: ShownTier): string[] {
  const billed = features.filter((feature) => 'overage' in feature && feature.overage !== null);
  const own = highlights.length > 0 ? highlights : features.map(({ name }) => `1,000,000 ${name}`);
  return [...own, ...billed.map(({ name }) => `then $0.00 per 1,000 ${name}`)];
}

/** Month and year, or a choice of currencies, stand above the plans. */
function hasSwitches(tiers: readonly ShownTier[]): boolean {
  const prices = tiers.flatMap((tier) => tier.prices);
  return (
    new Set(prices.map(({ interval }) => interval)).size > 1 ||
    new Set(prices.map(({ currency }) => currency)).size > 1
  );
}
