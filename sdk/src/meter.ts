import type { Dream } from './index.ts';
import type { LeasePool } from './lease-pool.ts';
import { asRefusal, bodyOf, type Refusal } from './refusal.ts';
import { DreamError } from './errors.ts';
import type { Usage } from './types.ts';
import type { OnUnavailable } from './unavailable.ts';

/** Who pays for a request, how much, and of which feature. `Request` is what the framework hands over. */
export interface MeterOptions<Request> {
  dream: Dream;
  /** The customer's id, or an access token. Nobody is answered 401. */
  customer: (request: Request) => Payer | Promise<Payer>;
  /** "requests" unless told. */
  feature?: string;
  /** 1 unless told. */
  amount?: number | ((request: Request) => number | Promise<number>);
  /** What happens when the edge gives no answer: `deny`, with 503, unless told. */
  onUnavailable?: OnUnavailable;
  /** Counts by these leases of `dream.usage.leases`, their feature, without a call for each request. */
  leases?: LeasePool;
}

/** Whom a request is charged to; null or undefined when nobody is signed in. */
export type Payer = string | { customer: string } | { token: string } | null | undefined;

/** A request may go on, or what to answer instead. */
export type Verdict = { allowed: true; usage: Usage | null } | ({ allowed: false } & Answer);

/** An answer in JSON. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Readonly<Record<string, unknown>>;
}

const usages = new WeakMap<object, Usage | null>();

/**
 * The customer's usage as it was when this request was counted. Null when nobody asked the edge: for a
 * lease, or while it is away. Throws TypeError for a request that was not metered.
 */
export function usageOf(request: object): Usage | null {
  const usage = usages.get(request);
  if (usage === undefined) throw new TypeError('This request was not metered.');
  return usage;
}

/** Counts a request, or says what to answer instead. Throws what is neither a yes nor a no. */
export async function judge<Request extends object>(
  options: MeterOptions<Request>,
  request: Request,
): Promise<Verdict> {
  const { dream, amount, feature, leases, onUnavailable = 'deny' } = options;
  const payer = await options.customer(request);
  if (payer === null || payer === undefined || payer === '') return NOBODY;
  const who = typeof payer === 'string' ? { customer: payer } : payer;
  const units = typeof amount === 'function' ? await amount(request) : amount;
  const event = {
    ...(units === undefined ? {} : { amount: units }),
    ...(feature === undefined ? {} : { feature }),
    onUnavailable,
  };
  try {
    const answer =
      leases && 'customer' in who
        ? await leases.admit(who.customer, units)
        : await dream.usage.track({ ...who, ...event });
    if (!answer.allowed) return { allowed: false, ...answerOf(answer) };
    const usage = 'usage' in answer ? answer.usage : null;
    usages.set(request, usage);
    return { allowed: true, usage };
  } catch (error) {
    return { allowed: false, ...failed(error) };
  }
}

/** What is wrong with the customer's own sign-in is theirs to hear. */
const OF_THE_CUSTOMER = new Set([
  'token_invalid',
  'session_expired',
  'session_ended',
  'customer_banned',
]);

/**
 * The answer for an error, if the customer may know of it. Throws any other as one without a status:
 * frameworks would answer the customer that our key is wrong.
 */
function failed(error: unknown): Answer {
  if (!(error instanceof DreamError)) throw error;
  const { status, code, retryAfterMs } = error;
  // Leases made without a choice throw when the edge is away: that denies, as all does here.
  if (status === 0 || status >= 500) return answerOf(asRefusal(error, 'unavailable'));
  if (OF_THE_CUSTOMER.has(code))
    return { status, headers: headersOf(retryAfterMs), body: bodyOf(error) };
  throw new Error(`The request could not be metered. ${error.message}`, { cause: error });
}

const STATUSES = {
  limit_reached: 403,
  feature_not_included: 403,
  rate_limited: 429,
  unavailable: 503,
} as const satisfies Record<Refusal['code'], number>;

function answerOf({ code, body, retryAfterMs }: Refusal): Answer {
  return { status: STATUSES[code], headers: headersOf(retryAfterMs), body };
}

const headersOf = (retryAfterMs: number | null): Record<string, string> => ({
  'cache-control': 'no-store',
  ...(retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
});

const NOBODY: Verdict = {
  allowed: false,
  status: 401,
  headers: headersOf(null),
  body: {
    error: 'Sign-in required',
    message: 'Sign in to use this.',
    code: 'session_required',
  },
};
