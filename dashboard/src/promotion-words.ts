import type { PromotedChange } from '@dream/contract';

const FIELDS: Readonly<Record<string, string>> = {
  displayName: 'Name shown',
  logoUrl: 'Logo',
  accentColor: 'Accent colour',
  surfaceColor: 'Background',
  textColor: 'Text colour',
  corners: 'Corners',
  font: 'Font',
  supportEmail: 'Support e-mail',
  locale: 'Language',
  period: 'Counts begin anew every',
  timeZone: 'Time zone',
  enforcement: 'At the limit',
  emailCode: 'Sign in by e-mail code',
  password: 'Sign in by password',
  oauth: 'Sign in with',
  sessionDays: 'Days a session lasts',
  pastDueGraceDays: 'Days of grace when a payment is missing',
  signUpsPerDay: 'New customers a day, at most',
  successUrl: 'Where a purchase returns to',
  cancelUrl: 'Where a cancelled purchase returns to',
  returnUrl: 'Where the customer portal returns to',
  origins: 'Origins',
  key: 'Key',
  credits: 'Credits',
  expiresAt: 'Ends',
  note: 'Reason',
  description: 'Description',
  prices: 'Prices',
  taxBehavior: 'Tax',
  features: 'What it allows',
  highlights: 'Lines of the price table',
  popular: 'Marked as popular',
  listed: 'On the price table',
  isDefault: 'Tier of everybody else',
  trialDays: 'Days of trial',
  rateLimitPerMinute: 'Calls a minute, at most',
  position: 'Place',
  name: 'Name',
  category: 'Category',
  variants: 'Variants',
  pictures: 'Pictures',
  variantPictures: 'Pictures of variants',
  visible: 'Visible',
  maxPerOrder: 'Most in one order',
  shippable: 'Is shipped',
  taxCode: 'Tax code',
  lowStockUnits: 'Few are left from',
};

/** A field as people call it. */
export const fieldWords = (field: string): string => FIELDS[field] ?? field;

const KINDS = { settings: 'Settings', tier: 'Tier', product: 'Product' } as const;

/** What a change is of. */
export const kindWords = (kind: PromotedChange['kind']): string => KINDS[kind];

/** How much a promotion does, in one line. */
export function amountOfChange(changes: readonly PromotedChange[]): string {
  const made = changes.filter(({ action }) => action === 'create').length;
  const changed = changes.length - made;
  const parts = [
    made > 0 ? `${made} ${made === 1 ? 'thing is' : 'things are'} made` : '',
    changed > 0 ? `${changed} ${changed === 1 ? 'is' : 'are'} changed` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
