import type {
  Bootstrap,
  Interval,
  PublicTier,
  TaxBehavior,
  Tier,
  TierFeature,
  TierInput,
} from '@dream/contract';
import { type AmountDraft, amountFault, amountText, minorUnits } from './amount.ts';
import {
  draftToOverage,
  overageChanges,
  type OverageDraft,
  overageFaults,
  overageToDraft,
} from './overage-draft.ts';
import { money } from './ui/format.ts';
import { nameFault, textFault, wholeFault } from './validation.ts';

/** A tier as it is typed. */
export interface TierDraft {
  name: string;
  displayName: string;
  description: string;
  prices: (AmountDraft & { interval: Interval })[];
  taxBehavior: TaxBehavior;
  features: {
    name: string;
    kind: TierFeature['kind'];
    limit: string;
    /** Credits a unit takes, of a feature that draws on them. */
    weight: string;
    /** What units above the limit cost; null where they are refused. */
    overage: OverageDraft | null;
  }[];
  /** Credits that come with the tier each period; empty for none. */
  allowance: string;
  rollOverCap: string;
  highlights: string;
  popular: boolean;
  listed: boolean;
  isDefault: boolean;
  trialDays: string;
  rateLimit: string;
  position: string;
}

/** What is wrong, by field: `prices.0`, `features.1.name`. */
export type TierFaults = Readonly<Record<string, string>>;

/** A tier that is not there yet. */
export const newDraft = (position: number): TierDraft => ({
  name: '',
  displayName: '',
  description: '',
  prices: [],
  taxBehavior: 'unspecified',
  features: [{ name: 'requests', kind: 'metered', limit: '100', weight: '1', overage: null }],
  allowance: '',
  rollOverCap: '0',
  highlights: '',
  popular: false,
  listed: true,
  isDefault: position === 0,
  trialDays: '0',
  rateLimit: '100',
  position: String(position),
});

/** A tier, ready to be changed. */
export const tierToDraft = (tier: Tier): TierDraft => ({
  name: tier.name,
  displayName: tier.displayName,
  description: tier.description,
  prices: tier.prices.map(({ priceMinor, currency, interval }) => ({
    amount: amountText(priceMinor, currency),
    currency,
    interval,
  })),
  taxBehavior: tier.taxBehavior,
  features: tier.features.map((feature) => ({
    name: feature.name,
    kind: feature.kind,
    limit: feature.kind === 'metered' ? String(feature.limitUnits ?? '') : '',
    weight: feature.kind === 'credits' ? String(feature.weight) : '1',
    overage: feature.kind === 'metered' && feature.overage ? overageToDraft(feature.overage) : null,
  })),
  allowance: String(tier.credits?.allowanceUnits ?? ''),
  rollOverCap: String(tier.credits?.rollOverCapUnits ?? 0),
  highlights: tier.highlights.join('\n'),
  popular: tier.popular,
  listed: tier.listed,
  isDefault: tier.isDefault,
  trialDays: String(tier.trialDays),
  rateLimit: String(tier.rateLimitPerMinute ?? ''),
  position: String(tier.position),
});

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const orNull = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** What was typed, as the API takes it. Only for a draft without faults. */
export const draftToInput = (draft: TierDraft): TierInput => ({
  displayName: draft.displayName.trim(),
  description: draft.description.trim(),
  prices: draft.prices.map(({ amount, currency, interval }) => ({
    priceMinor: minorUnits(amount, currency) ?? 0,
    currency: currency.toLowerCase(),
    interval,
  })),
  taxBehavior: draft.taxBehavior,
  features: draft.features.map(featureOf),
  credits:
    draft.allowance.trim() === ''
      ? null
      : {
          allowanceUnits: Number(draft.allowance),
          rollOverCapUnits: Number(draft.rollOverCap),
        },
  highlights: lines(draft.highlights),
  popular: draft.popular,
  listed: draft.listed,
  ...(draft.isDefault ? { isDefault: true } : {}),
  trialDays: Number(draft.trialDays),
  rateLimitPerMinute: orNull(draft.rateLimit),
  position: Number(draft.position),
});

function featureOf({
  name,
  kind,
  limit,
  weight,
  overage,
}: TierDraft['features'][number]): TierFeature {
  if (kind === 'boolean') return { kind, name };
  if (kind === 'credits') return { kind, name, weight: Number(weight) };
  return { kind, name, limitUnits: orNull(limit), overage: overage && draftToOverage(overage) };
}

/** What must be put right before a draft can be saved. `taken` are names other tiers have. */
export function tierFaults(draft: TierDraft, taken: readonly string[]): TierFaults {
  const found: Record<string, string | null> = {
    name: taken.includes(draft.name) ? 'Another tier has this name.' : nameFault(draft.name),
    displayName: textFault(draft.displayName, 60),
    description: textFault(draft.description, 300, 0),
    highlights: highlightsFault(lines(draft.highlights)),
    trialDays: wholeFault(draft.trialDays, 0, 730),
    rateLimit: draft.rateLimit.trim() === '' ? null : wholeFault(draft.rateLimit, 1, 1_000_000),
    position: wholeFault(draft.position, 0, 1000),
    ...creditFaults(draft),
  };
  for (const [index, price] of draft.prices.entries())
    found[`prices.${index}`] = priceFault(price, draft.prices.slice(0, index));
  for (const [index, feature] of draft.features.entries()) {
    const isTwice = draft.features.slice(0, index).some(({ name }) => name === feature.name);
    found[`features.${index}.name`] = isTwice ? 'Must be named once.' : nameFault(feature.name);
    found[`features.${index}.weight`] =
      feature.kind === 'credits' ? wholeFault(feature.weight, 1, 1_000_000) : null;
    for (const [field, fault] of Object.entries(limitFaults(feature, draft.prices)))
      found[`features.${index}.${field}`] = fault;
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function limitFaults(
  { kind, limit, overage }: TierDraft['features'][number],
  prices: TierDraft['prices'],
): Record<string, string | null> {
  if (kind !== 'metered') return {};
  if (overage === null)
    return { limit: limit.trim() === '' ? null : wholeFault(limit, 0, 1_000_000_000_000) };
  const found = Object.entries(overageFaults(overage, prices));
  return {
    limit: wholeFault(limit, 0, 1_000_000_000_000),
    ...Object.fromEntries(found.map(([field, fault]) => [`overage.${field}`, fault])),
  };
}

/** How many allowances the edge rolls over at most. */
const MOST_ROLLED_OVER = 100;

function creditFaults({ allowance, rollOverCap }: TierDraft): Record<string, string | null> {
  if (allowance.trim() === '') return {};
  const most = MOST_ROLLED_OVER * Number(allowance);
  return {
    allowance: wholeFault(allowance, 1, 1_000_000_000_000),
    rollOverCap: wholeFault(rollOverCap, 0, Number.isFinite(most) ? most : 0),
  };
}

/** Units a period, as the edge shows them to pages. */
function limitOf({ allowance }: TierDraft, feature: TierDraft['features'][number] | undefined) {
  if (feature?.kind === 'metered') return orNull(feature.limit) ?? 'unlimited';
  if (feature?.kind !== 'credits') return 0;
  const units = Math.floor(Number(allowance) / Number(feature.weight));
  return Number.isFinite(units) ? units : 0;
}

function highlightsFault(all: readonly string[]): string | null {
  if (all.length > 20) return 'Must have at most 20 lines.';
  return all.map((line) => textFault(line, 120)).find((fault) => fault !== null) ?? null;
}

type Price = TierDraft['prices'][number];

function priceFault(price: Price, before: readonly Price[]): string | null {
  const { currency, interval } = price;
  const isTwice = before.some(
    (other) =>
      other.currency.toLowerCase() === currency.toLowerCase() && other.interval === interval,
  );
  const fault = amountFault(price);
  return fault ?? (isTwice ? 'There is one for this currency and interval already.' : null);
}

/** What saving will do at Stripe, a sentence each; nothing when it does nothing there. */
export function stripeChanges(before: Tier | null, after: TierInput): string[] {
  const was = before?.prices ?? [];
  const now = after.prices ?? [];
  const same = (a: { currency: string; interval: string }, b: typeof a) =>
    a.currency === b.currency && a.interval === b.interval;
  const shown = (price: { priceMinor: number; currency: string; interval: string }) =>
    `${money(price.priceMinor, price.currency)} a ${price.interval}`;
  const changes: string[] = [];
  if (was.length === 0 && now.length > 0) changes.push('A product is made for this tier.');
  for (const price of now) {
    const old = was.find((each) => same(each, price));
    if (!old) changes.push(`A price of ${shown(price)} is made.`);
    else if (old.priceMinor !== price.priceMinor || before?.taxBehavior !== after.taxBehavior)
      changes.push(
        `A price of ${shown(price)} is made and ${shown(old)} is archived: who pays it today goes on paying it.`,
      );
  }
  for (const old of was)
    if (!now.some((price) => same(price, old)))
      changes.push(`The price of ${shown(old)} is archived: who pays it today goes on paying it.`);
  changes.push(...overageChanges(before, after));
  if (before && was.length > 0 && before.displayName !== after.displayName)
    changes.push(`The product is renamed to “${after.displayName}”.`);
  return changes;
}

/** What the price table shows of a tier that is being typed, as far as it is right. */
export function previewOf(draft: TierDraft): PublicTier {
  const prices = draft.prices.flatMap(({ amount, currency, interval }, index) => {
    const price = minorUnits(amount, currency);
    const isRight = price !== null && /^[a-z]{3}$/i.test(currency);
    return isRight
      ? [{ priceId: `preview_${index}`, price, currency: currency.toLowerCase(), interval }]
      : [];
  });
  const [first] = prices;
  const requests = draft.features.find(({ name }) => name === 'requests');
  return {
    name: draft.name || 'tier',
    displayName: draft.displayName || 'Name',
    description: draft.description,
    price: first?.price ?? 0,
    currency: first?.currency ?? null,
    interval: first?.interval ?? null,
    limit: limitOf(draft, requests),
    features: lines(draft.highlights),
    popular: draft.popular,
    priceId: first?.priceId ?? null,
    prices,
    trialDays: Number(draft.trialDays) || 0,
    overage: draft.features.flatMap(shownOverage),
  };
}

function shownOverage({
  name,
  kind,
  overage,
}: TierDraft['features'][number]): PublicTier['overage'] {
  if (kind !== 'metered' || overage === null) return [];
  const { perUnits, prices } = draftToOverage(overage);
  if (!(perUnits >= 1)) return [];
  const right = prices.filter(({ priceMinor }) => priceMinor > 0);
  return right.map(({ priceMinor, currency }) => ({
    feature: name,
    perUnits,
    price: priceMinor,
    currency,
  }));
}

/** What the preview of the price table is given: no network, and no shop behind it. */
export const previewBootstrap = (tiers: readonly PublicTier[]): Partial<Bootstrap> => ({
  tiers: [...tiers],
  sells: true,
});
