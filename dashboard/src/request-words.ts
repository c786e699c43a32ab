import type { RefusedRequest } from '@dream/contract';

/** The states one looks for, by what the address says. */
export const STATUS_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'Any status'],
  ['4xx', 'Refused (4xx)'],
  ['5xx', 'Failed (5xx)'],
  ['401', '401 Not let in'],
  ['403', '403 Not allowed'],
  ['404', '404 Not found'],
  ['429', '429 Too many'],
];

/** How far back one looks, in days. */
export const DAY_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'Last 7 days'],
  ['1', 'Last 24 hours'],
];

const CREDENTIALS: Record<RefusedRequest['credential'], string> = {
  secret_key: 'Secret key',
  publishable_key: 'Publishable key',
  session: 'Session of a customer',
  dashboard: 'Test call from the dashboard',
};

/** What a call was opened with. */
export const credentialWords = ({ credential }: RefusedRequest): string => CREDENTIALS[credential];

const SOURCES = {
  subscription: 'by their subscription',
  set: 'as you or your server set it',
  header: 'by the X-User-Plan header of your server',
  default: 'as the default tier',
} as const;

/** Where a plan comes from. */
export const sourceWords = (source: keyof typeof SOURCES): string => SOURCES[source];

/** In one line, what a call met. */
export function metWords({ facts, code }: RefusedRequest): string {
  const { plan, feature, limit, usageCount, perMinute, origin } = facts;
  if (code === 'limit_reached' && limit !== undefined)
    return `${usageCount ?? limit} of ${limit} ${feature ?? ''} used on ${plan ?? 'their plan'}`;
  if (perMinute !== undefined) return `${perMinute} calls a minute allowed`;
  if (origin !== undefined) return `From ${origin}`;
  if (feature !== undefined) return `${feature}${plan === undefined ? '' : ` on ${plan}`}`;
  return '';
}

/** A request id as it is copied from an answer or a log; null when there is none in the text. */
export const requestIdIn = (text: string): string | null =>
  /\breq_[0-9a-z]{20}\b/.exec(text)?.[0] ?? null;
