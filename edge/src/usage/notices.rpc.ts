import { createHash } from 'node:crypto';
import type { Moment, Notice } from './notice.ts';

/** How many notices are handed on at once. */
const BATCH = 50;

/** The id of the event a moment becomes: the same moment has the same, and it tells of nobody. */
export const noticeId = (
  customerId: string,
  feature: string,
  periodStartMs: number,
  moment: Moment,
): string => eventId(customerId, feature, periodStartMs, moment);

/** The id of an event that is told of once, made of what it is. */
export const eventId = (...what: readonly (string | number)[]): string =>
  `evt_${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)}`;

/** Notices a shard still has to hand on, written in the transaction of the call that gave them. */
export class Notices {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Keeps notices; the alarm hands them on at once. */
  put(notices: readonly Notice[], nowMs: number): void {
    for (const notice of notices)
      this.#storage.sql.exec(
        'INSERT OR IGNORE INTO notice VALUES (?, ?, ?)',
        notice.id,
        notice.customerId,
        JSON.stringify(notice),
      );
    void this.#storage.setAlarm(nowMs);
  }

  open(): Notice[] {
    return this.#storage.sql
      .exec<{ body: string }>('SELECT body FROM notice LIMIT ?', BATCH)
      .toArray()
      .map(({ body }) => JSON.parse(body) as Notice);
  }

  /** Forgets what was handed on. */
  drop(handedOn: readonly Notice[]): void {
    for (const { id } of handedOn) this.#storage.sql.exec('DELETE FROM notice WHERE id = ?', id);
  }
}
