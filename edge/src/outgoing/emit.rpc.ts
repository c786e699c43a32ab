import type { Order, WebhookEvent } from '@dream/contract';
import { armAlarm } from '../outbox/outbox.rpc.ts';

/** Something that happened. `id` is given where the same may be told twice; it counts once. */
export type Happening = {
  [E in WebhookEvent as E['type']]: {
    type: E['type'];
    data: E['data'];
    /** The customer it is about: erased with it. */
    customerId: string | null;
    id?: string;
  };
}[WebhookEvent['type']];

/**
 * Tells every endpoint that asked for it, in the transaction of the change; the alarm sends. Where
 * nobody asked, it is noted without its data that it happened to a customer.
 */
export function emit(storage: DurableObjectStorage, happening: Happening, nowMs: number): void {
  const listening = storage.sql
    .exec<{ id: string }>(
      `SELECT id FROM webhook WHERE disabled_ms IS NULL
       AND (events IS NULL OR EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?))`,
      happening.type,
    )
    .toArray();
  const isAsked = listening.length > 0;
  if (!isAsked && happening.customerId === null) return;
  const eventId = putEvent(storage.sql, happening, nowMs, isAsked);
  if (!isAsked || eventId === null) return;
  for (const { id } of listening) putDelivery(storage.sql, id, eventId, nowMs);
  armAlarm(storage);
}

/**
 * Writes an event, without what it says unless it is sent; null if it was told before. Ids are drawn
 * here: nobody asks for one beforehand.
 */
export function putEvent(
  sql: SqlStorage,
  happening: Happening,
  nowMs: number,
  isSent = true,
): string | null {
  const { type, data, customerId, id = newId('evt_') } = happening;
  const { project_id: project, mode } = sql
    .exec<{ project_id: string; mode: string }>('SELECT project_id, mode FROM environment')
    .one();
  const body = { id, type, timestamp: new Date(nowMs).toISOString(), project, mode, data };
  const written = sql.exec(
    'INSERT OR IGNORE INTO webhook_event VALUES (?, ?, ?, ?, ?)',
    id,
    type,
    customerId,
    isSent ? JSON.stringify(body) : null,
    nowMs,
  );
  return written.rowsWritten > 0 ? id : null;
}

/** Sends an event on its way to one endpoint. Answers the delivery's id. */
export function putDelivery(
  sql: SqlStorage,
  webhookId: string,
  eventId: string,
  nowMs: number,
): string {
  const id = newId('dlv_');
  sql.exec(
    `INSERT INTO webhook_delivery (id, webhook_id, event_id, state, due_ms, created_ms)
     VALUES (?1, ?2, ?3, 'waiting', ?4, ?4)`,
    id,
    webhookId,
    eventId,
    nowMs,
  );
  return id;
}

/** The newest events about a customer; null `by`, for nobody of the project did them by hand. */
export const eventsAbout = (sql: SqlStorage, customerId: string, limit: number): EventAbout[] =>
  sql
    .exec<EventAbout>(
      `SELECT id, type, created_ms AS atMs, NULL AS "by" FROM webhook_event
       WHERE customer_id = ? ORDER BY created_ms DESC LIMIT ?`,
      customerId,
      limit,
    )
    .toArray();

type EventAbout = { id: string; type: string; atMs: number; by: null };

/**
 * Erases what events say of a customer, and what was answered to them. What still waits is not sent:
 * the event of the erasure is.
 */
export function forgetEvents(sql: SqlStorage, customerId: string): void {
  sql.exec(
    `UPDATE webhook_delivery SET response_body = NULL, fence = fence + 1,
       error = iif(state = 'waiting', 'The customer was erased.', error),
       state = iif(state = 'waiting', 'failed', state)
     WHERE event_id IN (SELECT id FROM webhook_event WHERE customer_id = ?)`,
    customerId,
  );
  sql.exec(
    'UPDATE webhook_event SET body = NULL, customer_id = NULL WHERE customer_id = ?',
    customerId,
  );
}

/**
 * Rewrites what events say of an order: they tell of it without who bought it, also where they still
 * wait. What was answered to them may name the buyer, and is forgotten.
 */
export function forgetBuyerInEvents(
  sql: SqlStorage,
  orderId: string,
  withoutBuyer: (order: Order) => Order,
): void {
  const events = sql
    .exec<{ id: string; body: string }>(
      `SELECT id, body FROM webhook_event
       WHERE type GLOB 'order.*' AND body ->> '$.data.order.id' = ?`,
      orderId,
    )
    .toArray();
  for (const { id, body } of events) {
    const event = JSON.parse(body) as { data: { order: Order } };
    const data = { customer: null, order: withoutBuyer(event.data.order) };
    sql.exec(
      'UPDATE webhook_event SET body = ?, customer_id = NULL WHERE id = ?',
      JSON.stringify({ ...event, data }),
      id,
    );
    sql.exec('UPDATE webhook_delivery SET response_body = NULL WHERE event_id = ?', id);
  }
}

const newId = (prefix: string): string => prefix + crypto.randomUUID().replaceAll('-', '');
