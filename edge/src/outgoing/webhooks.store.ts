import type { Webhook, WebhookDelivery, WebhookEventType } from '@dream/contract';
import { writeAudit } from '../projects/audit.rpc.ts';

/** An endpoint as it stands in the table; the secrets are sealed. */
export type WebhookRow = {
  id: string;
  url: string;
  description: string;
  events: string | null;
  secret: string;
  old_secret: string | null;
  old_secret_until_ms: number | null;
  disabled_reason: 'developer' | 'failing' | 'gone' | null;
  disabled_ms: number | null;
  failing_since_ms: number | null;
  busy_until_ms: number;
  created_ms: number;
};

type DeliveryRow = {
  seq: number;
  id: string;
  webhook_id: string;
  event_id: string;
  state: 'waiting' | 'delivered' | 'failed';
  tries: number;
  due_ms: number;
  created_ms: number;
  last_try_ms: number | null;
  response_status: number | null;
  response_body: string | null;
  error: string | null;
  type: WebhookEventType | 'webhook.test';
  body: string | null;
};

const DELIVERY = `SELECT delivery.*, event.type, event.body FROM webhook_delivery AS delivery
  JOIN webhook_event AS event ON event.id = delivery.event_id`;

export function findWebhook(sql: SqlStorage, id: string): WebhookRow | undefined {
  return sql.exec<WebhookRow>('SELECT * FROM webhook WHERE id = ?', id).toArray()[0];
}

/** The endpoint as the API shows it. A secret of before that signs no more is not mentioned. */
export function toWebhook(row: WebhookRow, nowMs: number): Webhook {
  const { old_secret_until_ms: until } = row;
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events === null ? null : (JSON.parse(row.events) as WebhookEventType[]),
    disabled: row.disabled_ms !== null,
    disabledReason: row.disabled_reason,
    disabledAtMs: row.disabled_ms,
    failingSinceMs: row.failing_since_ms,
    oldSecretUntilMs: until !== null && until > nowMs ? until : null,
    createdAtMs: row.created_ms,
  };
}

export function findDelivery(sql: SqlStorage, id: string): DeliveryRow | undefined {
  return sql.exec<DeliveryRow>(`${DELIVERY} WHERE delivery.id = ?`, id).toArray()[0];
}

/** An endpoint's deliveries before the one numbered `before`, newest first. */
export function deliveriesOf(
  sql: SqlStorage,
  webhookId: string,
  before: number,
  state: string | null,
  limit: number,
): DeliveryRow[] {
  return sql
    .exec<DeliveryRow>(
      `${DELIVERY} WHERE webhook_id = ?1 AND seq < ?2 AND (?3 IS NULL OR state = ?3)
       ORDER BY seq DESC LIMIT ?4`,
      webhookId,
      before,
      state,
      limit,
    )
    .toArray();
}

/** The delivery as the API shows it. */
export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    eventId: row.event_id,
    type: row.type,
    status: row.state,
    attempts: row.tries,
    payload: row.body,
    responseStatus: row.response_status,
    responseBody: row.response_body,
    error: row.error,
    lastTryAtMs: row.last_try_ms,
    nextTryAtMs: row.state === 'waiting' ? row.due_ms : null,
    createdAtMs: row.created_ms,
  };
}

/** Switches an endpoint off. What waits for it fails, and can be retried once it is on again. */
export function disable(
  sql: SqlStorage,
  id: string,
  reason: NonNullable<WebhookRow['disabled_reason']>,
  nowMs: number,
): void {
  sql.exec(
    'UPDATE webhook SET disabled_reason = ?, disabled_ms = ? WHERE id = ?',
    reason,
    nowMs,
    id,
  );
  sql.exec(
    `UPDATE webhook_delivery SET state = 'failed', fence = fence + 1, error = 'The webhook was disabled.'
     WHERE webhook_id = ? AND state = 'waiting'`,
    id,
  );
  noteChange(sql);
}

/** Switches an endpoint off by itself, and says so in the audit log. */
export function disableItself(
  sql: SqlStorage,
  id: string,
  reason: 'failing' | 'gone',
  nowMs: number,
): void {
  disable(sql, id, reason, nowMs);
  writeAudit(sql, { actor: 'system', nowMs }, `webhook.disabled_${reason}`, id);
}

/** What shards are told depends on who listens, so it counts as a change of the environment. */
export function noteChange(sql: SqlStorage): void {
  sql.exec('UPDATE environment SET version = version + 1');
}
