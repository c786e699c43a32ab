import type { ApiClient } from './client.ts';
import { inTurns, later } from './background.ts';
import { HoldsApi } from './holds.ts';
import { Lease, type LeaseAnswer, type LeaseInput } from './lease.ts';
import { LeasePool, type LeasePoolInput } from './lease-pool.ts';
import { REFUSALS, type Refusal, refusalOf } from './refusal.ts';
import { Reservation, type ReserveInput } from './reservation.ts';
import { isBatchable, TrackQueue } from './track-queue.ts';
import type { Usage, UsageHistory, UsageStatus } from './types.ts';
import {
  namedCustomer,
  type OnUnavailable,
  type Outage,
  Outages,
  type Queued,
  type UncountedEvent,
} from './unavailable.ts';
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
  /** What to answer when the edge gives none; it throws `DreamError` unless told. */
  onUnavailable?: OnUnavailable;
};

/** Which days to read, both of the range. `feature` is "requests" unless told. */
export type HistoryInput = User & { feature?: string; from?: string; to?: string };

/** What to grant, above the plan's limit. With one `idempotencyKey` it is granted once. */
export type UsageGrantInput = User & {
  units: number;
  feature?: string;
  idempotencyKey?: string;
};

/** The edge said yes and counted, or no and counted nothing. */
export type TrackResult = { allowed: true; usage: Usage } | Refusal;

const CLOSED_AT_ONCE = 32;

/** Metering. */
export class UsageApi {
  readonly #api: ApiClient;

  readonly #queue: TrackQueue | null;

  readonly #holds: HoldsApi;

  readonly #outages: Outages;

  /** What has to be settled before the process ends. */
  readonly #open = new Set<{ close(): Promise<void> }>();

  /** `isBatching`: calls that overlap are sent together. */
  constructor(api: ApiClient, isBatching: boolean, onOutage?: (outage: Outage) => void) {
    this.#api = api;
    this.#queue = isBatching ? new TrackQueue(api, REFUSALS) : null;
    this.#holds = new HoldsApi(api);
    this.#outages = new Outages((event) => this.#counted(event), onOutage);
  }

  /**
   * Counts units against a customer's limit, atomically. A refusal is a value; anything else that
   * goes wrong throws `DreamError`. Tries of one call count once. A lone call is sent at once; those
   * that come while one is in flight go together after it, unless the option `batch` is false.
   */
  track(input: TrackInput & { onUnavailable?: 'deny' }): Promise<TrackResult>;
  /** With `onUnavailable: 'allow'`: also what was allowed without asking. */
  track(input: TrackInput): Promise<TrackResult | Queued>;
  async track({ onUnavailable, ...input }: TrackInput): Promise<TrackResult | Queued> {
    if (onUnavailable === 'allow') namedCustomer(input.customer);
    // A call that is sent again later must have the key of its first try.
    const idempotencyKey =
      input.idempotencyKey ?? (onUnavailable && (await webCrypto()).randomUUID());
    const keyed = idempotencyKey === undefined ? input : { ...input, idempotencyKey };
    try {
      return { allowed: true, usage: await this.#counted(keyed) };
    } catch (error) {
      const refusal = refusalOf(error);
      return refusal ?? this.#outages.answer(onUnavailable, error, eventOf(keyed));
    }
  }

  /**
   * Units of a customer, granted at once and then spent here, without a call each: see `Lease`. One
   * that was refused is empty, and `refusal` says why. Throws `DreamError` when the edge does not answer.
   */
  async lease(input: LeaseInput): Promise<Lease> {
    const { signal, onUnavailable, ...size } = input;
    signal?.throwIfAborted();
    const { customer } = input;
    if (onUnavailable === 'allow') namedCustomer(customer);
    const lease: Lease = new Lease(this.#holds, size, {
      endsIdle: false,
      onClose: (done) => this.#forget(lease, done),
      failed: (error, amount) => this.#failed(onUnavailable, error, { ...size, customer, amount }),
    });
    await lease.open();
    this.#open.add(lease);
    signal?.addEventListener('abort', () => void lease.close().catch(() => {}), { once: true });
    return lease;
  }

  /** A lease for each customer who comes, for a server of many: see `LeasePool`. Asks for nothing yet. */
  leases(input: LeasePoolInput): LeasePool {
    const { onUnavailable, feature } = input;
    const pool: LeasePool = new LeasePool(this.#holds, input, {
      onClose: (done) => this.#forget(pool, done),
      failed: (error, customer, amount) =>
        this.#failed(onUnavailable, error, { customer, feature, amount }),
    });
    this.#open.add(pool);
    return pool;
  }

  /**
   * Sets units aside for work whose size is known afterwards: see `Reservation`. A refusal is a value;
   * anything else that goes wrong throws `DreamError`.
   */
  async reserve(input: ReserveInput): Promise<Reservation | Refusal> {
    const { amount, atLeast = amount, seconds, ...holder } = input;
    const size = { amount, atLeast, ...(seconds === undefined ? {} : { seconds }) };
    try {
      const { hold, usage } = await this.#holds.grant(holder, size);
      const forget = () => {
        stopTimer();
        this.#open.delete(reservation);
      };
      const reservation: Reservation = new Reservation(this.#holds, hold, usage, forget);
      // One that nobody settles counts whole then, and there is nothing left to close.
      const stopTimer = later(forget, hold.endsInMs);
      this.#open.add(reservation);
      return reservation;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      return refusal;
    }
  }

  /** For `Dream.close`: settles all that is held, and sends what waits. Gives what could not be done. */
  async close(): Promise<unknown[]> {
    const failures = await inTurns([...this.#open], CLOSED_AT_ONCE, (held) => held.close());
    await this.#outages.flush();
    return failures;
  }

  /** Calls that were allowed while the edge was away, and are not counted yet. */
  get uncounted(): number {
    return this.#outages.waiting;
  }

  #forget(held: { close(): Promise<void> }, done: Promise<void>): void {
    const forget = () => void this.#open.delete(held);
    done.then(forget, forget);
  }

  async #failed(
    choice: OnUnavailable | undefined,
    error: unknown,
    call: Pick<TrackInput, 'feature' | 'plan' | 'amount'> & { customer?: string | undefined },
  ): Promise<LeaseAnswer> {
    return this.#outages.answer(choice, error, eventOf(call));
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
   * Raises what a customer may use in the running period by so many units of a feature, "requests"
   * unless told; it is gone with the period. Units below 0 take back what was granted.
   */
  async grant({ idempotencyKey, ...input }: UsageGrantInput): Promise<Usage> {
    const { customer, token, ...body } = input;
    const { usage } = await this.#api.call<{ usage: Usage }>({
      method: 'POST',
      path: '/api/usage/grants',
      body,
      headers: userHeaders({ customer, token }),
      idempotencyKey,
    });
    return usage;
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

/** What a call would count, without what is of one try. */
function eventOf(call: {
  customer?: string | undefined;
  feature?: string | undefined;
  amount?: number | undefined;
  plan?: string | undefined;
  idempotencyKey?: string | undefined;
}): Omit<UncountedEvent, 'idempotencyKey'> & { idempotencyKey?: string | undefined } {
  const { customer = '', feature, amount, plan, idempotencyKey } = call;
  return {
    customer,
    ...(feature === undefined ? {} : { feature }),
    ...(amount === undefined ? {} : { amount }),
    ...(plan === undefined ? {} : { plan }),
    idempotencyKey,
  };
}
