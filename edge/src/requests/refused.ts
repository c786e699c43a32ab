import type { CREDENTIALS, RefusalFacts } from '@dream/contract/requests';

/** A refused call as it is kept. */
export interface Refused {
  requestId: string;
  atMs: number;
  method: string;
  route: string;
  status: number;
  code: string;
  customerId: string | null;
  credential: (typeof CREDENTIALS)[number];
  keyHint: string | null;
  facts: RefusalFacts;
}

/** The fields of an error answer that are kept. Whatever else one may say is not. */
const NUMBERS = ['usageCount', 'held', 'perMinute', 'resetsAtMs'] as const;
const NAMES = ['plan', 'feature'] as const;
const NAME = /^[a-z][a-z0-9_-]{0,39}$/;
const ORIGIN = /^https?:\/\/[\w.-]{1,250}(:\d{1,5})?$/;

/** What explains a refusal, of the details of its answer: known fields of known shapes only. */
export function factsOf(details: Readonly<Record<string, unknown>>): RefusalFacts {
  const facts: Record<string, unknown> = {};
  for (const name of NUMBERS) if (Number.isSafeInteger(details[name])) facts[name] = details[name];
  for (const name of NAMES) {
    const value = details[name];
    if (typeof value === 'string' && NAME.test(value)) facts[name] = value;
  }
  const { limit, origin } = details;
  if (Number.isSafeInteger(limit) || limit === 'unlimited') facts.limit = limit;
  if (typeof origin === 'string' && ORIGIN.test(origin)) facts.origin = origin;
  return facts;
}
