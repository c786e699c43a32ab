import type { ApiClient } from './client.ts';
import { DreamError } from './errors.ts';
import { REFUSALS, type Refusal, refusalOf } from './refusal.ts';
import type { Hold, Usage } from './types.ts';
import { type User, userHeaders } from './user.ts';

/** Whom units are asked for. */
export type Holder = User & { feature?: string; plan?: string };

/** How many units, how few will do, and for how long at most. */
export interface HoldSize {
  amount: number;
  atLeast: number;
  seconds?: number;
  /** Which part of them is called low, here; 0 unless told. */
  lowPart?: number;
}

/** What became of a renewal: what was used is settled, whether or not more was granted. */
export interface Renewal {
  hold: LocalHold | null;
  refusal: Refusal | null;
  usage: Usage;
}

interface RenewalAnswer {
  hold: Hold | null;
  refusal?: Record<string, unknown> & { status: number; retryAfterSeconds?: number };
  usage: Usage;
}

/** Asks the edge for units, and gives back what was not used. */
export class HoldsApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Takes units out of what is left. Throws `DreamError`, also for a refusal. */
  async grant(
    { feature, plan, ...user }: Holder,
    { lowPart = 0, ...size }: HoldSize,
  ): Promise<{ hold: LocalHold; usage: Usage }> {
    const headers = {
      ...userHeaders(user),
      ...(plan === undefined ? {} : { 'x-user-plan': plan }),
    };
    const asked = now();
    const { hold, usage } = await this.#api.call<{ hold: Hold; usage: Usage }>({
      method: 'POST',
      path: '/api/usage/holds',
      body: { ...size, feature },
      headers,
      final: REFUSALS,
    });
    return { hold: new LocalHold(hold, asked, lowPart), usage };
  }

  /** Counts what was used, once however often it is said; the rest comes back. */
  async settle(id: string, used: number): Promise<Usage> {
    const { usage } = await this.#api.call<{ usage: Usage }>({
      method: 'POST',
      path: `/api/usage/holds/${encodeURIComponent(id)}/settle`,
      body: { used },
    });
    return usage;
  }

  /** Counts what was used and takes units anew, in one. */
  async renew(id: string, used: number, { lowPart = 0, ...size }: HoldSize): Promise<Renewal> {
    const asked = now();
    const { hold, refusal, usage } = await this.#api.call<RenewalAnswer>({
      method: 'POST',
      path: `/api/usage/holds/${encodeURIComponent(id)}/renew`,
      body: { used, ...size },
    });
    if (hold) return { hold: new LocalHold(hold, asked, lowPart), refusal: null, usage };
    const { status, retryAfterSeconds, ...body } = refusal ?? { status: 0 };
    const waitMs = retryAfterSeconds === undefined ? null : retryAfterSeconds * 1000;
    const error = new DreamError(status, body, waitMs);
    const known = refusalOf(error);
    if (!known) throw error;
    return { hold: null, refusal: known, usage };
  }
}

/** The monotonic clock, and how far the wall clock got ahead of it since this was loaded. */
interface Moment {
  nowMs: number;
  aheadMs: number;
}

const loaded = Date.now() - performance.now();

function now(): Moment {
  const nowMs = performance.now();
  return { nowMs, aheadMs: Date.now() - loaded - nowMs };
}

/**
 * The last look at both. The wall clock is read once a millisecond: each look at a clock costs as much
 * as all the rest of a `take`, and no machine sleeps so often.
 */
let seen = now();

/**
 * Units the edge set aside, to be spent here until they end. The end is reckoned from before they were
 * asked for, so it is never after the edge's, by whichever clock is further: one that is set back, or
 * that stood still while the machine slept, lengthens nothing.
 */
export class LocalHold {
  // Whole numbers, which are kept in the object itself: ten thousand of these are read at random.
  left: number;
  /** When this many are left, whoever keeps it asks for more. */
  readonly lowUnits: number;
  readonly #endsMs: number;
  readonly #aheadMs: number;
  readonly id: string;
  readonly units: number;
  readonly lastsMs: number;

  constructor({ id, units, lastsMs }: Hold, asked: Moment, lowPart: number) {
    this.left = units;
    this.lowUnits = Math.floor(units * lowPart);
    this.#endsMs = Math.floor(asked.nowMs + lastsMs);
    this.#aheadMs = Math.floor(asked.aheadMs);
    this.id = id;
    this.units = units;
    this.lastsMs = lastsMs;
  }

  get used(): number {
    return this.units - this.left;
  }

  /** How long it lasts yet; 0 when it is over. */
  get endsInMs(): number {
    const { nowMs, aheadMs } = now();
    return Math.max(0, this.#endsMs - nowMs - Math.max(0, aheadMs - this.#aheadMs));
  }

  /** Spends units if they are there and it is not over. */
  take(units: number): boolean {
    if (units > this.left) return false;
    const nowMs = performance.now();
    if (nowMs - seen.nowMs > 1 || nowMs < seen.nowMs) seen = now();
    if (nowMs >= this.#endsMs || nowMs + seen.aheadMs - this.#aheadMs >= this.#endsMs) return false;
    this.left -= units;
    return true;
  }
}
