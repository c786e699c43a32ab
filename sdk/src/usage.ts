import type { ApiClient } from './client.ts';
import { DreamError } from './errors.ts';
import { isBatchable, TrackQueue } from './track-queue.ts';
import type { Usage, UsageHistory, UsageStatus } from './types.ts';
import { type User, userHeaders } from './user.ts';
import { webCrypto } from './web-crypto.ts';

/** What to count. `amount` is 1 and `feature` is "requests" unless told. */
export type TrackInput = User & {
  amount?: number;
  feature?: string;
  /** Sent as X-User-Plan: the plan, if your own system decides it. */
  plan?: string;
  /** Makes a repeated operation count once, for 24 h; made for each call unless given. */
  idempotencyKey?: string;
  /** Waits and tries again when the customer calls too often; unless told, that is an answer. */
  retryRateLimited?: boolean;
};

/** Which days to read, both of the range. `feature` is "requests" unless told. */
export type HistoryInput = User & { feature?: string; from?: string; to?: string };

/** The edge said yes and counted, or no and counted nothing. */
export type TrackResult =
  | { allowed: true; usage: Usage }
  | {
      allowed: false;
      code: 'limit_reached' | 'rate_limited' | 'feature_not_included';
      /** Why, in a few words. */
      reason: string;
      /** What to tell the customer. */
      message: string;
      usageCount: number | null;
      limit: number | null;
      retryAfterMs: number | null;
    };

type Refusal = Extract<TrackResult, { allowed: false }>;

const REFUSALS = ['limit_reached', 'rate_limited', 'feature_not_included'] as const;

/** Metering. */
export class UsageApi {
  readonly #api: ApiClient;

  readonly #queue: TrackQueue | null;

  /** `isBatching`: calls that overlap are sent together. */
  constructor(api: ApiClient, isBatching: boolean) {
    this.#api = api;
    this.#queue = isBatching ? new TrackQueue(api, REFUSALS) : null;
  }

  /**
   * Counts units against a customer's limit, atomically. A refusal is a value; anything else that
   * goes wrong throws `DreamError`. Tries of one call count once. A lone call is sent at once; those
   * that come while one is in flight go together after it, unless the option `batch` is false.
   */
  async track(input: TrackInput): Promise<TrackResult> {
    try {
      return { allowed: true, usage: await this.#counted(input) };
    } catch (error) {
      const refusal = error instanceof DreamError ? refusalOf(error) : null;
      if (!refusal) throw error;
      return refusal;
    }
  }

  async #counted(input: TrackInput): Promise<Usage> {
    const { amount, feature, plan, idempotencyKey, retryRateLimited = false, ...user } = input;
    // A token, a plan and waiting for the rate limit are of the single call.
    const { customer, token } = user;
    const isPlain = token === undefined && plan === undefined && !retryRateLimited;
    if (this.#queue && isPlain && isBatchable({ customer, amount, feature, idempotencyKey })) {
      // Also with a key of the caller's, or calls would overtake each other.
      const crypto = await webCrypto();
      const key = idempotencyKey ?? crypto.randomUUID();
      return this.#queue.track({ customer: customer ?? '', amount, feature, idempotencyKey: key });
    }
    const { usage } = await this.#api.call<{ usage: Usage }>({
      method: 'POST',
      path: '/api/usage',
      body: { amount, feature },
      headers: { ...userHeaders(user), ...(plan === undefined ? {} : { 'x-user-plan': plan }) },
      final: retryRateLimited ? REFUSALS.filter((code) => code !== 'rate_limited') : REFUSALS,
      idempotencyKey,
    });
    return usage;
  }

  /** Reads a customer's usage without counting. `feature` is "requests" unless told. */
  async check({ feature, ...user }: User & { feature?: string }): Promise<UsageStatus> {
    const query = feature === undefined ? '' : `?feature=${encodeURIComponent(feature)}`;
    return this.#api.call({
      method: 'GET',
      path: `/api/usage${query}`,
      headers: userHeaders(user),
    });
  }

  /**
   * Reads what a customer used day by day, up to a minute behind: the last 30 days unless told, every
   * day of the range, at most 366. Days are YYYY-MM-DD in the project's time zone.
   */
  async history({ feature, from, to, ...user }: HistoryInput): Promise<UsageHistory> {
    const asked = Object.entries({ feature, from, to }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const query = asked.length === 0 ? '' : `?${new URLSearchParams(asked).toString()}`;
    return this.#api.call({
      method: 'GET',
      path: `/api/usage/history${query}`,
      headers: userHeaders(user),
    });
  }
}

/** The refusal an error stands for, or null if it is none. */
function refusalOf({ code, title, advice, details, retryAfterMs }: DreamError): Refusal | null {
  const known = REFUSALS.find((candidate) => candidate === code);
  if (!known) return null;
  return {
    allowed: false,
    code: known,
    reason: title,
    message: advice,
    usageCount: numberOrNull(details.usageCount),
    limit: numberOrNull(details.limit),
    retryAfterMs,
  };
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
