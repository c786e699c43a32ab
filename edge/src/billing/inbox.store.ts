import type { StripeEvent } from '@dream/contract';

/** A charge that its refund or dispute names alone; whose it is, is known when it is fetched. */
const NAMED_ALONE = /^(ch|py)_/;

/** An event as an environment takes it in: what it is about, and whose that is. */
export interface ReceivedEvent {
  id: string;
  type: string;
  subjects: readonly { objectId: string; stripeCustomerId: string | null }[];
}

/** Where an event was heard: of which account (null is the platform's), and how. */
export interface EventSource {
  accountId: string | null;
  via: StripeEvent['via'];
}

/** An object to be looked at because of an event. */
interface Marking {
  eventId: string;
  objectId: string;
}

/**
 * Takes an event in. Answers what it is about, as far as this environment has to do with it; nothing
 * when it came before. Of what is not ours nothing but the event's id and type is kept, and in an
 * account that others use, too, nothing at all.
 */
export function takeIn(
  sql: SqlStorage,
  { id, type, subjects }: ReceivedEvent,
  { accountId, via, isShared }: EventSource & { isShared: boolean },
  nowMs: number,
): Marking[] {
  const ours = subjects.filter((subject) => isOurs(sql, subject));
  if (subjects.length === 0 || (isShared && ours.length === 0)) return [];
  // Whose a charge named alone is, is not known yet: it may be of somebody else in a shared account.
  const isShown = !isShared || ours.some((subject) => isKnown(sql, subject));
  const fresh = sql.exec(
    `INSERT OR IGNORE INTO inbox (event_id, type, received_ms, via, stripe_account_id, object_id)
     VALUES (?, ?, ?, ?, ?, ?) RETURNING 1`,
    id,
    type,
    nowMs,
    isShown ? via : null,
    accountId,
    isShown ? (ours[0]?.objectId ?? null) : null,
  );
  if (fresh.toArray().length === 0) return [];
  return ours.map(({ objectId }) => ({ eventId: id, objectId }));
}

/** Notes which count of its object's marks an event is covered by. */
export function putMark(sql: SqlStorage, eventId: string, mark: number): void {
  sql.exec('UPDATE inbox SET mark = ? WHERE event_id = ?', mark, eventId);
}

const SHOWN = `SELECT event_id AS id, type, object_id AS objectId, via, received_ms AS receivedAtMs,
    stripe_account_id AS accountId,
    CASE
      WHEN object_id IS NULL THEN 'ignored'
      WHEN coalesce((SELECT clean FROM synced WHERE synced.object_id = inbox.object_id), 0) < mark
        THEN 'waiting'
      WHEN object_id GLOB 'acct_*'
        OR EXISTS (SELECT 1 FROM subscription WHERE id = object_id)
        OR EXISTS (SELECT 1 FROM checkout WHERE id = object_id)
        OR EXISTS (SELECT 1 FROM payment WHERE id = object_id)
        OR EXISTS (SELECT 1 FROM store_order WHERE object_id IN (session_id, charge_id))
        OR EXISTS (SELECT 1 FROM stripe_customer WHERE id = object_id) THEN 'applied'
      ELSE 'ignored'
    END AS state
  FROM inbox WHERE via IS NOT NULL`;
type Row = { [Field in keyof StripeEvent]: StripeEvent[Field] } & { accountId: string | null };

/** An event that was taken in, and of which account it is. */
export function findEvent(
  sql: SqlStorage,
  id: string,
): { event: StripeEvent; accountId: string | null } | null {
  const row = sql.exec<Row>(`${SHOWN} AND event_id = ?`, id).toArray()[0];
  return row ? { event: shown(row), accountId: row.accountId } : null;
}

function shown(row: Row): StripeEvent {
  const { accountId: _, ...event } = row;
  return event;
}

/** Events that were taken in, newest first, from after `cursor`. */
export function eventsOf(
  sql: SqlStorage,
  { limit, cursor }: { limit: number; cursor: string | null },
): { events: StripeEvent[]; nextCursor: string | null } {
  const [beforeMs = '', beforeId = ''] = cursor?.split(' ') ?? [];
  const rows = sql
    .exec<Row>(
      `${SHOWN} AND (?1 = '' OR (received_ms, event_id) < (CAST(?1 AS INTEGER), ?2))
       ORDER BY received_ms DESC, event_id DESC LIMIT ?3`,
      beforeMs,
      beforeId,
      limit + 1,
    )
    .toArray();
  const events = rows.slice(0, limit).map(shown);
  const last = events.at(-1);
  const nextCursor = rows.length > limit && last ? `${last.receivedAtMs} ${last.id}` : null;
  return { events, nextCursor };
}

/** Forgets the events about an object of who is erased. */
export function forgetEventsAbout(sql: SqlStorage, objectId: string): void {
  sql.exec('DELETE FROM inbox WHERE object_id = ?', objectId);
}

type Subject = ReceivedEvent['subjects'][number];

function isOurs(sql: SqlStorage, subject: Subject): boolean {
  const { objectId, stripeCustomerId } = subject;
  return (stripeCustomerId === null && NAMED_ALONE.test(objectId)) || isKnown(sql, subject);
}

function isKnown(sql: SqlStorage, { objectId, stripeCustomerId }: Subject): boolean {
  const found = sql.exec(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM stripe_customer WHERE id = ?2)
     OR EXISTS (SELECT 1 FROM subscription WHERE id = ?1)
     OR EXISTS (SELECT 1 FROM checkout WHERE id = ?1)
     OR EXISTS (SELECT 1 FROM connection WHERE stripe_account_id = ?1 OR onboarding ->> '$.id' = ?1)
     OR EXISTS (SELECT 1 FROM payment WHERE id = ?1)
     OR EXISTS (SELECT 1 FROM store_order WHERE session_id = ?1 OR charge_id = ?1)`,
    objectId,
    stripeCustomerId,
  );
  return found.toArray().length > 0;
}
