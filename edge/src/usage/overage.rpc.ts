import { RpcTarget } from 'cloudflare:workers';
import { nextTryMs } from '../outbox/back-off.ts';
import type { OverageReport } from './overage.ts';
import {
  dropReport,
  handOverDue,
  overageDueMs,
  retryReport,
  takeReports,
} from './overage.store.ts';

/** Waits between tries grow up to this one, and stay there. */
const LAST_WAIT = 11;

/** When overage is to be reported next; null when there is none. */
export const nextOverageMs = (storage: DurableObjectStorage): number | null =>
  overageDueMs(storage.sql);

/** Overage that waits in a shard to be reported. */
export class OverageRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #arm: () => void;
  readonly #wrote: (customerId: string) => void;

  /**
   * `arm` sees to it that the object wakes when something is due; `wrote` hears whose meters were
   * written.
   */
  constructor(storage: DurableObjectStorage, arm: () => void, wrote: (customerId: string) => void) {
    super();
    this.#wrote = wrote;
    this.#storage = storage;
    this.#arm = arm;
  }

  /**
   * Fixes what has waited for its minute, and takes reports to be sent, at most `limit`. With
   * `customerId` those of that customer, whether or not they are due.
   */
  take(nowMs: number, limit: number, customerId: string | null = null): OverageReport[] {
    const { reports, handedOver } = this.#storage.transactionSync(() => ({
      handedOver: handOverDue(this.#storage.sql, nowMs, customerId),
      reports: takeReports(this.#storage.sql, nowMs, limit, customerId),
    }));
    for (const id of handedOver) this.#wrote(id);
    this.#arm();
    return reports;
  }

  /** Notes what became of a report: over and done with, or to be tried again. Safe to repeat. */
  record({ id, tries }: OverageReport, isDone: boolean, nowMs: number): void {
    if (isDone) dropReport(this.#storage.sql, id);
    else {
      const dueMs = nextTryMs(Math.min(tries + 1, LAST_WAIT), nowMs) ?? nowMs;
      retryReport(this.#storage.sql, id, dueMs);
    }
    this.#arm();
  }
}
