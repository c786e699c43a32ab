import type { ApiClient } from './client.ts';
import { DreamError } from './errors.ts';
import { mayRetry } from './retry.ts';
import type { Usage } from './types.ts';
import { checkedId, userHeaders } from './user.ts';

/** A call that counts, as it can stand in a batch. */
export interface TrackedEvent {
  customer: string;
  amount?: number | undefined;
  feature?: string | undefined;
  idempotencyKey: string;
}

interface Waiting {
  event: TrackedEvent;
  resolve: (usage: Usage) => void;
  reject: (error: unknown) => void;
}

type BatchResult =
  | { ok: true; usage: Usage }
  | { ok: false; status: number; retryAfterSeconds?: number; [field: string]: unknown };

/** What the edge takes in one batch, and how much of its body that may be. */
const MOST_EVENTS = 500;
const MOST_BYTES = 240_000;

/** The bytes of an event in JSON at most: its names, an amount, and texts that may need escaping. */
const mostBytes = ({ customer, feature = '', idempotencyKey }: TrackedEvent): number =>
  100 + 3 * (customer.length + idempotencyKey.length) + 6 * feature.length;

type Runs = (run: () => void) => void;
const { process } = globalThis as { process?: { nextTick?: Runs } };
/** Runs something once everything that can go on has gone on, where the platform tells; else at once. */
const afterOthers: Runs = process?.nextTick?.bind(process) ?? ((run) => run());

/**
 * Sends calls that count: a lone one at once, and those that came while a request was in flight
 * together, in one request. Each gets its own answer, as if it had been sent alone.
 */
export class TrackQueue {
  readonly #api: ApiClient;
  readonly #finalCodes: readonly string[];
  #waiting: Waiting[] = [];
  #isBusy = false;

  /** `finalCodes` are answers, and not tried again. */
  constructor(api: ApiClient, finalCodes: readonly string[]) {
    this.#api = api;
    this.#finalCodes = finalCodes;
  }

  /** Counts; throws `DreamError` as the single call does. */
  track(event: TrackedEvent): Promise<Usage> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    let isOver = false;
    // Who waits does not wait for the pauses between tries.
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#isBusy = false;
      this.#next();
    };
    const together = this.#take();
    const [first] = together;
    const sent =
      first && together.length === 1 ? this.#alone(first, over) : this.#together(together, over);
    // Those who were just answered may call again at once: all of them, and not the first alone.
    void sent.finally(() => afterOthers(over));
  }

  /** Takes from the front what fits in one request. */
  #take(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ event }, index) => {
      bytes += mostBytes(event);
      return index > 0 && (index >= MOST_EVENTS || bytes > MOST_BYTES);
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #alone({ event, resolve, reject }: Waiting, onRetry?: () => void): Promise<void> {
    const { customer, amount, feature, idempotencyKey } = event;
    try {
      const { usage } = await this.#api.call<{ usage: Usage }>({
        method: 'POST',
        path: '/api/usage',
        body: { amount, feature },
        headers: userHeaders({ customer }),
        final: this.#finalCodes,
        idempotencyKey,
        onRetry,
      });
      resolve(usage);
    } catch (error) {
      reject(error);
    }
  }

  async #together(waiting: readonly Waiting[], onRetry: () => void): Promise<void> {
    try {
      const { results } = await this.#api.call<{ results: BatchResult[] }>({
        method: 'POST',
        path: '/api/usage/batch',
        body: { events: waiting.map(({ event }) => event) },
        onRetry,
      });
      for (const [index, one] of waiting.entries()) this.#settle(one, results[index]);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  /** Gives a caller its result. What may succeed later is tried again alone, with its own key. */
  #settle(one: Waiting, result: BatchResult | undefined): void {
    if (result?.ok) return one.resolve(result.usage);
    const { ok: _, status = 0, retryAfterSeconds, ...body } = result ?? { ok: false };
    const retryAfterMs = retryAfterSeconds === undefined ? null : retryAfterSeconds * 1000;
    const error = new DreamError(status, body, retryAfterMs);
    if (this.#api.retries && mayRetry(error, this.#finalCodes)) return void this.#alone(one);
    return one.reject(error);
  }
}

/**
 * Whether a call can stand in a batch. Others go alone, so that what is wrong with one is said in the
 * words of the single call.
 */
export function isBatchable({
  customer,
  amount,
  feature,
  idempotencyKey,
}: {
  customer: unknown;
  amount: unknown;
  feature: unknown;
  idempotencyKey: unknown;
}): boolean {
  const id = checkedId(customer);
  return (
    // eslint-disable-next-line no-control-regex -- the edge refuses control characters
    /^[^\u0000-\u001f\u007f]{1,200}$/.test(id) &&
    id.trim() === id &&
    (amount === undefined || typeof amount === 'number') &&
    (feature === undefined || typeof feature === 'string') &&
    (idempotencyKey === undefined ||
      (typeof idempotencyKey === 'string' && /^[\x21-\x7e]{1,200}$/.test(idempotencyKey)))
  );
}
