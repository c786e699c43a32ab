import { DreamError } from './errors.ts';

/** The edge said no, and counted nothing; `unavailable`: nobody answered, and you chose to deny. */
export interface Refusal {
  allowed: false;
  code: RefusalCode | 'unavailable';
  /** Why, in a few words. */
  reason: string;
  /** What to tell the customer. */
  message: string;
  usageCount: number | null;
  limit: number | null;
  retryAfterMs: number | null;
  /** The body of the edge's own answer, to hand on as it is. */
  body: Readonly<Record<string, unknown>>;
}

type RefusalCode = (typeof REFUSALS)[number];

/** Errors of the edge that are answers to a call that counts. */
export const REFUSALS = ['limit_reached', 'rate_limited', 'feature_not_included'] as const;

/** The refusal an error stands for, or null if it is none. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof DreamError)) return null;
  const code = REFUSALS.find((candidate) => candidate === error.code);
  return code ? asRefusal(error, code) : null;
}

/** An error as a refusal with this code. */
export function asRefusal(error: DreamError, code: Refusal['code']): Refusal {
  const { title, advice, details, retryAfterMs } = error;
  return {
    allowed: false,
    code,
    reason: title,
    message: advice,
    usageCount: numberOrNull(details.usageCount),
    limit: numberOrNull(details.limit),
    retryAfterMs,
    body: { ...bodyOf(error), code },
  };
}

/** The body of the answer an error was made of. */
export function bodyOf(error: DreamError): Readonly<Record<string, unknown>> {
  const { title, advice, code, docs, requestId, details } = error;
  return {
    error: title,
    message: advice,
    code,
    ...(docs === null ? {} : { docs }),
    ...(requestId === null ? {} : { requestId }),
    ...details,
  };
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
