import { later } from './background.ts';
import { DreamError } from './errors.ts';
import { asRefusal, type Refusal, refusalOf } from './refusal.ts';
import { webCrypto } from './web-crypto.ts';

/**
 * What to do when the edge gives no answer, or a 5xx, after all tries: `deny` answers a refusal with
 * the code `unavailable`; `allow` lets it happen, and the units are counted when the edge is back.
 */
export type OnUnavailable = 'deny' | 'allow';

/** Allowed without asking: it is counted later, with its own key. */
export interface Queued {
  allowed: true;
  usage: null;
  queued: true;
}

/** What became of a call the edge could not answer. */
export interface Outage {
  /**
   * `sent`: an allowed one was counted afterwards. `refused`: it was refused then, and not counted.
   * `lost`: it will not be counted, because the edge does not take it or a day went by.
   */
  what: 'denied' | 'allowed' | 'sent' | 'refused' | 'lost';
  event: UncountedEvent;
  /** Why, if something failed. */
  error: unknown;
}

/** A call that counts, with the key it is counted by once. */
export interface UncountedEvent {
  customer: string;
  feature?: string;
  amount?: number;
  plan?: string;
  idempotencyKey: string;
}

interface Waiting {
  event: UncountedEvent;
  sinceMs: number;
}

/** More than this is not allowed without an answer: it could not be remembered. */
const MOST_EVENTS = 10_000;
const AT_ONCE = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The edge knows a key for 24 h. After that a repeat could count twice, so nothing is sent. */
const LONGEST_AGE_MS = 23 * 3_600_000;

/** Decides by the developer's choice while the edge is away, and sends what was allowed when it is back. */
export class Outages {
  readonly #count: (event: UncountedEvent) => Promise<unknown>;
  readonly #report: (outage: Outage) => void;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | null = null;
  #stopTimer: (() => void) | null = null;
  #waitMs = FIRST_WAIT_MS;

  /** `count` sends one event, with all its tries. */
  constructor(
    count: (event: UncountedEvent) => Promise<unknown>,
    report: ((outage: Outage) => void) | undefined,
  ) {
    this.#count = count;
    this.#report = report ?? (() => {});
  }

  /** Events that were allowed and are not counted yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The answer for a call that failed; throws its error unless that was an outage and a choice was made. */
  async answer(
    choice: OnUnavailable | undefined,
    error: unknown,
    call: Omit<UncountedEvent, 'idempotencyKey'> & { idempotencyKey?: string | undefined },
  ): Promise<Queued | Refusal> {
    if (choice === undefined || !isOutage(error)) throw error;
    const idempotencyKey = call.idempotencyKey ?? (await webCrypto()).randomUUID();
    const event = { ...call, idempotencyKey };
    if (choice === 'allow' && this.#waiting.length < MOST_EVENTS) {
      this.#waiting.push({ event, sinceMs: Date.now() });
      this.#report({ what: 'allowed', event, error });
      this.#sendLater();
      return { allowed: true, usage: null, queued: true };
    }
    this.#report({ what: 'denied', event, error });
    return asRefusal(error, 'unavailable');
  }

  /** Sends what waits, now. Resolves when nothing does, or when the edge is still away. */
  async flush(): Promise<void> {
    await this.#sending;
    await this.#send();
  }

  #sendLater(): void {
    if (this.#stopTimer || this.#sending || this.#waiting.length === 0) return;
    const ms = this.#waitMs * (0.5 + Math.random() / 2);
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
    this.#stopTimer = later(() => void this.#send(), ms);
  }

  #send(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
      this.#sendLater();
    });
    return this.#sending;
  }

  /** One goes first, to see whether the edge is back; then many at a time. */
  async #sendAll(): Promise<void> {
    for (let atOnce = 1; this.#waiting.length > 0; atOnce = AT_ONCE) {
      const group = this.#waiting.slice(0, atOnce);
      const areOver = await Promise.all(group.map((waiting) => this.#sendOne(waiting)));
      const away = group.filter((_, index) => !areOver[index]);
      // Whoever failed goes to the end, so that one that always fails holds up no other.
      this.#waiting = [...this.#waiting.slice(group.length), ...away];
      if (away.length > 0) return;
      this.#waitMs = FIRST_WAIT_MS;
    }
  }

  /** Whether this one is over: counted, refused or lost. */
  async #sendOne({ event, sinceMs }: Waiting): Promise<boolean> {
    if (Date.now() - sinceMs > LONGEST_AGE_MS) {
      this.#report({ what: 'lost', event, error: null });
      return true;
    }
    try {
      await this.#count(event);
      this.#report({ what: 'sent', event, error: null });
      return true;
    } catch (error) {
      // A key that is at work is counted by whoever sent it before.
      if (isOutage(error) || codeOf(error) === 'idempotency_in_flight') return false;
      if (codeOf(error) === 'rate_limited') return false;
      this.#report({ what: refusalOf(error) ? 'refused' : 'lost', event, error });
      return true;
    }
  }
}

/** No answer, or one that says that the edge is not well. */
const isOutage = (error: unknown): error is DreamError =>
  error instanceof DreamError && (error.status === 0 || error.status >= 500);

const codeOf = (error: unknown): string | null => (error instanceof DreamError ? error.code : null);

/** The customer's id. Throws TypeError for a token: nobody could tell whose it is while the edge is away. */
export function namedCustomer(customer: string | undefined): string {
  if (customer !== undefined) return customer;
  throw new TypeError(
    "onUnavailable: 'allow' needs `customer`. Check the token with verifyToken, and pass its customerId.",
  );
}
