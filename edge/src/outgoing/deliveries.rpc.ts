import { RpcTarget } from 'cloudflare:workers';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { armAlarm } from '../outbox/outbox.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import { eventOf, type Notice } from '../usage/notice.ts';
import { emit } from './emit.rpc.ts';
import { hasFailedEnough, nextTryMs } from './schedule.ts';
import { disableItself, findDelivery, findWebhook, type WebhookRow } from './webhooks.store.ts';

const LOG_MS = 30 * 86_400_000;

/** The log is kept for 30 days: deliveries, and then the events they were of. */
export const OLD_DELIVERIES: Perishable = {
  table: 'webhook_delivery',
  key: 'id',
  over: 'created_ms <= ?',
  keepMs: LOG_MS,
};
export const OLD_WEBHOOK_EVENTS: Perishable = {
  table: 'webhook_event',
  key: 'id',
  over: 'created_ms <= ?',
  keepMs: LOG_MS,
};

/** How long an endpoint is left to its sender, who needs a third of it, before another may take it. */
const LANE_MS = 30_000;
/** How many deliveries are made to an endpoint at once; a failing one is tried with one. */
const AT_ONCE = 5;

/** A delivery to be made. Results of an older claim are dropped by the fence. */
export interface ClaimedDelivery {
  id: string;
  fence: number;
  eventId: string;
  body: string;
}

/** An endpoint, and what is to be sent to it now. */
export interface Lane {
  webhookId: string;
  url: string;
  /** Sealed; each of them signs. */
  secrets: string[];
  /** Names the claim; 0 for a delivery that was claimed by itself. */
  busyUntilMs: number;
  deliveries: ClaimedDelivery[];
}

/** What became of one try. `error` is null if it arrived. */
export interface Tried {
  id: string;
  fence: number;
  responseStatus: number | null;
  responseBody: string | null;
  error: string | null;
}

/** What is on its way to endpoints. Each endpoint is a lane of its own, so that none delays another. */
export class DeliveriesRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Tells what shards saw of usage: each once, however often it is handed on, and of nobody erased. */
  tell(notices: readonly Notice[], nowMs: number): void {
    this.#storage.transactionSync(() => {
      for (const notice of notices) {
        const customer = new CustomersRpc(this.#storage).get(notice.customerId, nowMs);
        if (customer.ok) emit(this.#storage, eventOf(notice, customer.value.externalId), nowMs);
      }
    });
  }

  /** Takes every endpoint that is free and has something due, those that work first. */
  claim(nowMs: number): Lane[] {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const lanes = sql
        .exec<WebhookRow>(
          `SELECT * FROM webhook WHERE disabled_ms IS NULL AND busy_until_ms <= ?1 AND EXISTS (
             SELECT 1 FROM webhook_delivery
             WHERE webhook_id = webhook.id AND state = 'waiting' AND due_ms <= ?1
           ) ORDER BY failing_since_ms IS NOT NULL, id`,
          nowMs,
        )
        .toArray()
        .map((row) => this.#take(row, nowMs));
      armAlarm(this.#storage);
      return lanes;
    });
  }

  /** Takes one delivery, due or not, beside whatever else is sent to its endpoint. */
  claimOne(id: string, nowMs: number): Lane | null {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const webhook = findWebhook(sql, findDelivery(sql, id)?.webhook_id ?? '');
      if (!webhook) return null;
      const deliveries = this.#claimed([id], nowMs + LANE_MS);
      armAlarm(this.#storage);
      return { ...laneOf(webhook, nowMs), busyUntilMs: 0, deliveries };
    });
  }

  /** Records a try; one of an older claim changes nothing. `chance`, 0 to 1, spreads the next tries. */
  record(tried: Tried, chance: number, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const row = findDelivery(sql, tried.id);
      const isNewest = sql
        .exec('SELECT 1 FROM webhook_delivery WHERE id = ? AND fence = ?', tried.id, tried.fence)
        .toArray();
      if (!row || isNewest.length === 0) return;
      const isTest = row.type === 'webhook.test';
      const dueMs = tried.error === null || isTest ? null : nextTryMs(row.tries + 1, chance, nowMs);
      const state = tried.error === null ? 'delivered' : dueMs === null ? 'failed' : 'waiting';
      sql.exec(
        `UPDATE webhook_delivery SET state = ?, tries = tries + 1, due_ms = ?, last_try_ms = ?,
         response_status = ?, response_body = ?, error = ? WHERE id = ?`,
        state,
        dueMs ?? nowMs,
        nowMs,
        tried.responseStatus,
        tried.responseBody,
        tried.error,
        tried.id,
      );
      if (tried.error === null) this.#arrived(row.webhook_id, row.event_id);
      else if (!isTest) this.#failed(row.webhook_id, tried.responseStatus, nowMs);
      armAlarm(this.#storage);
    });
  }

  /** Frees an endpoint its sender is done with, unless another one has it by now. */
  release({ webhookId, busyUntilMs }: Pick<Lane, 'webhookId' | 'busyUntilMs'>): void {
    this.#storage.sql.exec(
      'UPDATE webhook SET busy_until_ms = 0 WHERE id = ? AND busy_until_ms = ?',
      webhookId,
      busyUntilMs,
    );
    armAlarm(this.#storage);
  }

  #take(webhook: WebhookRow, nowMs: number): Lane {
    const { sql } = this.#storage;
    const busyUntilMs = nowMs + LANE_MS;
    const ids = sql
      .exec<{ id: string }>(
        `SELECT id FROM webhook_delivery WHERE webhook_id = ? AND state = 'waiting' AND due_ms <= ?
         ORDER BY due_ms, seq LIMIT ?`,
        webhook.id,
        nowMs,
        webhook.failing_since_ms === null ? AT_ONCE : 1,
      )
      .toArray()
      .map(({ id }) => id);
    sql.exec('UPDATE webhook SET busy_until_ms = ? WHERE id = ?', busyUntilMs, webhook.id);
    const deliveries = this.#claimed(ids, busyUntilMs);
    return { ...laneOf(webhook, nowMs), busyUntilMs, deliveries };
  }

  #claimed(ids: readonly string[], untilMs: number): ClaimedDelivery[] {
    return ids.flatMap((id) =>
      this.#storage.sql
        .exec<{ fence: number; event_id: string; body: string }>(
          `UPDATE webhook_delivery SET fence = fence + 1, due_ms = ? WHERE id = ? AND state = 'waiting'
           RETURNING fence, event_id, (SELECT body FROM webhook_event WHERE id = event_id) AS body`,
          untilMs,
          id,
        )
        .toArray()
        .map(({ fence, event_id: eventId, body }) => ({ id, fence, eventId, body })),
    );
  }

  /** Something arrived: all is well again. Of an erasure that all know of, no more is kept. */
  #arrived(webhookId: string, eventId: string): void {
    const { sql } = this.#storage;
    sql.exec(
      'UPDATE webhook SET failing_since_ms = NULL WHERE id = ? AND failing_since_ms IS NOT NULL',
      webhookId,
    );
    const erased = sql.exec(
      `UPDATE webhook_event SET body = NULL WHERE id = ?1 AND type = 'customer.deleted'
       AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event_id = ?1 AND state <> 'delivered')`,
      eventId,
    );
    if (erased.rowsWritten > 0)
      sql.exec('UPDATE webhook_delivery SET response_body = NULL WHERE event_id = ?', eventId);
  }

  #failed(webhookId: string, responseStatus: number | null, nowMs: number): void {
    const { sql } = this.#storage;
    const { since } = sql
      .exec<{ since: number }>(
        `UPDATE webhook SET failing_since_ms = coalesce(failing_since_ms, ?) WHERE id = ?
         RETURNING failing_since_ms AS since`,
        nowMs,
        webhookId,
      )
      .one();
    if (responseStatus === 410) disableItself(sql, webhookId, 'gone', nowMs);
    else if (hasFailedEnough(since, nowMs)) disableItself(sql, webhookId, 'failing', nowMs);
  }
}

/** The secrets that sign now: the newest, and the one before while their overlap lasts. */
function laneOf(webhook: WebhookRow, nowMs: number): Pick<Lane, 'webhookId' | 'url' | 'secrets'> {
  const { id: webhookId, url, secret, old_secret: old, old_secret_until_ms: until } = webhook;
  const overlaps = old !== null && until !== null && until > nowMs;
  return { webhookId, url, secrets: overlaps ? [secret, old] : [secret] };
}
