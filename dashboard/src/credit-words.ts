import type { CreditEntry, CreditGrant } from '@dream/contract';
import { count, day } from './ui/format.ts';

/** Credits as they are typed in to be given. */
export interface GivingDraft {
  units: string;
  /** Days until they end; nothing for never. */
  days: string;
  note: string;
}

/** Credits to give, as the API takes them. */
export interface Giving {
  units: number;
  expiresInDays?: number;
  note?: string;
}

export const NO_GIVING: GivingDraft = { units: '', days: '', note: '' };

const MOST_UNITS = 1_000_000_000_000;
const MOST_DAYS = 3650;
const MOST_LETTERS = 200;
const DAY_MS = 86_400_000;

/** What is to be given by a draft, or what is wrong with which field. */
export function givingIn({ units, days, note }: GivingDraft): {
  giving: Giving | null;
  faults: Partial<Record<keyof GivingDraft, string>>;
} {
  const given = wholeIn(units, MOST_UNITS);
  const lasts = days.trim() === '' ? undefined : wholeIn(days, MOST_DAYS);
  const reason = note.trim();
  const faults = {
    ...(given === null && { units: `Must be a whole number from 1 to ${count(MOST_UNITS)}.` }),
    ...(lasts === null && { days: `Must be a whole number from 1 to ${count(MOST_DAYS)}.` }),
    ...(reason.length > MOST_LETTERS && { note: `Must have ${MOST_LETTERS} characters at most.` }),
  };
  if (given === null || Object.keys(faults).length > 0) return { giving: null, faults };
  return {
    giving: {
      units: given,
      ...(lasts && { expiresInDays: lasts }),
      ...(reason !== '' && { note: reason }),
    },
    faults,
  };
}

/** A whole number as people type it, from 1 on; null for anything else. */
function wholeIn(typed: string, most: number): number | null {
  const text = typed.trim().replace(/[\s,_']/g, '');
  const value = Number(text);
  return /^\d{1,15}$/.test(text) && value >= 1 && value <= most ? value : null;
}

/** When credits end that are given now; what is typed may not say it yet. */
export const endWords = ({ days }: GivingDraft, nowMs: number): string => {
  const lasts = wholeIn(days, MOST_DAYS);
  return lasts === null ? 'Leave it empty and they never end.' : `They end ${endOf(lasts, nowMs)}.`;
};

const endOf = (days: number, nowMs: number): string => day(nowMs + days * DAY_MS);

/** What giving comes to, before it is done. */
export function givingWords(
  { units, expiresInDays, note }: Giving,
  balanceUnits: number,
  nowMs: number,
): string {
  const lasts =
    expiresInDays === undefined
      ? 'What is given never ends.'
      : `What is given ends ${endOf(expiresInDays, nowMs)}, unless it is used before.`;
  const reason = note === undefined ? 'No reason is kept.' : `The reason is kept: “${note}”.`;
  return `The balance goes from ${count(balanceUnits)} to ${count(balanceUnits + units)} credits. ${lasts} ${reason}`;
}

/** Where a grant is from. */
export const SOURCE_WORDS: Readonly<Record<CreditGrant['source'], string>> = {
  allowance: 'The plan’s credits of this period',
  roll_over: 'Rolled over from the period before',
  purchase: 'Bought in the store',
  grant: 'Given by you',
};

/** What a line of the ledger came from. */
export function entryWords({ kind, units, feature, grantId }: CreditEntry): string {
  switch (kind) {
    case 'allowance':
      return units < 0 ? 'The plan gives fewer' : 'From the plan';
    case 'use':
      return `Used by ${feature ?? 'a feature'}`;
    case 'expire':
      return `${ENDED[sourceOf(grantId)]}, not used in time`;
    case 'revoke':
      return 'Taken back: the money for it went back';
    case 'opening':
      return 'All that was before';
    default:
      return SOURCE_WORDS[kind];
  }
}

const ENDED: Readonly<Record<CreditGrant['source'], string>> = {
  allowance: 'The plan’s credits ended',
  roll_over: 'Rolled over credits ended',
  purchase: 'Bought credits ended',
  grant: 'Given credits ended',
};

function sourceOf(grantId: string | null): CreditGrant['source'] {
  if (grantId === 'allowance' || grantId === 'roll_over') return grantId;
  return orderOf(grantId) === null ? 'grant' : 'purchase';
}

/** The order whose credits a grant is; null for any other. */
export const orderOf = (grantId: string | null): string | null =>
  /^(ord_[^_]+)_/.exec(grantId ?? '')?.[1] ?? null;

/** A change as people read it: +1,000 or −25. */
export const changeOf = (units: number): string =>
  `${units < 0 ? '−' : '+'}${count(Math.abs(units))}`;
