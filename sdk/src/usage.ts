import type { ApiClient } from './client.ts';
import { DreamError } from './errors.ts';
import type { Usage, UsageStatus } from './types.ts';
import { type User, userHeaders } from './user.ts';

/** What to count. `amount` is 1 and `feature` is "requests" unless told. */
export type TrackInput = User & {
  amount?: number;
  feature?: string;
  /** Sent as X-User-Plan: the plan, if your own system decides it. */
  plan?: string;
  /** Makes a repeated operation count once, for 24 h; made for each call unless given. */
  idempotencyKey?: string;
};

/** The edge said yes and counted, or no and counted nothing. */
export type TrackResult =
  | { allowed: true; usage: Usage }
  | {
      allowed: false;
      code: 'limit_reached' | 'rate_limited' | 'feature_not_included';
      /** What to tell the customer. */
      message: string;
      usageCount: number | null;
      limit: number | null;
      retryAfterMs: number | null;
    };

const REFUSALS = ['limit_reached', 'rate_limited', 'feature_not_included'] as const;

/** Metering. */
export class UsageApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /**
   * Counts units against a customer's limit, atomically. A refusal is a value; anything else that
   * goes wrong throws `DreamError`. Retries count once.
   */
  async track({
    amount,
    feature,
    plan,
    idempotencyKey,
    ...user
  }: TrackInput): Promise<TrackResult> {
    try {
      const { usage } = await this.#api.call<{ usage: Usage }>({
        method: 'POST',
        path: '/api/usage',
        body: {
          ...(amount === undefined ? {} : { amount }),
          ...(feature === undefined ? {} : { feature }),
        },
        headers: {
          ...userHeaders(user),
          ...(plan === undefined ? {} : { 'x-user-plan': plan }),
        },
        final: REFUSALS,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return { allowed: true, usage };
    } catch (error) {
      const code = error instanceof DreamError && REFUSALS.find((known) => known === error.code);
      if (!code) throw error;
      const { usageCount = null, limit = null } = error.details as {
        usageCount?: number;
        limit?: number;
      };
      return {
        allowed: false,
        code,
        message: error.message,
        usageCount,
        limit,
        retryAfterMs: error.retryAfterMs,
      };
    }
  }

  /** Reads a customer's usage without counting. */
  check({ feature, ...user }: User & { feature?: string }): Promise<UsageStatus> {
    const query = feature === undefined ? '' : `?feature=${encodeURIComponent(feature)}`;
    return this.#api.call({
      method: 'GET',
      path: `/api/usage${query}`,
      headers: userHeaders(user),
    });
  }
}
