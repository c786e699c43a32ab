import { inTurns } from './background.ts';
import type { HoldsApi } from './holds.ts';
import { Lease, type LeaseAnswer, type LeaseRules, type LeaseSize } from './lease.ts';

/** Leases of many customers, each as `usage.lease` gives it. `feature` is "requests" unless told. */
export type LeasePoolInput = LeaseSize &
  Pick<LeaseRules, 'onUnavailable'> & {
    feature?: string;
    /** How many customers have a lease at once; 10,000 unless told. */
    maxCustomers?: number;
  };

interface PoolKeeper {
  /** Told once, when it begins to close; it is closed when `done` is. */
  onClose: (done: Promise<void>) => void;
  /** What to answer when the edge could not say; throws the error if there is nothing to. */
  failed: (error: unknown, customer: string, units: number) => Promise<LeaseAnswer>;
}

const MAX_CUSTOMERS = 10_000;
/** How many are looked at for one that is idle before one that is not has to go. */
const LOOKED_AT = 16;
const SETTLED_AT_ONCE = 32;

/**
 * A lease for each customer who comes, ended when the customer stays away. Bounded: for one more than
 * `maxCustomers` the lease of another is settled.
 */
export class LeasePool {
  readonly #holds: HoldsApi;
  readonly #size: LeaseSize & { feature?: string };
  readonly #keeper: PoolKeeper;
  readonly #maxCustomers: number;
  readonly #leases = new Map<string, Lease>();
  readonly #ending = new Set<Promise<void>>();
  #closing: Promise<void> | null = null;

  /** For `usage.leases`. Throws TypeError for a size, a part or a time that cannot be. */
  constructor(holds: HoldsApi, input: LeasePoolInput, keeper: PoolKeeper) {
    const { maxCustomers = MAX_CUSTOMERS, onUnavailable: _, ...size } = input;
    if (!Number.isSafeInteger(maxCustomers) || maxCustomers < 1)
      throw new TypeError('maxCustomers must be a whole number, 1 or more.');
    this.#maxCustomers = maxCustomers;
    this.#holds = holds;
    this.#size = size;
    this.#keeper = keeper;
    // What is wrong with the input shows now, not with the first customer.
    this.#leaseOf('nobody');
  }

  /** Customers who have a lease now. */
  get customers(): number {
    return this.#leases.size;
  }

  /**
   * Uses units of a customer that are here, or says that it cannot: then nothing was used, and more is
   * on its way unless the edge refused. Makes no call and waits for nothing.
   */
  take(customer: string, units = 1): boolean {
    return (this.#leases.get(customer) ?? this.#opened(customer)).take(units);
  }

  /** Uses units of a customer, waiting for more if they are not here: as `admit` of a lease. */
  async admit(customer: string, units = 1): Promise<LeaseAnswer> {
    for (;;) {
      const lease = this.#leases.get(customer) ?? this.#opened(customer);
      try {
        return await lease.admit(units);
      } catch (error) {
        // It had to make room while this one waited: there is another try, with a new one.
        if (!lease.isClosed || this.#closing) throw error;
      }
    }
  }

  /** Counts what was used and gives the rest back, of all customers. Safe to repeat. */
  close(): Promise<void> {
    if (this.#closing === null) {
      this.#closing = this.#close();
      this.#keeper.onClose(this.#closing);
    }
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const leases = [...this.#leases.values()];
    const failures = await inTurns(leases, SETTLED_AT_ONCE, (lease) => lease.close());
    await Promise.all(this.#ending);
    if (failures.length > 0) throw failures[0];
  }

  #opened(customer: string): Lease {
    if (this.#closing) throw new TypeError('These leases are closed.');
    if (this.#leases.size >= this.#maxCustomers) this.#makeRoom();
    const lease = this.#leaseOf(customer);
    this.#leases.set(customer, lease);
    return lease;
  }

  #leaseOf(customer: string): Lease {
    const ended = (done: Promise<void>) => {
      this.#leases.delete(customer);
      const ending = done.catch(() => {}).then(() => void this.#ending.delete(ending));
      this.#ending.add(ending);
    };
    return new Lease(
      this.#holds,
      { customer, ...this.#size },
      {
        endsIdle: true,
        onClose: ended,
        failed: (error, units) => this.#keeper.failed(error, customer, units),
      },
    );
  }

  /** Ends one of the oldest that wait for nothing, an idle one if there is one among the first. */
  #makeRoom(): void {
    let [found, looked]: [Lease | null, number] = [null, 0];
    for (const lease of this.#leases.values()) {
      if (lease.isAsking) continue;
      looked += 1;
      if (found === null || lease.isIdle) found = lease;
      if (lease.isIdle || looked >= LOOKED_AT) break;
    }
    found?.close().catch(() => {});
  }
}
