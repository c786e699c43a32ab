import type { ProductInput } from '@dream/contract';
import { newDraft, type TierDraft } from './tier-draft.ts';

/** What somebody begins with. */
export type ProjectKind = 'saas' | 'store' | 'membership' | 'empty';

/** A kind as it is offered, and what a project of it begins with. */
export interface Template {
  words: string;
  text: string;
  tiers: readonly TierDraft[];
  products: readonly ProductInput[];
}

const FREE = 'free';

const tier = (position: number, part: Partial<TierDraft>): TierDraft => ({
  ...newDraft(position),
  isDefault: part.name === FREE,
  ...part,
});
const monthly = (amount: string) => [{ amount, currency: 'usd', interval: 'month' as const }];
const both = (month: string, year: string) => [
  ...monthly(month),
  { amount: year, currency: 'usd', interval: 'year' as const },
];
const requests = (limit: string) => [
  { name: 'requests', kind: 'metered' as const, limit, weight: '1', overage: null },
];
const allows = (name: string) => ({
  name,
  kind: 'boolean' as const,
  limit: '',
  weight: '1',
  overage: null,
});

const product = (
  name: string,
  description: string,
  priceMinor: number,
  stockUnits: number,
  position: number,
): ProductInput => ({
  name,
  description,
  category: null,
  images: [],
  visible: true,
  position,
  maxPerOrder: 10,
  shippable: true,
  taxCode: null,
  taxBehavior: 'unspecified',
  lowStockUnits: 5,
  variants: [
    { name: '', sku: null, stockUnits, image: null, prices: [{ priceMinor, currency: 'usd' }] },
  ],
});

/** Every kind, in the order they are offered. */
export const TEMPLATES: Readonly<Record<ProjectKind, Template>> = {
  saas: {
    words: 'SaaS',
    text: 'Plans by the month or year, with limits on what is used.',
    tiers: [
      tier(0, {
        name: FREE,
        displayName: 'Free',
        description: 'To try it out.',
        features: requests('100'),
        highlights: '100 requests a month\nNo card needed',
      }),
      tier(1, {
        name: 'pro',
        displayName: 'Pro',
        description: 'For people who use it every day.',
        prices: both('19', '190'),
        features: [...requests('10000'), allows('export')],
        highlights: '10,000 requests a month\nExport everything\nE-mail support',
        popular: true,
        trialDays: '14',
      }),
      tier(2, {
        name: 'team',
        displayName: 'Team',
        description: 'For companies that build on it.',
        prices: both('79', '790'),
        features: [...requests('100000'), allows('export'), allows('teams')],
        highlights: '100,000 requests a month\nEverything in Pro\nPriority support',
      }),
    ],
    products: [],
  },
  store: {
    words: 'Store',
    text: 'Things to sell, with stock, a cart and shipping.',
    tiers: [
      tier(0, {
        name: FREE,
        displayName: 'Customer',
        description: 'Everybody who buys here.',
        features: requests(''),
        highlights: 'Orders at a glance\nFaster checkout',
      }),
    ],
    products: [
      product('Notebook', 'Ninety-six pages that lie flat.', 1800, 40, 0),
      product('Fountain pen', 'Writes at once, also after a month in a drawer.', 6400, 12, 1),
      product('Ink, 30 ml', 'A blue that stays blue.', 1400, 60, 2),
    ],
  },
  membership: {
    words: 'Membership',
    text: 'Content for those who pay for it.',
    tiers: [
      tier(0, {
        name: FREE,
        displayName: 'Reader',
        description: 'What everybody may read.',
        features: requests(''),
        highlights: 'The weekly letter',
      }),
      tier(1, {
        name: 'member',
        displayName: 'Member',
        description: 'Everything, and the archive.',
        prices: both('8', '80'),
        features: [...requests(''), allows('archive')],
        highlights: 'Every letter\nThe whole archive',
        popular: true,
      }),
      tier(2, {
        name: 'patron',
        displayName: 'Patron',
        description: 'For those who want it to go on.',
        prices: both('25', '250'),
        features: [...requests(''), allows('archive'), allows('events')],
        highlights: 'Everything a member has\nTwo evenings a year',
      }),
    ],
    products: [],
  },
  empty: {
    words: 'Nothing yet',
    text: 'A free tier of 100 requests. The rest is yours.',
    tiers: [],
    products: [],
  },
};

/** The kinds that have something to show before there is a project. */
export const SHOWN_KINDS = ['saas', 'store', 'membership'] as const satisfies ProjectKind[];
