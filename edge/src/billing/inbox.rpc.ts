import { RpcTarget } from 'cloudflare:workers';
import type { StripeEvent } from '@dream/contract';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import type { EventPage, EventWindow } from '../providers/stripe/missed-events.ts';
import type { Perishable } from '../storage/prune.ts';
import { readConnection } from './connection.store.ts';
import { eventWindow, isWindowOpen, putEventWindow } from './event-window.store.ts';
import {
  type EventSource,
  eventsOf,
  findEvent,
  putMark,
  type ReceivedEvent,
  takeIn,
} from './inbox.store.ts';
import { markDirty, marksOf } from './sync.store.ts';

/** An event's id is remembered for a week; Stripe repeats one for three days at most. */
export const OLD_EVENTS: Perishable = {
  table: 'inbox',
  key: 'event_id',
  over: 'received_ms <= ?',
  keepMs: 7 * 86_400_000,
};

/** The events of Stripe one environment took in. */
export class InboxRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Takes events in, each once, and marks what they are about, as far as this environment has to do
   * with it: events of the account it uses now, where null is the platform's. Answers the outbox rows
   * that look at it, one for each object.
   */
  receiveEvents(
    events: readonly ReceivedEvent[],
    source: EventSource,
    jobId: string,
    nowMs: number,
  ): string[] {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (!this.#hears(source.accountId)) return [];
      const isShared = source.accountId === null && !this.#isPlatform();
      const marking = events.flatMap((event) => takeIn(sql, event, { ...source, isShared }, nowMs));
      const objectIds = new Set(marking.map(({ objectId }) => objectId));
      const jobIds = [...objectIds].map((objectId, index) => {
        markDirty(this.#storage, objectId, `${jobId}_${index}`, nowMs);
        return `${jobId}_${index}`;
      });
      for (const { eventId, objectId } of marking) putMark(sql, eventId, marksOf(sql, objectId));
      return jobIds;
    });
  }

  /** The window of Stripe's events to read next. */
  eventWindow(nowMs: number): EventWindow {
    return eventWindow(this.#storage.sql, nowMs);
  }

  /** Takes in what was read of a window, and notes how far that was. Answers the outbox rows. */
  receiveWindow(
    window: EventWindow,
    { events, isLast, accountId }: EventPage & { accountId: string | null },
    jobId: string,
    nowMs: number,
  ): string[] {
    return this.#storage.transactionSync(() => {
      const source = { accountId, via: 'reconciliation' } as const;
      const jobIds = this.receiveEvents(events, source, jobId, nowMs);
      putEventWindow(this.#storage.sql, window, isLast ? null : (events.at(-1)?.id ?? null));
      return jobIds;
    });
  }

  /** Whether the last reading of Stripe's events did not come to its end. */
  isReadingEvents(): boolean {
    return isWindowOpen(this.#storage.sql);
  }

  /** What was taken in, newest first. */
  list(page: { limit: number; cursor: string | null }): {
    events: StripeEvent[];
    nextCursor: string | null;
  } {
    return eventsOf(this.#storage.sql, page);
  }

  /** One event that was taken in. */
  event(id: string): Outcome<StripeEvent> {
    const found = findEvent(this.#storage.sql, id);
    return found ? ok(found.event) : no('stripe_event_not_found');
  }

  /**
   * Marks what an event is about once more. Answers the outbox rows that look at it: none for an event
   * that was ignored. What is of another account than the one of now cannot be looked at.
   */
  retry(id: string, jobId: string, act: Act): Outcome<string[]> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const found = findEvent(sql, id);
      if (!found) return no('stripe_event_not_found');
      const { objectId } = found.event;
      if (objectId === null) return ok([]);
      if (!this.#hears(found.accountId)) return no('stripe_not_connected');
      markDirty(this.#storage, objectId, jobId, act.nowMs);
      putMark(sql, id, marksOf(sql, objectId));
      writeAudit(sql, act, 'stripe_event.retried', id);
      return ok([jobId]);
    });
  }

  /** Whether an account is the one of now, or the one that is about to be; null is the platform's. */
  #hears(accountId: string | null): boolean {
    const { via, stripeAccountId, onboarding } = readConnection(this.#storage.sql);
    if (via !== null && stripeAccountId === accountId) return true;
    return accountId !== null && onboarding?.id === accountId;
  }

  #isPlatform(): boolean {
    const row = this.#storage.sql.exec<{ id: string }>('SELECT project_id AS id FROM environment');
    return row.one().id === PLATFORM_PROJECT;
  }
}
